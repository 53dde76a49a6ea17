"""Copies of SQLite's file do not keep deleted data for ever."""

import os
import time
from pathlib import Path

from runs.store.database import Database


def test_copies_are_removed_after_some_days(tmp_path: Path):
    names = ["a[1].sqlite3", "a[1].schema-1.sqlite3", "a[1].schema-1.part", "a1.schema-1.sqlite3"]
    database = Database(f"sqlite:///{tmp_path / names[0]}")
    week_ago = time.time() - 7 * 24 * 3600
    for name in names:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (week_ago, week_ago))
    database.remove_old_copies(8)
    assert all((tmp_path / name).exists() for name in names)
    database.remove_old_copies(6)
    assert [(tmp_path / name).exists() for name in names] == [True, False, False, True]
    database.close()
