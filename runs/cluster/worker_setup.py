"""Set up a worker: import TensorFlow before it accepts jobs, then compile the example.

Dask preloads this module in each worker (see ``runs/dask.yaml``).

A worker joins the scheduler only after ``dask_setup`` returns, so every worker that the server
sees has imported TensorFlow. The network of the home page is compiled after that, while the
worker is idle: a training that already waits does not have to wait for it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace

import psutil
from dask.system import CPU_COUNT
from distributed import Status, Worker

from runs import json_log
from runs.cluster import machine_kind
from runs.memory_allocator import keep_freed_memory
from runs.threads import start_thread

NICE = 10  # of 19: the server and the scheduler have priority; idle cores are still used fully
# A waiting run is assigned within half a second after a worker joins.
IDLE_SECONDS = 1.0


def dask_setup(worker: Worker) -> None:
    """Prepare the worker process; Dask calls this before the worker joins."""
    # Before TensorFlow starts a thread: threads inherit the priority of their creator.
    if sys.platform == "win32":
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        psutil.Process().nice(NICE)
    # Errors of native code are raised in Python as well; its log lines are for its developers.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    json_log.configure()
    worker.http_server.stop()  # it has no pages, see runs/dask.yaml
    with _quiet():
        _import_tensorflow()
    kind = machine_kind.get_kind()
    worker.metrics[machine_kind.METRIC] = lambda worker: kind
    # Every model is compiled again, which TensorFlow reports as a mistake.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # Warnings of predictions are returned to the visitor as notes.
    warnings.filterwarnings("ignore", module=r"runs\.jobs\.predict")
    json_log.log_event("worker ready")
    start_thread(lambda: _compile_example(worker))


def _import_tensorflow() -> None:
    """Import all that a training needs, and let TensorFlow detect its devices."""
    prepare_process()
    import tensorflow as tf

    from core import train  # noqa: F401  (imported lazily otherwise)

    tf.zeros([]).numpy()


def _compile_example(worker: Worker) -> None:
    """Train and predict the example of the home page once, as soon as the worker is idle.

    Most visitors train this network first. Starts again if a job interrupts it.
    """
    from core import Recipe, Sequences, train

    def is_busy() -> bool:
        return worker.state.executing_count > 0

    example = Sequences.from_lists([[1], [2, 5]], targets=[1, 2])
    while True:
        time.sleep(IDLE_SECONDS)
        if worker.status is not Status.running or is_busy():
            continue
        model = train(example, replace(Recipe.example(), epochs=1), should_stop=is_busy)
        if not model.stopped:
            model.predict(example)
            json_log.log_event("worker warm")
            return


def prepare_process() -> None:
    """Configure the process for the speed of the engine, before TensorFlow starts."""
    keep_freed_memory()
    import tensorflow as tf

    # Small matrix products do not use threads, but parallel row groups do: the threads go to
    # separate operations, not into one.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(max(2, CPU_COUNT))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Discard what is written to stderr.

    At every start, before it reads its log level, TensorFlow reports which GPU is missing. A Python
    error is still raised as an exception.
    """
    before = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
