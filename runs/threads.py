"""What the threads of the server and of its workers have in common."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from runs.json_log import digest, say
from runs.store import StoreError

TROUBLE_SECONDS = 1.0  # between two attempts to write to a store that cannot

log = logging.getLogger("unpadded.runs")


def background(work: Callable[[], object]) -> threading.Thread:
    """A thread that does not keep a process from ending, as those of a pool would."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def insist(write: Callable[[], object], given_up: Callable[[], bool] = lambda: False) -> None:
    """Write to the store, however long it cannot: what was trained must not be lost to a disk
    that is full for an hour. The store logs why it cannot."""
    while not given_up():
        try:
            write()
            return
        except StoreError:
            time.sleep(TROUBLE_SECONDS)


def log_of_run(run_id: str, reason: str) -> None:
    """An error that is the program's."""
    say("run in trouble", logging.ERROR, run=digest(run_id), why=reason)
