"""What a store that cannot write does to the log: one line a minute and cause."""

import contextlib
import io
import json
import logging
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from runs import json_log
from runs.store import Store, StoreError
from runs.store.database import FULL, NOT_UTF8, READ_ONLY, Database
from runs.threads import background, insist
from tests.runs.store.conftest import queued
from tests.runs.store.test_database import small_disk  # noqa: F401  (a fixture)
from tests.support import postgres


@pytest.fixture
def said():
    """Reads the log's lines since it was last asked."""
    log = logging.getLogger(json_log.NAME)
    before = log.handlers, log.level, log.propagate
    json_log.configure()
    stream = io.StringIO()
    log.handlers[0].setStream(stream)

    def lines() -> list[dict]:
        written = stream.getvalue().splitlines()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in written]

    yield lines
    log.handlers, log.level, log.propagate = before


def test_a_full_disk_is_one_line_a_minute_and_writing_goes_on_when_there_is_room(
    small_disk: Path,  # noqa: F811
    said,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("runs.threads.TROUBLE_SECONDS", 0.02)
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.welcome("ada", lasting=False)
    run = queued(store)
    store.work.claim(run, "worker")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    said()
    large = b"x" * 1_000_000
    writing = background(lambda: insist(lambda: store.work.keep_checkpoint(run, 1, large)))
    time.sleep(0.5)
    assert writing.is_alive()
    [line] = said()
    assert line["level"] == "warning"
    assert line["event"].startswith("The server's disk is full")
    assert "full" in line["why"]
    filler.unlink()
    writing.join(20)
    assert store.runs.artifact(run, "checkpoint") == large
    assert said() == []
    store.close()


def test_a_read_only_disk_is_told(small_disk: Path, said):  # noqa: F811
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.welcome("ada", lasting=False)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for _ in range(5):
        with pytest.raises(StoreError) as told:
            store.visitors.welcome("bob", lasting=False)
        assert told.value.template == READ_ONLY
    assert len(said()) == 1
    store.close()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    store.visitors.welcome("bob", lasting=False)
    store.close()


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("SQLITE_FULL", FULL),
        ("SQLITE_IOERR_WRITE", READ_ONLY),  # ext4 that became read-only under an open file
        ("SQLITE_IOERR_SHMSIZE", READ_ONLY),
        ("SQLITE_READONLY_DBMOVED", READ_ONLY),
    ],
)
def test_a_disk_is_called_full_only_where_it_is_known_to_be(tmp_path: Path, name: str, template):
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with pytest.raises(StoreError) as told, database.reading():
        raise DBAPIError.instance("", (), error, sqlite3.Error)
    assert told.value.template == template
    database.close()


def test_the_same_trouble_is_told_once_a_minute_and_how_often_it_came():
    repeats = json_log.Repeats()

    def passes(at: float, text: str = "full", **facts: object) -> logging.LogRecord | None:
        record = logging.LogRecord("unpadded", logging.WARNING, "", 0, text, (), None)
        record.created, record.facts = at, facts
        return record if repeats.filter(record) else None

    assert passes(0)
    assert not passes(1)
    assert not passes(59)
    assert passes(2, "locked")
    assert passes(3, run="a")
    assert passes(3, run="b")
    assert passes(60).facts == {"times": 3}
    assert passes(500).facts == {}  # it is long ago
    assert len(repeats._told) == 1


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
def test_a_database_that_is_not_utf8_is_refused_in_a_sentence(encoding: str):
    more = f" ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    with postgres.empty_database(more) as url, pytest.raises(StoreError) as told:
        Store(url)
    assert told.value.template == NOT_UTF8
    assert f"encoding is {encoding}, and it must be UTF8" in str(told.value)


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
def test_the_clients_encoding_is_ours_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with postgres.empty_database() as url:
        store = Store(url)
        store.visitors.welcome("ada", lasting=False)
        run = queued(store, name="中文 😀")
        assert store.runs.line(run).name == "中文 😀"
        store.close()


def test_a_database_that_is_damaged_is_told_and_not_a_traceback(tmp_path: Path, said):
    file = tmp_path / "a.sqlite3"
    file.write_bytes(b"no database at all, " * 500)
    with pytest.raises(StoreError, match="does not answer"):
        Store(f"sqlite:///{file}")
    assert "not a database" in said()[0]["why"]
