"""Connection of the server to its workers: a local Dask cluster, or an external one."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict, TypeVar

from distributed import Client, Security

from runs.child_process import ChildProcess
from runs.cluster import machine_kind, out_of_memory_events
from runs.stopwatch import Stopwatch

# One of each per worker: predictions wait neither for trainings nor for the analyses after them.
SLOTS = ("training", "light", "after")

EVENT_WAIT_SECONDS = 1.0
MAX_EVENT_AGE_SECONDS = 30.0
# A worker sends a heartbeat to the scheduler every half second, whatever it computes. Its event
# loop does so, which only a suspended process, or a driver that holds Python's lock, blocks. A
# worker without a heartbeat for a minute does not recover: the maximum measured on a busy machine
# is 3 s.
UNRESPONSIVE_SECONDS = 60.0
QUIET_SECONDS = 6.0  # a worker without a heartbeat for this long gets nothing new
REPLY_SECONDS = 5.0  # the scheduler replies within some milliseconds
END_SECONDS = 5.0  # for the process of the cluster to end by itself
KEY_SECONDS = 300 * 24 * 3600.0  # the key of the local cluster is valid for 365 days
CONNECT_SECONDS = 5  # with Dask's default of 30 everybody would wait after a scheduler died


T = TypeVar("T")


class ProgressMessage(TypedDict):
    """Progress of a request, as its worker logs it."""

    request_id: str
    share: float


class _WorkerInfo(TypedDict):
    """What the scheduler says of a worker, as far as it is used here."""

    status: str
    resources: Mapping[str, float]
    last_seen: float


@dataclass
class _Pulse:
    """Heartbeat of a worker.

    Attributes:
        last_seen: Time of the last heartbeat, on the clock of the scheduler.
        silence: Time since it changed.
    """

    last_seen: float
    silence: Stopwatch = field(default_factory=Stopwatch)


class WorkerLost(Exception):
    """The worker that executed a job ended, or the connection to it."""


class Cluster:
    """Connection to a cluster.

    The constructor connects, which takes about two seconds, so it must not run on a page's thread.
    """

    def __init__(
        self, address: str | None, topic: str, on_event: Callable[[ProgressMessage], None]
    ) -> None:
        """Connect to the cluster.

        Args:
            address: Address of an external scheduler; None to start a local cluster.
            topic: Topic of the messages that workers log.
            on_event: Receives each message of the topic, on a thread of Dask.
        """
        self._out_of_memory: dict[str, float] = {}  # worker → time, on the monotonic clock
        self._pulses: dict[str, _Pulse] = {}  # by worker
        self._time_without_reply = Stopwatch()  # time since the last reply of the scheduler
        self.child = None if address else ChildProcess("runs.cluster.local")
        self.expires_at = math.inf if address else time.monotonic() + KEY_SECONDS
        security = None  # as in Dask's settings
        try:
            if self.child is not None:
                with self.child.stdout as pipe:
                    reply = pipe.readline()
                if not reply:
                    raise RuntimeError(f"the cluster's process ended with {self.child.wait()}")
                message = json.loads(reply)
                if "error" in message:
                    raise RuntimeError(message["error"])
                address, security = message["address"], Security(**message["security"])
            self.client = Client(
                address, security=security, set_as_default=False, timeout=CONNECT_SECONDS
            )
        except BaseException:
            self._end_child()
            raise
        self.client.subscribe_topic(topic, lambda event: on_event(event[1]))
        self.client.subscribe_topic(out_of_memory_events.TOPIC, self._note_out_of_memory)

    @property
    def is_ours(self) -> bool:
        """True if the workers are child processes of this process, which end with it."""
        return self.child is not None

    @property
    def is_alive(self) -> bool:
        """True while the connection works and the key is valid."""
        if self.child is not None and self.child.poll() is not None:
            return False
        if self._time_without_reply.seconds > UNRESPONSIVE_SECONDS:
            return False
        if time.monotonic() > self.expires_at:  # a new cluster has a new key; its runs resume
            return False
        return self.client.status == "running"

    def list_workers(self) -> list[str]:
        """Return the addresses of the workers that are ready and have the slots of this app."""
        try:
            identity = self.client.scheduler.identity  # type: ignore[union-attr]  # None once closed
            reply = self.client.sync(identity, n_workers=-1, callback_timeout=REPLY_SECONDS)
            workers: dict[str, _WorkerInfo] = reply["workers"]
        except Exception:  # the connection was just lost, which ``is_alive`` reports next
            self._time_without_reply.read()
            return []
        self._time_without_reply.restart()
        self._update_pulses(workers)
        return [
            address
            for address, worker in workers.items()
            if worker["status"] == "running"
            and set(SLOTS) <= set(worker["resources"])
            and not self._is_unresponsive(address, QUIET_SECONDS)
        ]

    def list_kinds(self) -> frozenset[str]:
        """Return the kinds of the workers, see ``runs.cluster.machine_kind.get_kind``."""
        try:
            workers = self.client.scheduler_info()["workers"].values()
        except Exception:  # as in ``list_workers``
            return frozenset()
        kinds = (each["metrics"].get(machine_kind.METRIC) for each in workers)
        return frozenset(filter(None, kinds))

    def _update_pulses(self, workers: Mapping[str, _WorkerInfo]) -> None:
        pulses = {}
        for address, worker in workers.items():
            pulse = self._pulses.get(address)
            if pulse is None or pulse.last_seen != worker["last_seen"]:
                pulse = _Pulse(worker["last_seen"])
            pulse.silence.read()
            pulses[address] = pulse
        self._pulses = pulses

    def list_unresponsive(self) -> list[str]:
        """Return workers without a heartbeat, each of them once per minute."""
        workers = [
            each for each in self._pulses if self._is_unresponsive(each, UNRESPONSIVE_SECONDS)
        ]
        for each in workers:
            self._pulses[each].silence.restart()
        return workers

    def _is_unresponsive(self, worker: str, seconds: float) -> bool:
        return self._pulses[worker].silence.seconds > seconds

    def call(self, worker: str, slot: str, function: Callable[..., T], *args: object) -> T:
        """Run a function in a worker and wait for the result.

        Args:
            worker: Address of the worker.
            slot: Slot that the function occupies.
            function: Function that the worker can import.
            *args: Positional arguments.

        Raises:
            WorkerLost: If the worker ends first.
        """
        try:
            # Scattered, because Dask keeps the arguments of a task in the scheduler.
            scattered = self.client.scatter(list(args), workers=[worker], hash=False)
            future = self.client.submit(
                function, *scattered, workers=[worker], resources={slot: 1}, pure=False
            )
            result: T = future.result()
            return result
        # Jobs return their errors (see runs.jobs.context), so this is a KilledWorker, a cancelled
        # future, a closed connection, or another effect of a dying worker.
        except (Exception, asyncio.CancelledError) as error:
            reason = " ".join(str(error).split())
            raise WorkerLost(f"{type(error).__name__}: {reason}") from error

    def ran_out_of_memory(self, worker: str) -> bool:
        """Return True if a worker that was just lost was ended for its use of memory.

        Waits for the event, which may arrive later than the loss.
        """
        deadline = time.monotonic() + EVENT_WAIT_SECONDS
        while worker not in self._out_of_memory and time.monotonic() < deadline and self.is_alive:
            time.sleep(EVENT_WAIT_SECONDS / 20)
        time_of_event = self._out_of_memory.get(worker)
        return (
            time_of_event is not None and time.monotonic() - time_of_event < MAX_EVENT_AGE_SECONDS
        )

    def _note_out_of_memory(self, event: tuple[float, Mapping[str, str]]) -> None:
        self._out_of_memory[event[1]["worker"]] = time.monotonic()

    def replace(self, worker: str) -> None:
        """Let the worker's nanny replace it with a fresh one, which gets another address."""
        with contextlib.suppress(Exception):  # it has ended, and the nanny replaces it
            self.client.restart_workers([worker], raise_for_error=False)

    def close(self) -> None:
        """Close the connection, and end the workers of a local cluster."""
        self.client.close(timeout=2)
        self._end_child()

    def _end_child(self) -> None:
        if self.child is not None:
            self.child.stdin.close()
            try:
                self.child.wait(END_SECONDS)
            except subprocess.TimeoutExpired:  # it hangs
                self.child.kill()
                self.child.wait()
