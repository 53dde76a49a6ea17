"""Files are read in separate processes, which may end without harm to the server."""

import contextlib
import os
import signal
import threading
import time

import psutil
import pytest

from core import Sequences, read_sequences
from core.errors import UnpaddedError
from runs.reading import guard as guards
from runs.reading import limits, reading_jobs
from runs.reading.guard import Guard
from tests.support import strange_jobs

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

LONG = b"id,v\na,1\na,2\nb,3\n"
STEPS = 10**6


HERE = "192.0.2.7"


@pytest.fixture(scope="module")
def guard():
    new_guard = Guard()
    yield new_guard
    new_guard.close()


def read(guard: Guard, content: bytes) -> Sequences:
    return guard.call("somebody", HERE, reading_jobs.open_file, content, STEPS, {}).sequences()


def test_a_file_is_read_as_it_is_in_python(guard, tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(LONG)
    assert read(guard, LONG) == read_sequences(path)


def test_the_reading_process_has_no_tensorflow_no_streamlit_and_no_password(guard, monkeypatch):
    loaded = guard.call("somebody", HERE, strange_jobs.modules, b"")
    assert not loaded & {"tensorflow", "keras", "streamlit"}
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:secret@b/c")
    fresh = Guard()
    try:
        assert "DATABASE_URL" not in fresh.call("somebody", HERE, strange_jobs.environment, b"")
    finally:
        fresh.close()


def test_a_process_is_reused_for_the_next_file(guard):
    assert len({guard.call("somebody", HERE, strange_jobs.process, b"") for _ in range(3)}) == 1


@pytest.mark.parametrize(
    ("job", "seconds", "says"),
    [
        (strange_jobs.take_memory, 60, "more memory than the limit"),
        (strange_jobs.never_end, 1, "longer than the limit"),
        (strange_jobs.abort, 60, "stopped the process that read it"),
        (strange_jobs.fail, 60, "error in the program"),
    ],
)
def test_a_file_that_takes_too_much_is_refused_and_the_next_one_is_read(
    guard, monkeypatch, job, seconds, says
):
    monkeypatch.setattr(limits, "BASE_SECONDS", seconds)
    with pytest.raises(UnpaddedError, match=says):
        guard.call("somebody", HERE, job, b"")
    assert len(read(guard, LONG)) == 2


def test_the_server_enforces_limits_without_the_system(guard, monkeypatch):
    monkeypatch.setattr(guards, "MAX_MEMORY", 200_000_000)  # of the watching thread only
    with pytest.raises(UnpaddedError, match="more memory"):
        guard.call("somebody", HERE, strange_jobs.take_memory, b"")


def test_a_suspended_process_is_ended(guard, monkeypatch):
    monkeypatch.setattr(limits, "BASE_SECONDS", 0.3)
    with pytest.raises(UnpaddedError, match="longer than the limit"):
        guard.call("somebody", HERE, strange_jobs.sleep, b"", 60)


def test_a_result_that_is_too_large_is_refused(guard, monkeypatch):
    monkeypatch.setattr(guards, "MAX_BYTES", 10_000)
    with pytest.raises(UnpaddedError, match="more memory"):
        guard.call("somebody", HERE, strange_jobs.too_much, b"", 20_000)


def test_a_process_that_was_killed_while_it_waited_is_replaced(guard):
    victim = guard.call("somebody", HERE, strange_jobs.process, b"")
    os.kill(victim, signal.SIGKILL)
    psutil.Process(victim).wait(10)
    assert guard.call("somebody", HERE, strange_jobs.process, b"") != victim


def test_visitors_with_less_reading_time_come_first(monkeypatch):
    monkeypatch.setattr(guards, "MAX_PROCESSES", 1)
    done, threads = [], []

    def have_read(guard: Guard, owner: str, seconds: float) -> None:
        guard.call(owner, HERE, strange_jobs.sleep, b"", seconds)
        done.append(owner)

    with contextlib.closing(Guard()) as guard:
        guard.call("greedy", HERE, strange_jobs.sleep, b"", 0.3)
        for seconds, owner in [(2, "greedy"), *[(0.1, "greedy")] * 3, (0.1, "modest")]:
            threads.append(threading.Thread(target=have_read, args=(guard, owner, seconds)))
            threads[-1].start()
            time.sleep(0.1)
        for thread in threads:
            thread.join()
    assert done[:2] == ["greedy", "modest"]


def test_many_cookies_of_one_address_do_not_block_others():
    """One address gets at most two processes, however many cookies it has."""

    def have_read(owner: str) -> None:
        with contextlib.suppress(UnpaddedError):  # the guard was closed
            guard.call(owner, HERE, strange_jobs.sleep, b"", 60)

    with contextlib.closing(Guard()) as guard:
        threads = [threading.Thread(target=have_read, args=(f"{i}",)) for i in range(6)]
        for thread in threads:
            thread.start()
        until = time.monotonic() + 30
        while len(guard.reading) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        for number in range(3):
            guard.call(f"newcomer {number}", "192.0.2.8", strange_jobs.sleep, b"", 0)
        assert len(guard.reading) == 2
        assert len(guard.waiting) == 4
    for thread in threads:
        thread.join()


def test_small_files_come_first_among_new_visitors(monkeypatch):
    monkeypatch.setattr(guards, "MAX_PROCESSES", 1)
    done: list[str] = []

    def have_read(guard: Guard, owner: str, content: bytes) -> None:
        guard.call(owner, HERE, strange_jobs.sleep, content, 0.3)
        done.append(owner)

    with contextlib.closing(Guard()) as guard:
        files = {"first": b"", "large": b"x" * 2_000_000, "small": b"x"}
        threads = [
            threading.Thread(target=have_read, args=(guard, owner, content))
            for owner, content in files.items()
        ]
        for thread in threads:
            thread.start()
            time.sleep(0.1)
        for thread in threads:
            thread.join()
    assert done == ["first", "small", "large"]


def test_closing_ends_all_processes():
    new_guard = Guard()
    victim = psutil.Process(new_guard.call("somebody", HERE, strange_jobs.process, b""))
    new_guard.close()
    assert not victim.is_running()
    with pytest.raises(UnpaddedError):
        new_guard.call("somebody", HERE, strange_jobs.process, b"")
