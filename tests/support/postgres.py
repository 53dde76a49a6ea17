"""A PostgreSQL database of one's own, on the server that UNPADDED_TEST_DATABASE names."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator

import sqlalchemy

MISSING = "UNPADDED_TEST_DATABASE names no PostgreSQL server (.ci/run starts one)"


def is_there() -> bool:
    return bool(os.environ.get("UNPADDED_TEST_DATABASE"))


@contextlib.contextmanager
def empty_database(options: str = "") -> Iterator[str]:
    """Its address, as SQLAlchemy takes it; the database is gone afterwards. options: of CREATE
    DATABASE."""
    server = sqlalchemy.make_url(os.environ["UNPADDED_TEST_DATABASE"])
    server = server.set(drivername="postgresql+psycopg")
    name = f"test_{secrets.token_hex(6)}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name} {options}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
