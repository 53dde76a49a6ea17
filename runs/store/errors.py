"""Errors of the store: problems of the disk or the database, as sentences for visitors."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

import sqlalchemy
from sqlalchemy.exc import DBAPIError

from core.errors import ServiceError
from core.i18n import N_
from runs.json_log import log_event

FULL = N_("The server's disk is full, so nothing was saved. Try again when there is free space.")
LOCKED = N_(
    "The server's database is locked by another program, so nothing was saved. Try again in "
    "a moment."
)
UNREACHABLE = N_(
    "The server's database does not respond. Nothing was changed. Try again in a moment. The "
    "server's log has the details."
)
CONFLICT = N_("This was changed elsewhere at the same moment, so nothing was saved. Try again.")
READ_ONLY = N_(
    "The server's database cannot be written, perhaps because a disk is full. Nothing was "
    "changed. Try again later. The server's log has the details."
)
UNWRITABLE = N_("Cannot write to {folder}, the folder of the SQLite database: {reason}.")
NOT_UTF8 = N_(
    "The database's encoding is {found}, but must be UTF8. Create another with createdb "
    "--encoding=UTF8 --template=template0, and set DATABASE_URL to it."
)
NEWER = N_(
    "The database is from a newer version of Unpadded (schema {found}; this version has "
    "{known}). Update the app, or set another UNPADDED_DATA folder."
)
OLDER = N_(
    "The database is from an older version of Unpadded (schema {found}; this version has "
    "{known}). Start the server of this version, which migrates it."
)
NOT_COPIED = N_(
    "Cannot copy the database to {copy} before its migration: {reason}. Nothing was changed. "
    "Free space for the copy and start again."
)
NOT_MIGRATED = N_(
    "Cannot migrate the database {database} from schema {found} to {known}: {reason}. "
    "Nothing was changed. Start the previous version again. The server's log has the details."
)


class StoreError(ServiceError):
    """Something could not be stored or read, through no fault of the visitor."""


class NewerStoreError(StoreError):
    """The database belongs to a newer version of the app, so this process must not write it."""


@contextlib.contextmanager
def translate_errors() -> Iterator[None]:
    """Raise a ``StoreError`` instead of an error of the driver that is a problem of the server."""
    try:
        yield
    except DBAPIError as error:
        store_error = StoreError(_select_message(error))
        log_event(str(store_error), logging.WARNING, why=describe(error))
        raise store_error from error


def describe(error: Exception) -> str:
    """Return one line for the log: the other lines of a driver's message may contain values."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {str(cause).partition(chr(10))[0]}"


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
