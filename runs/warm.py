"""Loaded into each worker before it takes work (Dask's ``preload``): TensorFlow, warm.

A worker joins the scheduler only after ``dask_setup`` returns, so every worker the page
sees can train at once.
"""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import replace

import psutil
from dask.system import CPU_COUNT

NICE = 10  # of 19: the page and the scheduler go first, and free cores are still used fully


def dask_setup(worker: object) -> None:
    # Before TensorFlow starts any thread: threads take over the priority of their creator.
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if os.name == "nt" else NICE)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _quiet():
        _warm_up()
    # Every model is compiled anew, which TensorFlow takes for a mistake and warns about.
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    # What predictions warn about is returned to the visitor as notes.
    warnings.filterwarnings("ignore", module=r"runs\.worker")


def _warm_up() -> None:
    """Import TensorFlow, and train and predict the home page's example once: every library is
    loaded, and the network that most visitors train first is compiled."""
    set_threads()

    from core import Recipe, Sequences, train

    example = Sequences.from_lists([[1], [2, 5]], targets=[1, 2])
    train(example, replace(Recipe.example(), epochs=1)).predict(example)


def set_threads() -> None:
    """Before TensorFlow starts: small matrix products do not thread, row groups side by side do,
    so that the threads go to operations and none into them."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(max(2, CPU_COUNT))


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
