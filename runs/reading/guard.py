"""``Guard``: open, detect and read files in separate processes, within limits.

A file may be crafted to take any amount of memory or time, or to end the process that reads it. The
server receives only results of a limited size.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pickle import PickleBuffer
from typing import Concatenate, ParamSpec, TypeVar

import psutil

from core.errors import DataError, QuotaError, ServiceError, UnpaddedError
from core.i18n import N_
from runs.child_process import ChildProcess
from runs.json_log import log_event
from runs.reading import frames
from runs.reading.limits import MAX_BYTES, MAX_MEMORY, OUT_OF_MEMORY, WAITING_TIMES, get_max_seconds
from runs.threads import TROUBLE_SECONDS, start_thread

P = ParamSpec("P")
T = TypeVar("T")
MAX_PROCESSES = 3  # reading at once
MAX_PER_ADDRESS = 2  # of them, so that two slow files do not block a third from another address
WATCH_SECONDS = 0.1
# Bytes that a process may have kept of earlier files; after more it is replaced.
MAX_GROWTH = 100e6
# The reading time of a visitor counts against their next file; it is halved after this time.
HALF_SECONDS = 30.0
# Variables that Python itself needs. The others may contain passwords.
VARIABLES = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL")

TOO_SLOW = N_(
    "Reading took longer than the limit for a file of this size. Remove columns or rows, or "
    "split the file."
)
MACHINE_FULL = N_(
    "The server ran out of memory while reading. Try again in a minute, or split the file."
)
ENDED = N_(
    "The file stopped the process that read it, so it is probably damaged. Save it again, or "
    "in another format."
)
PROGRAM_FAILED = N_(
    "Reading failed because of an error in the program. Save the file in another format and "
    "try again. The server's log has the details."
)


@dataclass(eq=False)
class _Child:
    """A process that reads files.

    Attributes:
        process: The process.
        bytes: Memory it used before the first file.
        why: Message with the reason why it was ended.
    """

    process: ChildProcess
    bytes: int
    why: str | None = None

    @property
    def measures(self) -> psutil.Process:
        """The process for ``psutil``."""
        return psutil.Process(self.process.pid)


@dataclass(eq=False)
class _Entry:
    """A file that is read or waits to be read.

    Attributes:
        owner: Id of the visitor.
        address: Address of the visitor.
        seconds: CPU seconds that it may take.
    """

    owner: str
    address: str
    seconds: float


class Guard:
    """Thread-safe pool of processes that read files; one process waits warm for the next file."""

    def __init__(self) -> None:
        """Start the thread that starts processes."""
        self._warm: list[_Child] = []
        self._busy: list[_Child] = []
        self.waiting: list[_Entry] = []  # one per file, in the order of arrival
        self.reading: list[_Entry] = []
        # Seconds by owner and by address, halved periodically.
        self._used: dict[str, float] = {}
        self._halved_at = time.monotonic()
        self._fails_to_start = self._closed = False
        self._changed = threading.Condition()
        start_thread(self._maintain_warm)

    def call(
        self,
        owner: str,
        address: str,
        function: Callable[Concatenate[bytes, P], T],
        content: bytes,
        *args: P.args,
        **options: P.kwargs,
    ) -> T:
        """Return ``function(content, *args, **options)``, computed in another process.

        Of several waiting files, the next is from the address with the least reading time, and from
        its owner with the least, so that many cookies give no advantage.

        Args:
            owner: Id of the visitor whose file it is.
            address: Address of the visitor.
            function: Function that the other process can import.
            content: Bytes of the file; their size determines how long reading may take.
            *args: Further arguments.
            **options: Further keyword arguments.

        Raises:
            UnpaddedError: If the function raises it, or the file takes too much memory or time.
        """
        seconds = get_max_seconds(content)
        build_job: Callable[..., Callable[[], T]] = partial
        job = build_job(function, PickleBuffer(content), *args, **options)
        with self._borrow_child(_Entry(owner, address, seconds)) as child:
            return _execute(child, job, seconds)

    def close(self) -> None:
        """End all processes."""
        with self._changed:
            self._closed = True
            children = [*self._warm, *self._busy]
            self._changed.notify_all()
        for child in children:
            _end(child)

    @contextlib.contextmanager
    def _borrow_child(self, entry: _Entry) -> Iterator[_Child]:
        """Provide a process for one file."""
        with self._changed:
            self.waiting.append(entry)
            try:
                while not self._has_warm() or entry is not self._select_next():
                    if self._fails_to_start or self._closed:
                        raise ServiceError(PROGRAM_FAILED)
                    self._changed.wait()
            finally:
                self.waiting.remove(entry)
            child = self._warm.pop()
            self._busy.append(child)
            self.reading.append(entry)
            self._changed.notify_all()
        started = time.monotonic()
        try:
            yield child
        finally:
            reusable = _is_reusable(child)
            if not reusable:
                _end(child)
            with self._changed:
                for name in (entry.owner, entry.address):
                    self._used[name] = self._get_used(name) + time.monotonic() - started
                self._busy.remove(child)
                self.reading.remove(entry)
                if reusable:
                    self._warm.append(child)
                self._changed.notify_all()

    def _has_warm(self) -> bool:
        """Return True if a process is ready; remove processes that have ended unnoticed."""
        for child in [each for each in self._warm if each.process.poll() is not None]:
            self._warm.remove(child)
            _end(child)
            self._changed.notify_all()
        return bool(self._warm)

    def _select_next(self) -> _Entry | None:
        """Return the file to read next.

        One process is reserved for addresses that do not use all the others, so that nobody has to
        wait for the end of a slow file of another visitor.
        """
        now = time.monotonic()
        if now - self._halved_at > HALF_SECONDS:
            self._halved_at = now
            self._used = {name: used / 2 for name, used in self._used.items() if used > 1}
        reading = Counter(name for entry in self.reading for name in (entry.address, entry.owner))

        def get_usage(entry: _Entry) -> tuple[float, ...]:
            address, owner = entry.address, entry.owner
            return (
                reading[address],
                self._get_used(address),
                reading[owner],
                self._get_used(owner),
                entry.seconds,  # among equals, a small file first
            )

        eligible = [entry for entry in self.waiting if reading[entry.address] < MAX_PER_ADDRESS]
        return min(eligible, key=get_usage, default=None)

    def _get_used(self, name: str) -> float:
        return self._used.get(name, 0.0)

    def _maintain_warm(self) -> None:
        """Keep one process ready for the next file, for as long as the server lives."""
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
    """Return a process that is ready; None if it does not start."""
    environment = {name: os.environ[name] for name in VARIABLES if name in os.environ}
    # Otherwise each thread that allocates memory maps 64 MB of addresses, which are limited.
    environment["MALLOC_ARENA_MAX"] = "2"
    try:
        child = _Child(ChildProcess("runs.reading.child", environment), 0)
        frames.receive(child.process.stdout, MAX_BYTES)
        child.bytes = child.measures.memory_info().rss
        return child
    except (OSError, EOFError, psutil.Error) as error:
        log_event("no process to read files", logging.ERROR, why=f"{type(error).__name__}: {error}")
        return None


def _end(child: _Child) -> None:
    child.process.kill()
    child.process.wait()
    for pipe in (child.process.stdin, child.process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()


def _execute(child: _Child, job: Callable[[], T], seconds: float) -> T:
    done = threading.Event()
    start_thread(lambda: _watch(child, seconds, done))
    result: T | UnpaddedError | frames.Failed
    try:
        frames.send(child.process.stdin, (job, seconds))
        result = frames.receive(child.process.stdout, MAX_BYTES)
    except (EOFError, OSError, ValueError) as error:
        if isinstance(error, ValueError):  # too many bytes: the rest is still in the pipe
            child.why = OUT_OF_MEMORY
            child.process.kill()
        reason = _explain_end(child)
        log_event("a file ended its reader", logging.WARNING, why=str(reason))
        raise reason from None
    finally:
        done.set()
    if isinstance(result, UnpaddedError):
        raise result
    if isinstance(result, frames.Failed):
        raise ServiceError(PROGRAM_FAILED)
    return result


def _watch(child: _Child, seconds: float, done: threading.Event) -> None:
    """End a process that takes too much memory or time.

    Not every system limits both, and none limits the wall-clock time.
    """
    started = time.monotonic()
    with contextlib.suppress(psutil.Error):  # it has ended
        cpu_seconds = _get_cpu_seconds(child)
        while not done.wait(WATCH_SECONDS):
            if child.measures.memory_info().rss > child.bytes + MAX_MEMORY:
                child.why = OUT_OF_MEMORY
            elif (
                _get_cpu_seconds(child) - cpu_seconds > seconds
                or time.monotonic() - started > WAITING_TIMES * seconds
            ):
                child.why = TOO_SLOW
            if child.why is not None and not done.is_set():
                child.process.kill()
                return


def _get_cpu_seconds(child: _Child) -> float:
    times = child.measures.cpu_times()
    return times.user + times.system


def _explain_end(child: _Child) -> UnpaddedError:
    """Return the error for a process that ended."""
    status = child.process.wait()
    if (why := child.why) is not None:
        return QuotaError(why)
    if status == -getattr(signal, "SIGXCPU", 0):
        return QuotaError(TOO_SLOW)
    if status == -getattr(signal, "SIGKILL", 0):  # only by a system without free memory
        return ServiceError(MACHINE_FULL)
    return DataError(ENDED)


def _is_reusable(child: _Child) -> bool:
    """Return True if the process may read another file: it is alive and has released its memory."""
    if child.why is not None or child.process.poll() is not None:
        return False
    try:
        return child.measures.memory_info().rss - child.bytes < MAX_GROWTH
    except psutil.Error:
        return False
