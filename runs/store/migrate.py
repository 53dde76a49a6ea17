"""Bring the tables of a database to this version, by Alembic's migrations.

The version of the tables is the number of the newest migration. A database has it in two tables:
``unpadded_version`` is Alembic's, and ``schema`` is what each version of the app compares with its
own, also those from before Alembic.
"""

from __future__ import annotations

import contextlib
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy
from sqlalchemy import Connection, Engine

from runs.json_log import log_event
from runs.store import tables
from runs.store.copies import keep_copy
from runs.store.engine import SCHEMA_LOCK, get_file, lock
from runs.store.errors import (
    NEWER,
    NOT_MIGRATED,
    OLDER,
    NewerStoreError,
    StoreError,
    describe,
    translate_errors,
)

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "unpadded_version"  # Optuna has a table with Alembic's default name
FIRST = 1  # version of databases from before Alembic, which do not have the table
# That a server waits for another one that migrates the same SQLite file; in PostgreSQL it waits
# without a limit.
WAIT_SECONDS = 600


def prepare(engine: Engine, migrates: bool, migrations: Path = MIGRATIONS) -> int:
    """Create or migrate the tables, unless they are current.

    Args:
        engine: Engine of the database.
        migrates: False to refuse an older database.
        migrations: Folder of Alembic's environment.

    Returns:
        The version of the tables.

    Raises:
        StoreError: If the database belongs to another version, or cannot be migrated. It is
            unchanged then.
    """
    known = max(int(file.name[:4]) for file in migrations.glob("versions/*.py"))
    with translate_errors(), engine.connect() as connection, connection.begin():
        found = _read_version(connection, known)
    if found < known:
        if not migrates:
            raise StoreError(OLDER, found=found, known=known)
        _migrate(engine, known, migrations)
    return known


def _read_version(connection: Connection, known: int) -> int:
    """Return the version of the tables, 0 for an empty database.

    Raises:
        NewerStoreError: If this version of the app does not know it.
    """
    inspector = sqlalchemy.inspect(connection)
    if not inspector.has_table(tables.schema.name):
        return 0
    version = connection.execute(sqlalchemy.select(tables.schema.c.version)).scalar_one()
    if version > known:
        raise NewerStoreError(NEWER, found=version, known=known)
    if not inspector.has_table(VERSION_TABLE):
        return FIRST
    revision = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar_one()
    versions = {_name_revision(number): number for number in range(FIRST, known + 1)}
    if revision not in versions:
        raise NewerStoreError(NEWER, found=revision, known=known)
    return versions[revision]


def _name_revision(version: int) -> str:
    """Return the name of a migration for Alembic."""
    return f"{version:04}"


def _migrate(engine: Engine, known: int, migrations: Path) -> None:
    """Migrate the tables in one transaction, and keep a copy of SQLite's file."""
    with (
        contextlib.ExitStack() as copy_of_file,  # left after the transaction is committed
        translate_errors(),
        _connect_alone(engine) as connection,
        connection.begin(),
    ):
        lock(connection, SCHEMA_LOCK)
        found = _read_version(connection, known)
        if found == known:  # another server has migrated it meanwhile
            return
        facts: dict[str, object] = {"found": found, "version": known}
        if found:
            _keep_others_from_writing(connection)
            log_event("database migration started", logging.INFO, **facts)
            file = get_file(engine)
            if file is not None:
                facts["copy"] = str(copy_of_file.enter_context(keep_copy(file, found)))
        with _explain_failure(engine, found, known):
            _upgrade(connection, migrations, known)
    if found:
        log_event("database migrated", logging.INFO, **facts)


@contextlib.contextmanager
def _connect_alone(engine: Engine) -> Iterator[Connection]:
    """Open a connection that no other transaction uses afterwards."""
    with engine.connect() as connection:
        connection.detach()
        if engine.dialect.name == "sqlite":
            cursor = connection.connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout = {WAIT_SECONDS * 1000}")
            # Some changes need a new table in SQLite; removing the old one would remove the rows
            # that refer to it. The setting cannot be changed in a transaction.
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.close()
        yield connection.execution_options(writes=True)


def _keep_others_from_writing(connection: Connection) -> None:
    """Wait for transactions that write; later ones wait, and see the new version first."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {tables.schema.name} IN ACCESS EXCLUSIVE MODE")


@contextlib.contextmanager
def _explain_failure(engine: Engine, found: int, known: int) -> Iterator[None]:
    """Raise any error of a migration as one sentence."""
    try:
        yield
    except Exception as error:
        store_error = StoreError(
            NOT_MIGRATED,
            database=engine.url.render_as_string(),
            found=found,
            known=known,
            reason=describe(error),
        )
        frames = "".join(traceback.format_tb(error.__traceback__))
        log_event(str(store_error), logging.ERROR, traceback=frames)
        raise store_error from error


def _upgrade(connection: Connection, migrations: Path, known: int) -> None:
    # Alembic takes 50 ms to import, which a current database does not need.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    inspector = sqlalchemy.inspect(connection)
    if inspector.has_table(tables.schema.name) and not inspector.has_table(VERSION_TABLE):
        command.stamp(config, _name_revision(FIRST))
    command.upgrade(config, _name_revision(known))
    connection.execute(sqlalchemy.update(tables.schema).values(version=known))
    if connection.dialect.name == "sqlite":
        for table, _row, parent, _key in connection.exec_driver_sql("PRAGMA foreign_key_check"):
            raise RuntimeError(f"rows of {table} refer to missing rows of {parent}")
