"""``Guard``: files are opened, detected and read in processes of their own, within limits.

A file may be made to take any amount of memory or time, or to end the process that reads it. The
server receives nothing but results of a bounded size.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import PickleBuffer
from typing import Any

import psutil

from core.errors import DataError
from core.i18n import N_
from runs.json_log import say
from runs.reading import frames
from runs.reading.limits import MAX_BYTES, MAX_MEMORY, OUT_OF_MEMORY, WAITING_TIMES, seconds_for
from runs.threads import TROUBLE_SECONDS, background

ROOT = Path(__file__).parents[2]
MAX_PROCESSES = 3  # that read at once: two slow files do not keep a third one waiting …
MAX_OF_ADDRESS = 2  # … of somebody else
WATCH_SECONDS = 0.1
# What a process has kept of the files before; one that has grown further is replaced.
MAX_GROWTH = 100e6
# What somebody had read counts against their next file, by half after so long.
HALF_SECONDS = 30.0
# What Python itself needs of the environment. The rest may hold passwords.
VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL")

TOO_SLOW = N_(
    "Reading this takes longer than this server gives to a file of its size. Leave out what is not "
    "needed, or give it in several parts."
)
ENDED = N_(
    "This ended the process that read it, so it is damaged, or made to do so. Save it again, or in "
    "another format."
)
PROGRAM_FAILED = N_(
    "Reading this failed because of an error in the program; the server's log says more. Save it "
    "in another format, and try again."
)


@dataclass(eq=False)
class _Child:
    """A process that reads files. bytes: what it held before the first one; why: it was ended."""

    process: subprocess.Popen
    bytes: int
    why: str | None = None

    @property
    def measures(self) -> psutil.Process:
        return psutil.Process(self.process.pid)


@dataclass(eq=False)
class _Turn:
    """Of a file that is read or waits to be."""

    owner: str
    address: str
    seconds: float  # that it may take


class Guard:
    """Thread-safe. Keeps a process warm for the next file."""

    def __init__(self) -> None:
        self._warm: list[_Child] = []
        self._busy: list[_Child] = []
        self._waiting: list[_Turn] = []  # one for each file, in the order they came
        self._reading: list[_Turn] = []
        # Seconds by owner and by address, halved again and again.
        self._used: Counter[str] = Counter()
        self._halved_at = time.monotonic()
        self._fails_to_start = self._closed = False
        self._changed = threading.Condition()
        background(self._keep_warm)

    def call(
        self, owner: str, address: str, function: Callable[..., Any], content: bytes, *args: Any
    ) -> Any:
        """What ``function(content, *args)`` returns, computed in another process, which must be
        able to import the function.

        owner    whose file it is, and
        address  where it came from: of several who wait, the address that had least read is next,
                 and there the owner who had, so that many cookies help nobody
        content  the file; its size says how long it may take

        Raises the DataError that the function raises, and one where it takes too much.
        """
        seconds = seconds_for(content)
        with self._turn(_Turn(owner, address, seconds)) as child:
            return _ask(child, (function, (PickleBuffer(content), *args), seconds))

    def close(self) -> None:
        with self._changed:
            self._closed = True
            children = [*self._warm, *self._busy]
            self._changed.notify_all()
        for child in children:
            _end(child)

    @contextlib.contextmanager
    def _turn(self, turn: _Turn) -> Iterator[_Child]:
        """A process for one file."""
        with self._changed:
            self._waiting.append(turn)
            try:
                while not self._has_warm() or turn is not self._next():
                    if self._fails_to_start or self._closed:
                        raise DataError(PROGRAM_FAILED)
                    self._changed.wait()
            finally:
                self._waiting.remove(turn)
            child = self._warm.pop()
            self._busy.append(child)
            self._reading.append(turn)
            self._changed.notify_all()
        started = time.monotonic()
        try:
            yield child
        finally:
            reusable = _is_reusable(child)
            if not reusable:
                _end(child)
            with self._changed:
                for who in (turn.owner, turn.address):
                    self._used[who] += time.monotonic() - started
                self._busy.remove(child)
                self._reading.remove(turn)
                if reusable:
                    self._warm.append(child)
                self._changed.notify_all()

    def _has_warm(self) -> bool:
        """Whether a process waits for a file; one may have ended, which nobody else sees."""
        for child in [each for each in self._warm if each.process.poll() is not None]:
            self._warm.remove(child)
            _end(child)
            self._changed.notify_all()
        return bool(self._warm)

    def _next(self) -> _Turn | None:
        """Whose file is read next. One process is kept for other addresses than those that have
        all the others, so that nobody waits until a slow file of somebody else has ended."""
        now = time.monotonic()
        if now - self._halved_at > HALF_SECONDS:
            self._halved_at = now
            self._used = Counter({who: used / 2 for who, used in self._used.items() if used > 1})
        reading = Counter(who for turn in self._reading for who in (turn.address, turn.owner))

        def wealth(turn: _Turn) -> tuple[float, ...]:
            address, owner = turn.address, turn.owner
            shares = reading[address], self._used[address], reading[owner], self._used[owner]
            return *shares, turn.seconds  # of equals, a small file first

        ready = [turn for turn in self._waiting if reading[turn.address] < MAX_OF_ADDRESS]
        return min(ready, key=wealth, default=None)

    def _keep_warm(self) -> None:
        """Have one process wait for a file, for as long as the server lives."""
        while True:
            with self._changed:
                while self._warm or len(self._busy) >= MAX_PROCESSES:
                    if self._closed:
                        return
                    self._changed.wait()
                if self._closed:
                    return
            child = _start()
            with self._changed:
                self._fails_to_start = child is None
                if child is not None:
                    self._warm.append(child)
                self._changed.notify_all()
                closed = self._closed
            if child is not None and closed:
                _end(child)
            elif child is None:
                time.sleep(TROUBLE_SECONDS)


def _start() -> _Child | None:
    """A process that is ready; None where it does not start."""
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    # Each thread that asks for memory would map 64 MB of addresses for itself, which are limited.
    environment["MALLOC_ARENA_MAX"] = "2"
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "runs.reading.child"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # Ctrl-C in the server's terminal is the server's; the pipe tells the child.
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        child = _Child(process, 0)
        frames.receive(process.stdout, MAX_BYTES)
        child.bytes = child.measures.memory_info().rss
        return child
    except (OSError, EOFError, psutil.Error) as error:
        say("no process to read files", logging.ERROR, why=f"{type(error).__name__}: {error}")
        return None


def _end(child: _Child) -> None:
    child.process.kill()
    child.process.wait()
    for pipe in (child.process.stdin, child.process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()


def _ask(child: _Child, request: tuple) -> Any:
    done = threading.Event()
    background(lambda: _watch(child, request[2], done))
    try:
        frames.send(child.process.stdin, request)
        result = frames.receive(child.process.stdout, MAX_BYTES)
    except (EOFError, OSError, ValueError) as error:
        if isinstance(error, ValueError):  # more than is received: the rest is still in the pipe
            child.why = OUT_OF_MEMORY
            child.process.kill()
        why = _why(child)
        say("a file ended its reader", logging.WARNING, why=why)
        raise DataError(why) from None
    finally:
        done.set()
    if isinstance(result, DataError):
        raise result
    if result == frames.FAILED:
        raise DataError(PROGRAM_FAILED)
    return result


def _watch(child: _Child, seconds: float, done: threading.Event) -> None:
    """End a process that takes too much; not every system limits both, and none its waiting."""
    started = time.monotonic()
    with contextlib.suppress(psutil.Error):  # it has ended
        computed = _computed(child)
        while not done.wait(WATCH_SECONDS):
            if child.measures.memory_info().rss > child.bytes + MAX_MEMORY:
                child.why = OUT_OF_MEMORY
            elif (
                _computed(child) - computed > seconds
                or time.monotonic() - started > WAITING_TIMES * seconds
            ):
                child.why = TOO_SLOW
            if child.why is not None and not done.is_set():
                child.process.kill()
                return


def _computed(child: _Child) -> float:
    times = child.measures.cpu_times()
    return times.user + times.system


def _why(child: _Child) -> str:
    """Why a process does not answer."""
    status = child.process.wait()
    if child.why is not None:
        return child.why
    if status == -getattr(signal, "SIGXCPU", 0):
        return TOO_SLOW
    # Nobody else but a system without memory ends it so.
    return OUT_OF_MEMORY if status == -getattr(signal, "SIGKILL", 0) else ENDED


def _is_reusable(child: _Child) -> bool:
    """Whether it may read another file: it lives, and has given back what the last one took."""
    if child.why is not None or child.process.poll() is not None:
        return False
    try:
        return child.measures.memory_info().rss - child.bytes < MAX_GROWTH
    except psutil.Error:
        return False
