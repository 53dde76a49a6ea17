"""How long each run has had its worker, and who had one last, as this server saw it.

Neither is in the store: what a visitor deletes must not make them a newcomer, and no clocks of
several machines are compared. A server that has just started begins to count anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from runs.stopwatch import Stopwatch
from runs.store import Held, Waiting

# What a run may have its worker for while others wait. Longer turns waste less: to go on costs
# 0.2 to 1 s, and some 3 s where the network has to be compiled. Shorter ones keep the promise that
# a newcomer begins within 40 s also when a run does not yield by itself, and a new process has to
# take the place of its worker, which takes about 10 s.
TURN_SECONDS = 20.0
MAX_DOUBLINGS = 6
REMEMBERED_SECONDS = 3600.0


@dataclass
class _Hold:
    attempt: int
    watch: Stopwatch = field(default_factory=Stopwatch)


class Turns:
    """seconds  of a turn
    last     when an owner and an address last had a worker, by either
    """

    def __init__(self) -> None:
        self.seconds = TURN_SECONDS
        self.last: dict[str, float] = {}
        self._holds: dict[str, _Hold] = {}  # by run id
        self._long: str | None = None  # the one run that has a longer turn

    def note(self, held: Sequence[Held], workers: int, now: float) -> None:
        """Take down who has a worker now; ``now`` on the clock that runs are created by."""
        self.last = {who: at for who, at in self.last.items() if now - at < REMEMBERED_SECONDS}
        holds = {}
        for run in held:
            self.last[run.owner] = self.last[run.address] = now
            hold = self._holds.get(run.id)
            same = hold is not None and hold.attempt == run.attempt
            holds[run.id] = hold if same else _Hold(run.attempt)
            holds[run.id].watch.look()
        self._holds = holds
        # What cannot get any further in a turn, such as in one batch of a minute, has longer ones;
        # one run at a time and never on the only worker, so that the others' turns stay short.
        needy = [run.id for run in held if run.fruitless]
        if workers < 2:
            self._long = None
        elif self._long not in needy:
            self._long = next(iter(needy), None)

    def count(self, run: Waiting, now: float) -> None:
        """Count a turn of a run in which another one is trained, whose result it waits for."""
        self.last[run.owner] = self.last[run.address] = now

    def left(self, run: Held) -> float:
        """Seconds of its turn; below 0 when others may have its worker."""
        doublings = min(run.fruitless, MAX_DOUBLINGS) if run.id == self._long else 0
        return self.seconds * 2**doublings - self._holds[run.id].watch.seconds
