"""What goes wrong with a server's database is said, and nothing is broken by it."""

import contextlib
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy

from core import DataError
from runs.store import Content, Store, StoreError, database
from runs.store.database import FULL, LOCKED, NEWER, UNREACHABLE, Database
from tests.runs.store.conftest import queued


def test_what_is_stored_is_there_after_a_restart(new_store):
    first = new_store()
    first.visitors.welcome("ada", lasting=False)
    run = queued(first)
    first.close()
    assert new_store().runs.line(run) is not None


def test_a_database_of_a_newer_version_is_refused(store: Store, url: str):
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE schema SET version = 999"))
    engine.dispose()
    with pytest.raises(StoreError) as refused:
        Database(url)
    assert refused.value.template == NEWER


def test_a_failed_transaction_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch):
    def fail(*arguments):
        raise RuntimeError("in the middle")

    monkeypatch.setattr("runs.store.runs._insert", fail)
    with pytest.raises(RuntimeError):
        queued(store)
    assert store.contents.read(Content.of(b"packed sequences").digest) is None


def test_a_locked_database_is_told_and_works_again_when_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(database, "LOCKED_SECONDS", 0.1)
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    store.visitors.welcome("ada", lasting=False)
    run = queued(store)
    other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError) as told:
        queued(store)
    assert told.value.template == LOCKED
    assert isinstance(told.value, DataError)  # so that every page knows how to show it
    assert store.runs.line(run) is not None  # reading goes on
    other.execute("ROLLBACK")
    other.close()
    assert queued(store)
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk needs Linux and root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_told_and_works_again_when_there_is_room(small_disk: Path):
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.welcome("ada", lasting=False)
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.keep_checkpoint(run, 1, b"state")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass

    def keep_more() -> None:
        for _ in range(20):  # what is left of the write-ahead log takes the first of them
            store.work.keep_checkpoint(run, 1, b"x" * 300_000)

    with pytest.raises(StoreError) as told:
        keep_more()
    assert told.value.template == FULL
    assert store.runs.artifact(run, "checkpoint") in (b"state", b"x" * 300_000)  # whole
    filler.unlink()
    store.work.keep_checkpoint(run, 1, b"y" * 300_000)
    assert store.runs.artifact(run, "checkpoint") == b"y" * 300_000
    store.close()
    found = sqlite3.connect(small_disk / "a.sqlite3")
    assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    found.close()


def test_a_database_that_does_not_answer_is_told():
    with pytest.raises(StoreError) as told:
        Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert told.value.template == UNREACHABLE


def test_bad_sql_is_a_fault_of_ours_and_not_hidden(store: Store, url: str):
    made = Database(url)
    with pytest.raises(sqlalchemy.exc.DBAPIError), made.reading() as connection:
        connection.execute(sqlalchemy.text("SELECT nothing FROM nowhere"))
    made.close()
