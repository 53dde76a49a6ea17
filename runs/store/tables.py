"""The tables. Times are seconds since 1970 UTC.

A change needs a migration in ``runs/store/migrations/versions``.
"""

from __future__ import annotations

import json

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
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


class Plain(TypeDecorator[object]):
    """Plain values as JSON text.

    The JSON types of the databases are not used: PostgreSQL's accepts neither NaN, which a metric
    may be, nor the null character.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: object, dialect: Dialect) -> str | None:
        """Return the JSON text to store."""
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """Return the stored value."""
        return None if value is None else json.loads(value)


METADATA = MetaData()

# Version of the tables. It never changes its own form: every version of the app reads it.
schema = Table("schema", METADATA, Column("version", Integer, primary_key=True))

# One row per visitor. The workspace is what a page shows after a refresh.
visitors = Table(
    "visitors",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("lasting", Boolean, nullable=False),  # has a login, so nothing is removed by age
    Column("seen", Float, nullable=False, index=True),
    # Distinguishes a tab that was open before everything was deleted from one opened after that.
    Column("born", Float, nullable=False),
    Column("workspace", Plain, nullable=False),
)


def _owner() -> Column[str]:
    return Column(
        "owner", ForeignKey("visitors.id", ondelete="CASCADE"), nullable=False, index=True
    )


# Last address of a visitor, by which turns are shared: a keyed hash, never the address itself.
addresses = Table(
    "addresses",
    METADATA,
    Column("visitor", ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True),
    Column("address", String(32), nullable=False),
)

# Files and packed sequences by their SHA-256: stored once, however many visitors have them.
contents = Table(
    "contents",
    METADATA,
    Column("digest", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),  # bytes
    Column("content", LargeBinary, nullable=False),
)


def _content(name: str, nullable: bool = False) -> Column[str]:
    return Column(name, ForeignKey("contents.digest"), nullable=nullable, index=True)


data_sets = Table(
    "data_sets",
    METADATA,
    Column("id", String(32), primary_key=True),
    _owner(),
    Column("name", String, nullable=False),
    _content("data"),
    _content("file", nullable=True),  # file that it was read from
    Column("sequences", Integer, nullable=False),
    Column("features", Integer, nullable=False),
    Column("steps", BigInteger, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes of both contents
    Column("opened", Float, nullable=False),
)

# How the file of a data set was read. Apart from it, because the report may be long.
readings = Table(
    "readings",
    METADATA,
    Column("data_set", ForeignKey("data_sets.id", ondelete="CASCADE"), primary_key=True),
    Column("choices", Plain, nullable=False),
    Column("report", Plain, nullable=False),
)


def _hold_out() -> tuple[Column[str], Column[int], Column[bytes]]:
    """Columns of a test set that is held out; see ``core.preprocessing.hold_out``."""
    return (
        Column("method", String(16)),  # NULL: nothing is held out, by choice
        Column("seed", BigInteger, nullable=False),
        Column("rows", LargeBinary, nullable=False),  # one bit per row
    )


# Test set that is held out from a data set. Apart from its content, so that its digest stays.
hold_outs = Table(
    "hold_outs",
    METADATA,
    Column("data_set", ForeignKey("data_sets.id", ondelete="CASCADE"), primary_key=True),
    *_hold_out(),
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
    Column("estimate", Float, nullable=False),  # estimated seconds, before it runs
    Column("reserved", BigInteger, nullable=False),  # bytes it may leave, while it is active
    Column(
        "before", Float, nullable=False, default=0.0
    ),  # seconds of training of the run that it continues
    # The current execution. Only the holder of the current attempt may write.
    Column("attempt", Integer, nullable=False, default=0),
    Column("worker", String),
    Column("beat", Integer, nullable=False, default=0),
    Column("stopping", Boolean, nullable=False, default=False),
    # Deaths of workers that trained it, since it last made progress.
    Column("deaths", Integer, nullable=False, default=0),
    Column("memory_deaths", Integer, nullable=False, default=0),
    Column("progress", Plain),
    # The result.
    Column("error", Plain),
    Column("notes", Plain, nullable=False, default=list),
    Column("metrics", Plain, nullable=False, default=dict),
    Column("best_epoch", Integer),
    Column("computed", Plain, nullable=False, default=dict),
    Column("spark", Plain, nullable=False, default=list),  # some losses, for a sparkline
    Column("open_to_questions", Boolean, nullable=False, default=False),
    Index("runs_by_owner", "owner", "created"),
)

CONTENT_COLUMNS = (data_sets.c.data, data_sets.c.file, runs.c.data)  # they refer to contents


def _run() -> Column[str]:
    return Column("run", ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)


# Test set with which a run was trained. Runs without a row have that of their data.
run_hold_outs = Table("run_hold_outs", METADATA, _run(), *_hold_out())

# The last attempt that was asked to give its worker back because other runs wait. If the run is
# interrupted, the attempt did so.
turns = Table(
    "turns",
    METADATA,
    _run(),
    Column("attempt", Integer, nullable=False),
    # Consecutive turns that ended without progress of the training.
    Column("fruitless", Integer, nullable=False, default=0),
)

# What the owner of a run wrote about it.
run_notes = Table("run_notes", METADATA, _run(), Column("text", Text, nullable=False))

# Runs that were started together to be compared, one per recipe and seed.
compared = Table(
    "compared",
    METADATA,
    _run(),
    Column("comparison", String(32), nullable=False, index=True),
    Column("entry", String, nullable=False),  # name of its recipe in the comparison
)

# Durations of trainings, by which later estimates are corrected; see runs.server_speed.
timings = Table(
    "timings",
    METADATA,
    _run(),
    Column("family", String(32), nullable=False),
    Column("modelled", Float, nullable=False),  # estimate on the machine it is made for
    Column("measured", Float),  # NULL until the run has finished in one attempt
)

epochs = Table(
    "epochs",
    METADATA,
    _run(),
    Column("epoch", Integer, primary_key=True),  # from 1
    Column("figures", Plain, nullable=False),  # metric → value
)

# Training is deterministic: runs with the same key, computed by the same kind of program and
# machine, have the same result, so only one of them has to be trained.
twins = Table(
    "twins",
    METADATA,
    _run(),
    Column("key", String(64), nullable=False, index=True),  # see DuplicateKey
    Column("alone", Boolean, nullable=False),  # trained by itself, even if an identical run exists
    # Kind of program and machine, see runs.cluster.machine_kind. NULL: not started; "": several
    # kinds.
    Column("kind", String(64)),
    # The result was copied from another run.
    Column("taken", Boolean, nullable=False, default=False),
)

artifacts = Table(
    "artifacts",
    METADATA,
    _run(),
    Column("kind", String(16), primary_key=True),  # see runs.store.artifact_kinds
    Column("size", BigInteger, nullable=False),  # bytes
    Column("content", LargeBinary, nullable=False),
)

# Secrets of the server, each generated once and shared by all servers of the database.
keys = Table(
    "keys",
    METADATA,
    Column("name", String(32), primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

# Cookies in an earlier form that were replaced by a new one; see runs.store.cookies.
replaced_cookies = Table(
    "replaced_cookies",
    METADATA,
    Column("visitor", ForeignKey("visitors.id", ondelete="CASCADE"), primary_key=True),
    Column("form", String(16), primary_key=True),
    Column("replaced", Float, nullable=False),
)
