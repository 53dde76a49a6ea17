"""Track how long each run has held its worker, and who was served last, as this server sees it.

Neither is stored: a visitor who deletes runs must not become a newcomer, and clocks of several
machines are not compared. The count starts from zero with the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from runs.stopwatch import Stopwatch
from runs.store import RunningRun, WaitingRun

# How long a run may hold its worker while others wait. Longer turns waste less: resuming costs
# 0.2 to 1 s, and some 3 s if the network has to be compiled. Shorter turns keep the promise that
# a newcomer starts within 40 s, even if a run does not yield by itself and its worker has to be
# replaced by a new process, which takes about 10 s.
TURN_SECONDS = 20.0
MAX_DOUBLINGS = 6
REMEMBERED_SECONDS = 3600.0


@dataclass
class _Hold:
    """Time that one attempt has held its worker."""

    attempt: int
    watch: Stopwatch = field(default_factory=Stopwatch)


class Turns:
    """Turns of the running runs.

    Attributes:
        seconds: Length of a turn.
        last_served: When an owner and an address last held a worker, by owner and by address.
    """

    def __init__(self) -> None:
        self.seconds = TURN_SECONDS
        self.last_served: dict[str, float] = {}
        self._holds: dict[str, _Hold] = {}  # by run id
        self._long: str | None = None  # the only run with a longer turn

    def update(self, running: Sequence[RunningRun], workers: int, now: float) -> None:
        """Record who holds a worker now.

        Args:
            running: Runs that hold a worker.
            workers: Number of workers.
            now: Time on the clock that creation times use.
        """
        self.last_served = {
            name: time for name, time in self.last_served.items() if now - time < REMEMBERED_SECONDS
        }
        holds: dict[str, _Hold] = {}
        for run in running:
            self.last_served[run.owner] = self.last_served[run.address] = now
            hold = self._holds.get(run.id)
            if hold is None or hold.attempt != run.attempt:
                hold = _Hold(run.attempt)
            hold.watch.read()
            holds[run.id] = hold
        self._holds = holds
        # A run that makes no progress in a turn, such as one whose batch takes a minute, gets
        # longer turns: one run at a time and never on the only worker, so that the turns of the
        # others stay short.
        slow = [run.id for run in running if run.fruitless]
        if workers < 2:
            self._long = None
        elif self._long not in slow:
            self._long = next(iter(slow), None)

    def record_turn(self, run: WaitingRun, now: float) -> None:
        """Count a turn for a run whose identical run was trained in it."""
        self.last_served[run.owner] = self.last_served[run.address] = now

    def get_seconds_left(self, run: RunningRun) -> float:
        """Return the seconds left of the turn; negative when others may have the worker."""
        doublings = min(run.fruitless, MAX_DOUBLINGS) if run.id == self._long else 0
        return self.seconds * 2.0**doublings - self._holds[run.id].watch.seconds
