"""Keep a worker away from a database of another version of the app.

Dask preloads this module in workers that are started by themselves (see ``runs/dask.yaml``). A
server watches the database for the workers that it starts.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import time
from functools import partial
from typing import NoReturn

import psutil
from distributed import Worker

from runs.json_log import configure, log_event
from runs.settings import Settings
from runs.store import NewerStoreError, StoreError
from runs.store.database import Database
from runs.threads import start_thread

POLL_SECONDS = 1.0
# For the server, which is often started at the same time. Dask does not end a worker that waits.
WAIT_SECONDS = 60.0


async def dask_setup(worker: Worker) -> None:
    """Wait until the server has migrated the database; Dask calls this before the worker joins."""
    configure()
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            database = Database(Settings.from_environment().database_url, migrates=False)
            break
        except StoreError as error:
            if isinstance(error, NewerStoreError) or time.monotonic() > deadline:
                _end_worker(error)
            log_event("worker waits for the database", logging.WARNING, why=str(error))
            await asyncio.sleep(POLL_SECONDS)
        except ValueError as error:  # an invalid setting
            _end_worker(error)
    start_thread(partial(_watch, database))


def _watch(database: Database) -> None:
    """End the worker when a newer server has migrated the database."""
    while True:
        time.sleep(POLL_SECONDS)
        try:
            database.refuse_newer()
        except NewerStoreError as error:
            _end_worker(error)
        except StoreError:  # the store has logged it
            continue


def _end_worker(error: ValueError) -> NoReturn:
    log_event(str(error), logging.ERROR)
    nanny = multiprocessing.parent_process()
    if nanny is not None:  # it would start another worker
        psutil.Process(nanny.pid).kill()
    os._exit(1)
