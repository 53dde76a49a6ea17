"""Thread helpers of the server and its workers."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from runs.json_log import hash_run_id, log_event
from runs.store import StoreError

TROUBLE_SECONDS = 1.0  # between two attempts to write to a failing store

log = logging.getLogger("unpadded.runs")


def start_thread(function: Callable[[], object]) -> threading.Thread:
    """Start a daemon thread, which unlike a thread of a pool does not keep the process alive."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    return thread


def retry_until_stored(
    write: Callable[[], object], should_give_up: Callable[[], bool] = lambda: False
) -> None:
    """Write to the store, and retry for as long as it fails.

    A trained model must not be lost to a disk that is full for an hour. The store logs the reason.

    Args:
        write: Function that writes; it is retried after a StoreError.
        should_give_up: Checked before every attempt; True ends the retries.
    """
    while not should_give_up():
        try:
            write()
            return
        except StoreError:
            time.sleep(TROUBLE_SECONDS)


def log_run_error(run_id: str, reason: str) -> None:
    """Log an error of the program that a run met."""
    log_event("run in trouble", logging.ERROR, run=hash_run_id(run_id), why=reason)
