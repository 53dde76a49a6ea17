"""Copies of SQLite's file, made before a migration, from which an earlier version can be resumed.

A copy is beside the file and has the version of its tables in its name:
``unpadded.schema-1.sqlite3``.
"""

from __future__ import annotations

import contextlib
import glob
import itertools
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from runs.store.errors import NOT_COPIED, StoreError, describe

DAY_SECONDS = 24 * 3600


@contextlib.contextmanager
def keep_copy(file: Path, version: int) -> Iterator[Path]:
    """Copy SQLite's file, and keep the copy unless the block raises an exception.

    Args:
        file: The database, which nobody writes meanwhile.
        version: Version of its tables.

    Yields:
        The path that the copy will have.

    Raises:
        StoreError: If the file cannot be copied.
    """
    # A process that is killed in the block leaves this file, and the next one replaces it.
    part = file.with_name(f"{file.stem}.schema-{version}.part")
    copy = _find_free_name(file, version)
    try:
        try:
            _copy(file, part)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(NOT_COPIED, copy=copy, reason=describe(error)) from error
        yield copy
        part.rename(copy)
    finally:
        part.unlink(missing_ok=True)


def remove_old(file: Path, days: float) -> None:
    """Remove the copies of a file that are older than this many days.

    They contain what visitors have deleted since then.
    """
    for copy in file.parent.glob(f"{glob.escape(file.stem)}.schema-*"):
        if time.time() - copy.stat().st_mtime > days * DAY_SECONDS:
            copy.unlink()


def _find_free_name(file: Path, version: int) -> Path:
    numbers = itertools.chain([""], map("-{}".format, itertools.count(2)))
    names = (f"{file.stem}.schema-{version}{number}{file.suffix}" for number in numbers)
    return next(path for path in map(file.with_name, names) if not path.exists())


def _copy(file: Path, part: Path) -> None:
    part.unlink(missing_ok=True)
    part.touch(mode=0o600, exist_ok=False)
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(part)) as target,
    ):
        target.execute("PRAGMA journal_mode = OFF")  # a copy that fails is removed
        source.backup(target)
