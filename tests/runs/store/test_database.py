"""Problems of the database are reported, and they damage nothing."""

import contextlib
import sqlite3
from pathlib import Path

import psycopg
import pytest
import sqlalchemy

from core.errors import UnpaddedError
from runs.store import Content, Store, StoreError
from runs.store.database import Database
from runs.store.errors import FULL, LOCKED, UNREACHABLE
from tests.support.stores import create_queued


def test_what_is_stored_is_there_after_a_restart(new_store):
    first = new_store()
    first.visitors.record_visit("ada", lasting=False)
    run = create_queued(first)
    first.close()
    assert new_store().runs.get(run) is not None


def test_a_failed_transaction_leaves_nothing(store: Store, monkeypatch: pytest.MonkeyPatch):
    def fail(*arguments):
        raise RuntimeError("in the middle")

    monkeypatch.setattr("runs.store.runs.insert_run", fail)
    with pytest.raises(RuntimeError):
        create_queued(store)
    assert store.data_sets.read_content(Content.from_bytes(b"packed sequences").digest) is None


def test_a_locked_database_is_reported_and_works_again_when_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("runs.store.engine.LOCKED_SECONDS", 0.1)
    store = Store(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    store.visitors.record_visit("ada", lasting=False)
    run = create_queued(store)
    other = sqlite3.connect(tmp_path / "a.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError) as raised:
        create_queued(store)
    assert raised.value.template == LOCKED
    assert isinstance(raised.value, UnpaddedError)  # so that every page can show it
    assert store.runs.get(run) is not None  # reading still works
    other.execute("ROLLBACK")
    other.close()
    assert create_queued(store)
    store.close()


def test_a_full_disk_is_reported_and_works_again_when_there_is_room(small_disk: Path):
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.record_visit("ada", lasting=False)
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.save_checkpoint(run, 1, b"state")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass

    def keep_more() -> None:
        for _ in range(20):  # the rest of the write-ahead log takes the first ones
            store.attempts.save_checkpoint(run, 1, b"x" * 300_000)

    with pytest.raises(StoreError) as raised:
        keep_more()
    assert raised.value.template == FULL
    assert store.runs.read_artifact(run, "checkpoint") in (b"state", b"x" * 300_000)  # whole
    filler.unlink()
    store.attempts.save_checkpoint(run, 1, b"y" * 300_000)
    assert store.runs.read_artifact(run, "checkpoint") == b"y" * 300_000
    store.close()
    connection = sqlite3.connect(small_disk / "a.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_a_connection_that_a_thread_returns_after_the_end_is_closed(url: str):
    opened = Database(url)
    with opened.reading() as connection:
        raw = connection.connection.dbapi_connection
        opened.close()
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError), match="closed"):
        raw.execute("SELECT 1")


def test_an_unreachable_database_is_reported():
    with pytest.raises(StoreError) as raised:
        Store("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert raised.value.template == UNREACHABLE


def test_bad_sql_is_not_reported_as_an_outage(store: Store, url: str):
    new_database = Database(url)
    with pytest.raises(sqlalchemy.exc.DBAPIError), new_database.reading() as connection:
        connection.execute(sqlalchemy.text("SELECT nothing FROM nowhere"))
    new_database.close()
