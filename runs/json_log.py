"""Structured logging of the server and its workers: one JSON object per line, on standard error.

There is one line per change of the state of a run or of the server, written by the process that
makes the change. A line contains no data of visitors: no name, no sequence id, no value. A run id
gives access to the run, so a line contains only a digest of it.
"""

from __future__ import annotations

import json
import logging
import threading
from datetime import UTC, datetime
from hashlib import sha256

LOGGER_NAME = "unpadded"
DIGITS = 12  # of a digest: enough to distinguish a million runs
QUIET_SECONDS = 60.0  # between two lines about the same problem

_log = logging.getLogger(LOGGER_NAME)


def configure() -> None:
    """Configure the logger of this process; the loggers of libraries stay unchanged."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter())
    handler.addFilter(RepeatFilter())
    _log.handlers = [handler]
    _log.setLevel(logging.INFO)
    _log.propagate = False


def log_event(event: str, level: int = logging.INFO, **facts: object) -> None:
    """Write one line.

    Args:
        event: What happened.
        level: Level of the ``logging`` module.
        **facts: Further entries of the JSON object.
    """
    _log.log(level, event, extra={"facts": facts})


def hash_run_id(run_id: str) -> str:
    """Return the beginning of the SHA-256 of a run id, which identifies the run in the log."""
    return sha256(run_id.encode()).hexdigest()[:DIGITS]


class JsonFormatter(logging.Formatter):
    """Format a log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a JSON object without line breaks."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": record.process,
            "event": record.getMessage(),
        } | getattr(record, "facts", {})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


class RepeatFilter(logging.Filter):
    """Pass the same problem once per minute, since a failing write is retried every second.

    The entry ``times`` of the next line counts the suppressed repetitions, itself included.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reported: dict[tuple[object, ...], float] = {}  # problem → time
        self._suppressed: dict[tuple[object, ...], int] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return False for a problem that was reported in the last minute."""
        if record.levelno < logging.WARNING:
            return True
        facts = getattr(record, "facts", {})
        error = record.exc_info[1] if record.exc_info else None
        problem = (record.getMessage(), facts.get("run"), type(error), str(error))
        with self._lock:
            for each in [*self.reported]:
                if record.created - self.reported[each] >= 2 * QUIET_SECONDS:
                    del self.reported[each]
                    self._suppressed.pop(each, None)
            if record.created - self.reported.get(problem, -QUIET_SECONDS) < QUIET_SECONDS:
                self._suppressed[problem] = self._suppressed.get(problem, 0) + 1
                return False
            self.reported[problem] = record.created
            suppressed = self._suppressed.pop(problem, 0)
        if suppressed:
            record.facts = facts | {"times": suppressed + 1}
        return True
