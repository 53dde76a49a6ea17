"""SQLAlchemy's engine for SQLite or PostgreSQL, and locks in PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine, event

from runs.settings import is_shared
from runs.store.errors import UNWRITABLE, StoreError

LOCKED_SECONDS = 4  # that a writer waits for another one
# PostgreSQL: one transaction at a time adds references to contents, or removes those without.
CONTENTS_LOCK, SCHEMA_LOCK = 20612, 20611


def create_engine(url: str) -> Engine:
    """Create the engine of a database, and SQLite's file if it is missing.

    Raises:
        StoreError: If the file cannot be written.
    """
    if is_shared(url):
        # UTF-8 whatever PGCLIENTENCODING says
        connect_args: dict[str, object] = {"client_encoding": "utf8"}
    else:
        connect_args = {"timeout": LOCKED_SECONDS, "check_same_thread": False}
    engine = sqlalchemy.create_engine(
        url,
        pool_size=8,
        max_overflow=16,
        hide_parameters=True,  # data of visitors must not appear in error messages
        pool_pre_ping=is_shared(url),
        connect_args=connect_args,
    )
    file = get_file(engine)
    if file is not None:
        _make_private(file)
        event.listen(engine, "connect", _configure)
        event.listen(engine, "begin", _begin)
    return engine


def get_file(engine: Engine) -> Path | None:
    """Return SQLite's file, None for PostgreSQL."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name is not None else None


def lock(connection: Connection, number: int) -> None:
    """Lock until the transaction ends; SQLite has one writer at a time anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(number)))


def lock_key(connection: Connection, number: int, key: str) -> None:
    """Lock like ``lock``, but only against transactions that lock the same key."""
    if connection.dialect.name == "postgresql":
        hashed = sqlalchemy.func.hashtext(key)
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(number, hashed)))


def _configure(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # transactions begin where ``_begin`` says
    connection.execute("PRAGMA journal_mode = WAL")  # readers and the one writer do not wait
    connection.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the last seconds
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what visitors delete is gone from the file


def _begin(connection: Connection) -> None:
    # A plain BEGIN that reads first and writes later fails when another writer came between,
    # without waiting (145 of 600 times, measured); with IMMEDIATE it waits its turn.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private(file: Path) -> None:
    """Create the file readable by this user only; SQLite's other files inherit its mode."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.open("ab").close()  # it may belong to another user
    except OSError as error:
        raise StoreError(UNWRITABLE, folder=file.parent, reason=error.strerror) from error
