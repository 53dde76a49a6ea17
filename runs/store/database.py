"""The database: SQLite in a file, or PostgreSQL.

All reads and writes are short transactions through ``Database.reading`` and ``Database.writing``. A
problem of the disk or the database is raised as a ``StoreError``, whose message is for visitors.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from core.errors import ServiceError
from core.i18n import N_
from runs.json_log import log_event
from runs.settings import is_shared
from runs.store import tables

LOCKED_SECONDS = 4  # that a writer waits for another one
# PostgreSQL: one transaction at a time adds references to contents, or removes those without.
CONTENTS_LOCK, SCHEMA_LOCK = 20612, 20611

FULL = N_(
    "The server's disk is full, so this could not be saved. Nothing was changed: try again when "
    "there is room."
)
LOCKED = N_(
    "The server's database is locked by another program, so this could not be saved. Nothing was "
    "changed: try again in a moment."
)
UNREACHABLE = N_(
    "The server's database does not answer. Nothing was changed: try again in a moment; the "
    "server's log says more."
)
CONFLICT = N_(
    "Something else changed this at the same moment, so it was not saved. Nothing was changed: try "
    "again."
)
READ_ONLY = N_(
    "The server's database cannot be written just now, perhaps because a disk is full. Nothing was "
    "changed: try again later; the server's log says more."
)
UNWRITABLE = N_("The folder {folder}, where SQLite's file belongs, cannot be written: {reason}.")
NOT_UTF8 = N_(
    "The database's encoding is {found}, and it must be UTF8. Create another one, with "
    "createdb --encoding=UTF8 --template=template0, and name it in DATABASE_URL."
)
NEWER = N_(
    "The database was made by a newer version of Unpadded (schema {found}, this is {known}). "
    "Update the app, or give it another UNPADDED_DATA folder."
)


class StoreError(ServiceError):
    """Something could not be stored or read, through no fault of the visitor."""


class Database:
    """Thread-safe connections to the database.

    One object per process: connections do not survive a fork.

    Attributes:
        url: Database, as an SQLAlchemy URL.
        shared: Processes on other machines can reach the database.
    """

    def __init__(self, url: str) -> None:
        """Open the database and create what is missing.

        Raises:
            StoreError: If the database cannot be used.
        """
        self.url, self.shared = url, is_shared(url)
        if self.shared:
            options: dict[str, Any] = {
                "pool_pre_ping": True,
                "connect_args": {"client_encoding": "utf8"},  # whatever PGCLIENTENCODING says
            }
        else:
            _make_private(Path(sqlalchemy.make_url(url).database))
            options = {"connect_args": {"timeout": LOCKED_SECONDS, "check_same_thread": False}}
        self._engine = sqlalchemy.create_engine(
            url,
            pool_size=8,
            max_overflow=16,
            hide_parameters=True,  # data of visitors must not appear in error messages
            **options,
        )
        self._is_closed = False
        event.listen(self._engine, "checkin", self._close_late)
        if not self.shared:
            event.listen(self._engine, "connect", _configure)
            event.listen(self._engine, "begin", _begin)
        try:
            self._create()
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that sees one state of the database and changes nothing."""
        with _translate_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextlib.contextmanager
    def writing(self, contents: bool = False) -> Iterator[Connection]:
        """Open a transaction that is committed as a whole or not at all.

        What it reads and then changes must be locked: SQLite locks everything, PostgreSQL what
        ``with_for_update`` reads.

        Args:
            contents: It changes which contents are referred to, or removes some.
        """
        events: list[tuple[str, dict[str, object]]] = []
        with _translate_errors(), self._engine.connect() as connection:
            connection = connection.execution_options(writes=True, events=events)
            with connection.begin():
                if contents:
                    self._lock(connection, CONTENTS_LOCK)
                yield connection
        for name, facts in events:
            log_event(name, **facts)

    def truncate_log(self) -> None:
        """Remove deleted data from SQLite's write-ahead log, unless another connection reads."""
        if not self.shared:
            with _translate_errors(), self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections; those that a thread still uses, when it returns them."""
        self._is_closed = True
        self._engine.dispose()

    def _close_late(self, _connection: Any, record: Any) -> None:
        """Close a connection that comes back after the end; it would stay open in a lost pool."""
        if self._is_closed:
            record.invalidate()

    def _create(self) -> None:
        """Create missing tables, and refuse a database that this version cannot use."""
        if self.shared:
            with self.reading() as connection:
                value = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
                if value != "UTF8":
                    raise StoreError(NOT_UTF8, found=value)
        with self.writing() as connection:
            self._lock(connection, SCHEMA_LOCK)  # two servers may start at the same time
            tables.METADATA.create_all(connection)
            value = connection.scalar(sqlalchemy.select(tables.schema.c.version))
            if value is None:
                connection.execute(tables.schema.insert().values(version=tables.VERSION))
            elif value > tables.VERSION:
                raise StoreError(NEWER, found=value, known=tables.VERSION)

    def _lock(self, connection: Connection, lock: int) -> None:
        """Lock until the transaction ends; SQLite has one writer at a time anyway."""
        if self.shared:
            connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(lock)))


def lock_key(connection: Connection, lock: int, key: str) -> None:
    """Lock like ``Database._lock``, but only against transactions that lock the same key."""
    if connection.dialect.name == "postgresql":
        hashed = sqlalchemy.func.hashtext(key)
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(lock, hashed)))


def log_after_commit(connection: Connection, event: str, **facts: object) -> None:
    """Log an event once the transaction is committed."""
    connection.get_execution_options()["events"].append((event, facts))


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


@contextlib.contextmanager
def _translate_errors() -> Iterator[None]:
    """Raise a ``StoreError`` instead of an error of the driver that is a problem of the server."""
    try:
        yield
    except DBAPIError as error:
        store_error = StoreError(_select_message(error))
        # The first line of the driver contains no values; the others may.
        reason = f"{type(error.orig).__name__}: {str(error.orig).partition(chr(10))[0]}"
        log_event(str(store_error), logging.WARNING, why=reason)
        raise store_error from error


def _select_message(error: DBAPIError) -> str:
    if isinstance(error, sqlalchemy.exc.IntegrityError):
        return CONFLICT
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None)
    if code in ("SQLITE_FULL", "53100"):
        return FULL
    # On a read-only disk SQLite cannot open what it would have to write beside its file. An I/O
    # error is a disk that broke or became read-only under it, or one that is full where SQLite
    # extends its write-ahead index.
    unwritable = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHM")
    if str(code).startswith(unwritable) or code == "25006":
        return READ_ONLY
    if str(code).startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or code in ("55P03", "40P01"):
        return LOCKED
    if code in ("SQLITE_CORRUPT", "SQLITE_NOTADB"):
        return UNREACHABLE
    # Bad SQL is a program error and must not be reported as a temporary outage.
    if code != "SQLITE_ERROR" and isinstance(
        error, sqlalchemy.exc.OperationalError | sqlalchemy.exc.InterfaceError
    ):
        return UNREACHABLE
    raise error
