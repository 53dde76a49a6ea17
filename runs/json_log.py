"""What the server and its workers write to their logs: JSON, an object a line, on standard error.

One line a change of a run's state or the server's, by whichever process made it. Nothing of what
visitors have or typed is in them, no name, no id of a sequence, no value; and since a run's id
opens it to whoever reads it, a line has a digest of it.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from hashlib import sha256

NAME = "unpadded"
DIGITS = 12  # of a digest: enough to tell a million runs apart
QUIET_SECONDS = 60.0  # between two lines about the same trouble

_log = logging.getLogger(NAME)


def configure() -> None:
    """Of this process; the libraries' own loggers stay as they are."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    handler.addFilter(Repeats())
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False


def say(event: str, level: int = logging.INFO, **facts: object) -> None:
    """One line."""
    _log.log(level, event, extra={"facts": facts})


def digest(run_id: str) -> str:
    """What stands for a run: the beginning of the SHA-256 of its id."""
    return sha256(run_id.encode()).hexdigest()[:DIGITS]


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": record.process,
            "event": record.getMessage(),
        } | getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


class Repeats(logging.Filter):
    """Lets the same trouble through once a minute: what cannot write to a full disk tries again
    every second. ``times`` says how often it came since the line before."""

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[tuple, float] = {}  # trouble → when
        self._withheld: dict[tuple, int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING:
            return True
        facts = getattr(record, "facts", {})
        error = record.exc_info[1] if record.exc_info else None
        trouble = (record.getMessage(), facts.get("run"), type(error), str(error))
        with self._lock:
            for each in [*self._told]:
                if record.created - self._told[each] >= 2 * QUIET_SECONDS:
                    del self._told[each]
                    self._withheld.pop(each, None)
            if record.created - self._told.get(trouble, -QUIET_SECONDS) < QUIET_SECONDS:
                self._withheld[trouble] = self._withheld.get(trouble, 0) + 1
                return False
            self._told[trouble] = record.created
            withheld = self._withheld.pop(trouble, 0)
        if withheld:
            record.facts = facts | {"times": withheld + 1}
        return True
