"""The page's connection to its workers: a Dask cluster of its own in child processes, or the
one whose address it is given."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from distributed import Client, Security

from runs.cluster import machine, nanny_preload
from runs.stopwatch import Stopwatch

ROOT = Path(__file__).parents[2]
# One of each a worker: predictions wait neither for trainings nor for what follows them.
SLOTS = ("training", "light", "after")

NEWS_SECONDS = 1.0
OLD_NEWS_SECONDS = 30.0
# A worker tells the scheduler every half second that it lives, whatever it computes: by its event
# loop, which a suspended process or a driver that holds Python's lock stops. One that did not for a
# minute does not come back: the worst of a busy machine that was measured are 3 s.
STILL_SECONDS = 60.0
QUIET_SECONDS = 6.0  # a worker that was still for so long is given nothing new
ANSWER_SECONDS = 5.0  # the scheduler answers within some milliseconds
END_SECONDS = 5.0  # for the cluster's process to end by itself
KEY_SECONDS = 300 * 24 * 3600.0  # the key of our own cluster is valid for 365 days
CONNECT_SECONDS = 5  # Dask's own 30 would be waited for by everyone after a scheduler died


@dataclass
class _Pulse:
    """last_seen: as the scheduler says, on its clock."""

    last_seen: float
    still: Stopwatch = field(default_factory=Stopwatch)


class WorkerLost(Exception):
    """The worker that was doing this ended, or the connection to it did."""


class Cluster:
    """Connected once constructed; that takes about two seconds, so not on a page's thread."""

    def __init__(self, address: str | None, topic: str, on_event: Callable[[Any], None]) -> None:
        """``address``: of somebody else's scheduler. ``on_event`` gets the messages workers log
        under ``topic``, on a thread of Dask."""
        self._out_of_memory: dict[str, float] = {}  # worker → when, on the monotonic clock
        self._pulses: dict[str, _Pulse] = {}  # by worker
        self._unanswered = Stopwatch()  # how long the scheduler has not answered
        self._child = None if address else _start_child()
        self._ends = math.inf if address else time.monotonic() + KEY_SECONDS
        security = None  # as Dask's own settings say
        try:
            if self._child is not None:
                with self._child.stdout as pipe:
                    line = pipe.readline()
                if not line:
                    raise RuntimeError(f"the cluster's process ended with {self._child.wait()}")
                told = json.loads(line)
                if "error" in told:
                    raise RuntimeError(told["error"])
                address, security = told["address"], Security(**told["security"])
            self._client = Client(
                address, security=security, set_as_default=False, timeout=CONNECT_SECONDS
            )
        except BaseException:
            self._end_child()
            raise
        self._client.subscribe_topic(topic, lambda event: on_event(event[1]))
        self._client.subscribe_topic(nanny_preload.TOPIC, self._note_out_of_memory)

    @property
    def is_ours(self) -> bool:
        """Whether the workers are our child processes, and end with us."""
        return self._child is not None

    @property
    def alive(self) -> bool:
        if self._child is not None and self._child.poll() is not None:
            return False
        if self._unanswered.seconds > STILL_SECONDS:
            return False
        if time.monotonic() > self._ends:  # a new one has a new key; what is trained continues
            return False
        return self._client.status == "running"

    def workers(self) -> list[str]:
        """Addresses of the workers that are ready and have our slots."""
        try:
            identity = self._client.scheduler.identity
            known = self._client.sync(identity, n_workers=-1, callback_timeout=ANSWER_SECONDS)
            known = known["workers"]
        except Exception:  # the connection was lost in this moment; ``alive`` tells next time
            self._unanswered.look()
            return []
        self._unanswered.restart()
        self._feel(known)
        return [
            address
            for address, worker in known.items()
            if worker["status"] == "running"
            and set(SLOTS) <= set(worker["resources"])
            and not self._is_still(address, QUIET_SECONDS)
        ]

    def kinds(self) -> frozenset[str]:
        """What the workers are, as ``runs.cluster.machine.kind`` says."""
        try:
            known = self._client.scheduler_info()["workers"].values()
        except Exception:  # as in ``workers``
            return frozenset()
        return frozenset(filter(None, (each["metrics"].get(machine.METRIC) for each in known)))

    def _feel(self, known: dict[str, dict]) -> None:
        pulses = {}
        for address, worker in known.items():
            pulse = self._pulses.get(address)
            if pulse is None or pulse.last_seen != worker["last_seen"]:
                pulse = _Pulse(worker["last_seen"])
            pulse.still.look()
            pulses[address] = pulse
        self._pulses = pulses

    def still(self) -> list[str]:
        """Workers that stand still, each told of once a minute."""
        found = [each for each in self._pulses if self._is_still(each, STILL_SECONDS)]
        for each in found:
            self._pulses[each].still.restart()
        return found

    def _is_still(self, worker: str, seconds: float) -> bool:
        return self._pulses[worker].still.seconds > seconds

    def call(self, worker: str, slot: str, function: Callable, *args: Any) -> Any:
        """Run a function in a worker and wait for what it returns. Raises WorkerLost."""
        try:
            # Scattered, not in the task: Dask keeps a task's own arguments in the scheduler.
            sent = self._client.scatter(list(args), workers=[worker], hash=False)
            future = self._client.submit(
                function, *sent, workers=[worker], resources={slot: 1}, pure=False
            )
            return future.result()
        # The functions of runs.jobs.context return their errors, so that this is a KilledWorker, a
        # cancelled future, a closed connection, or whatever else a dying worker makes of it.
        except (Exception, asyncio.CancelledError) as error:
            reason = " ".join(str(error).split())
            raise WorkerLost(f"{type(error).__name__}: {reason}") from error

    def ran_out_of_memory(self, worker: str) -> bool:
        """Whether a worker that was lost now was ended for the memory it took. Waits for the news
        of it, which may come later than the loss."""
        deadline = time.monotonic() + NEWS_SECONDS
        while worker not in self._out_of_memory and time.monotonic() < deadline and self.alive:
            time.sleep(NEWS_SECONDS / 20)
        told = self._out_of_memory.get(worker)
        return told is not None and time.monotonic() - told < OLD_NEWS_SECONDS

    def _note_out_of_memory(self, event: tuple) -> None:
        self._out_of_memory[event[1]["worker"]] = time.monotonic()

    def replace(self, worker: str) -> None:
        """Let the worker's nanny end it and start a fresh one, which gets another address."""
        with contextlib.suppress(Exception):  # gone already, and replaced for that
            self._client.restart_workers([worker], raise_for_error=False)

    def close(self) -> None:
        """End the workers, if they are ours alone, and the connection."""
        self._client.close(timeout=2)
        self._end_child()

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.stdin.close()
            try:
                self._child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:  # it stands still
                self._child.kill()
                self._child.wait()


def _start_child() -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "runs.cluster.local"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        # Ctrl-C in the server's terminal is the server's; the pipe tells the child.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
