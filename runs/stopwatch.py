"""A stopwatch that excludes the time during which this process was suspended."""

from __future__ import annotations

import time

MAX_STEP_SECONDS = 5.0


class Stopwatch:
    """Seconds since the last ``restart``.

    At most ``MAX_STEP_SECONDS`` count between two reads: after this process was stopped, or the
    machine slept, nothing is known about whether others were idle.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._last_read = time.monotonic()

    def read(self) -> float:
        """Update and return the seconds since the last ``restart``."""
        now = time.monotonic()
        self.seconds += min(now - self._last_read, MAX_STEP_SECONDS)
        self._last_read = now
        return self.seconds

    def restart(self) -> None:
        """Reset to zero."""
        self.seconds, self._last_read = 0.0, time.monotonic()
