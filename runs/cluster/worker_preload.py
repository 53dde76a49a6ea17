"""Loaded into each worker before it takes work (Dask's ``preload``): TensorFlow.

A worker joins the scheduler only after ``dask_setup`` returns, so every worker the page sees has
imported TensorFlow. What the welcome page needs is compiled after that, while the worker has
nothing else to do: a training that waits already need not wait for it.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace

import psutil
from dask.system import CPU_COUNT
from distributed import Status, Worker

from runs import json_log
from runs.cluster import machine
from runs.threads import background

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
NICE = 10  # of 19: the page and the scheduler go first, and free cores are still used fully
# A run that waits is handed over within half a second of a worker's joining.
IDLE_SECONDS = 1.0


def dask_setup(worker: Worker) -> None:
    # Before TensorFlow starts any thread: threads take over the priority of their creator.
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else NICE)
    # What native code fails with is raised in Python, too; its own lines are for its developers.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    json_log.configure()
    worker.http_server.stop()  # it has no pages, see runs/dask.yaml
    with _quiet():
        _import_tensorflow()
    kind = machine.kind()
    worker.metrics[machine.METRIC] = lambda worker: kind
    # Every model is compiled anew, which TensorFlow takes for a mistake and warns about.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # What predictions warn about is returned to the visitor as notes.
    warnings.filterwarnings("ignore", module=r"runs\.predictor|core\.evaluation\.measured")
    json_log.say("worker ready")
    background(lambda: _compile_example(worker))


def _import_tensorflow() -> None:
    """Import it with all that a training needs, and have it look for its devices."""
    prepare_process()
    import tensorflow as tf

    from core import train  # noqa: F401  (imported lazily otherwise)

    tf.zeros([]).numpy()


def _compile_example(worker: Worker) -> None:
    """Train and predict the home page's example once, as soon as the worker is idle: it is the
    network that most visitors train first. Begins again later if a job comes in between."""
    from core import Recipe, Sequences, train

    def busy() -> bool:
        return worker.state.executing_count > 0

    example = Sequences.from_lists([[1], [2, 5]], targets=[1, 2])
    while True:
        time.sleep(IDLE_SECONDS)
        if worker.status is not Status.running or busy():
            continue
        model = train(example, replace(Recipe.example(), epochs=1), should_stop=busy)
        if not model.stopped:
            model.predict(example)
            json_log.say("worker warm")
            return


def prepare_process() -> None:
    """What the engine's speed needs of its process, before TensorFlow starts."""
    _keep_freed_memory()
    import tensorflow as tf

    # Small matrix products do not thread, row groups side by side do: the threads go to
    # operations and none into them.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(max(2, CPU_COUNT))


def _keep_freed_memory() -> None:
    """Ask the C library (glibc has the call) to keep what is freed for the next batch. By itself
    it gives arrays of some hundred kilobytes back to the system at once, and Dask asks it to give
    back even more; getting them anew, page by page, takes a fifth of a training's time."""
    keep = getattr(ctypes.CDLL(None), "mallopt", None) if os.name == "posix" else None
    if keep is not None:
        keep(M_TRIM_THRESHOLD, 2**31 - 1)
        keep(M_MMAP_THRESHOLD, 2**25)  # the most it takes


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Drop what is written to stderr. TensorFlow tells on every start which GPU it did not find,
    before it looks at its log level; a Python error still comes through, as an exception."""
    before = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
