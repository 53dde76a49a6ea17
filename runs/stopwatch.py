"""How long something has been still, in time that this process was awake for."""

from __future__ import annotations

import time

MAX_STEP_SECONDS = 5.0


class Stopwatch:
    """Seconds since the last ``restart``. Between two looks at most ``MAX_STEP_SECONDS`` count: a
    process that was stopped, or a machine that slept, cannot tell that others were still."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._looked = time.monotonic()

    def look(self) -> float:
        now = time.monotonic()
        self.seconds += min(now - self._looked, MAX_STEP_SECONDS)
        self._looked = now
        return self.seconds

    def restart(self) -> None:
        self.seconds, self._looked = 0.0, time.monotonic()
