"""The tables. Times are seconds since 1970 UTC."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class Plain(TypeDecorator):
    """Plain values as JSON text. Not the databases' own JSON types: PostgreSQL's takes neither
    NaN, which a metric may be, nor the character 0."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: object) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: object) -> Any:
        return None if value is None else json.loads(value)


METADATA = MetaData()
VERSION = 1  # of these tables; a change of their shape counts it up, and migrates what is there

schema = Table("schema", METADATA, Column("version", Integer, primary_key=True))

# One row a visitor. What a page shows after a refresh is the workspace.
visitors = Table(
    "visitors",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("lasting", Boolean, nullable=False),  # has a login: nothing is removed by age
    Column("seen", Float, nullable=False, index=True),
    # Tells a tab that was open before everything was deleted from one that was opened after.
    Column("born", Float, nullable=False),
    Column("workspace", Plain, nullable=False),
)


def _owner() -> Column:
    return Column(
        "owner", ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False, index=True
    )


# Where a visitor was last, to share turns by: a keyed hash, never the address itself.
addresses = Table(
    "addresses",
    METADATA,
    Column("visitor", ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(32), nullable=False),
)

# Files and packed sequences by the SHA-256 of what is in them: stored once, whoever has them.
contents = Table(
    "contents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("content", LargeBinary, nullable=False),
)


def _content(name: str, nullable: bool = False) -> Column:
    return Column(name, ForeignKey("contents.digest"), nullable=nullable, index=True)


data_sets = Table(
    "data_sets",
    METADATA,
    Column("id", String(32), primary_key=True),
    _owner(),
    Column("name", String, nullable=False),
    _content("data"),
    _content("file", nullable=True),  # what it was read from
    Column("sequences", Integer, nullable=False),
    Column("features", Integer, nullable=False),
    Column("steps", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes of both contents
    Column("opened", Float, nullable=False),
)

runs = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    _owner(),
    Column("name", String, nullable=False),
    Column("recipe", Plain, nullable=False),
    _content("data"),
    Column("reading", Plain, nullable=False),  # how new data is read like the training data
    Column("state", String(16), nullable=False, index=True),
    Column("created", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Column("estimate", Float, nullable=False),  # seconds it may take, before it runs
    Column("reserved", BigInteger, nullable=False),  # bytes it may leave, as long as it is active
    Column("before", Float, nullable=False, default=0.0),  # seconds, of the run it goes on from
    # How it is computed now. Only the holder of the current attempt may write.
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", String),
    Column("beat", Integer, nullable=False, default=0),
    Column("stopping", Boolean, nullable=False, default=False),
    # Of workers while training it, since it last got further.
    Column("deaths", Integer, nullable=False, default=0),
    Column("memory_deaths", Integer, nullable=False, default=0),
    Column("progress", Plain),
    # What came of it.
    Column("error", Plain),
    Column("notes", Plain, nullable=False, default=list),
    Column("metrics", Plain, nullable=False, default=dict),
    Column("best_epoch", Integer),
    Column("computed", Plain, nullable=False, default=dict),
    Column("spark", Plain, nullable=False, default=list),  # some losses, to draw small
    Column("open_to_questions", Boolean, nullable=False, default=False),
    Index("runs_by_owner", "owner", "created"),
)


def _run() -> Column:
    return Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


# The last attempt that was asked to give its worker back because others wait, and did so where the
# run is interrupted.
turns = Table(
    "turns",
    METADATA,
    _run(),
    Column("attempt", Integer, nullable=False),
    # Turns in succession that ended before the training got any further.
    Column("fruitless", Integer, nullable=False, default=0),
)

epochs = Table(
    "epochs",
    METADATA,
    _run(),
    Column("epoch", Integer, primary_key=True),  # from 1
    Column("figures", Plain, nullable=False),  # name → figure
)

# Trainings are deterministic: runs with the same key and computed by the same kind have the same
# result, and one of them is enough to have it.
twins = Table(
    "twins",
    METADATA,
    _run(),
    Column("key", String(64), nullable=False, index=True),  # see Twin in runs.store.helpers
    Column("alone", Boolean, nullable=False),  # trained by itself, whatever there is
    # Of program and machine, see runs.cluster.machine. NULL: nothing has begun; "": not one
    # kind alone.
    Column("kind", String(64)),
    Column("taken", Boolean, nullable=False, default=False),  # its result is that of another run
)

artifacts = Table(
    "artifacts",
    METADATA,
    _run(),
    Column("kind", String(16), primary_key=True),  # see runs.store.runs
    Column("size", BigInteger, nullable=False),  # bytes
    Column("content", LargeBinary, nullable=False),
)

# Secrets of the server's own, each drawn once: servers that share the database share them.
keys = Table(
    "keys",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# Cookies in an earlier form that a browser was given a new one for. See runs.store.cookies.
replaced_cookies = Table(
    "replaced_cookies",
    METADATA,
    Column("visitor", ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True),
    Column("form", String(16), primary_key=True),
    Column("replaced", Float, nullable=False),
)
