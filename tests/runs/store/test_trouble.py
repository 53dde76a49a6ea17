"""A store that cannot write logs one line per minute and cause."""

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
from runs.store.database import Database
from runs.store.errors import FULL, NOT_UTF8, READ_ONLY
from runs.threads import retry_until_stored, start_thread
from tests.support import postgres
from tests.support.stores import create_queued


@pytest.fixture
def read_log():
    """Function that returns the log lines since its last call."""
    log = logging.getLogger(json_log.LOGGER_NAME)
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


def test_a_full_disk_is_logged_once_and_writing_resumes_when_there_is_room(
    small_disk: Path,
    read_log,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("runs.threads.TROUBLE_SECONDS", 0.02)
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.record_visit("ada", lasting=False)
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    filler = small_disk / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    read_log()
    large = b"x" * 1_000_000
    writing = start_thread(
        lambda: retry_until_stored(lambda: store.attempts.save_checkpoint(run, 1, large))
    )
    time.sleep(0.5)
    assert writing.is_alive()
    [line] = read_log()
    assert line["level"] == "warning"
    assert line["event"].startswith("The server's disk is full")
    assert "full" in line["why"]
    filler.unlink()
    writing.join(20)
    assert store.runs.read_artifact(run, "checkpoint") == large
    assert read_log() == []
    store.close()


def test_a_read_only_disk_is_reported(small_disk: Path, read_log):
    store = Store(f"sqlite:///{small_disk / 'a.sqlite3'}")
    store.visitors.record_visit("ada", lasting=False)
    store.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for _ in range(5):
        with pytest.raises(StoreError) as raised:
            store.visitors.record_visit("bob", lasting=False)
        assert raised.value.template == READ_ONLY
    assert len(read_log()) == 1
    store.close()
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    store.visitors.record_visit("bob", lasting=False)
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
    with pytest.raises(StoreError) as raised, database.reading():
        raise DBAPIError.instance("", (), error, sqlite3.Error)
    assert raised.value.template == template
    database.close()


def test_a_repeated_problem_is_logged_once_per_minute_with_its_count():
    repeats = json_log.RepeatFilter()

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
    assert len(repeats.reported) == 1


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
def test_a_database_that_is_not_utf8_is_refused(encoding: str):
    more = f" ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'"
    with postgres.empty_database(more) as url, pytest.raises(StoreError) as raised:
        Store(url)
    assert raised.value.template == NOT_UTF8
    assert f"encoding is {encoding}, but must be UTF8" in str(raised.value)


@pytest.mark.skipif(not postgres.is_there(), reason=postgres.MISSING)
def test_the_clients_encoding_is_ours_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    with postgres.empty_database() as url:
        store = Store(url)
        store.visitors.record_visit("ada", lasting=False)
        run = create_queued(store, name="中文 😀")
        assert store.runs.get(run).name == "中文 😀"
        store.close()


def test_a_damaged_database_is_reported_without_a_traceback(tmp_path: Path, read_log):
    file = tmp_path / "a.sqlite3"
    file.write_bytes(b"no database at all, " * 500)
    with pytest.raises(StoreError, match="does not respond"):
        Store(f"sqlite:///{file}")
    assert "not a database" in read_log()[0]["why"]
