"""Runs on a real cluster: recipes, data, and waiting for them."""

import io
import os
import time
from collections.abc import Callable

import numpy as np

from core import LSTM, Recipe, Sequences
from runs import ACTIVE, Run, Runs, RunState

OWNER = "ada"


def wait_for(condition: Callable[[], object], what: str, seconds: float = 180) -> None:
    """Wait until the condition holds.

    The limit is generous: it fails for broken code, not on slow machines.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for: {what}"
        time.sleep(0.01)


def wait_until_ended(runs: Runs, run_id: str) -> Run:
    """Wait until the run has ended and return it."""
    wait_for(lambda: runs.get(run_id).state not in ACTIVE, "the run to end")
    return runs.get(run_id)


def wait_until_training(runs: Runs, run_id: str) -> Run:
    """Wait until the first epoch of the run is over and return it."""
    wait_for(lambda: runs.get(run_id).history or runs.get(run_id).error, "a first epoch")
    assert runs.get(run_id).state is RunState.RUNNING
    return runs.get(run_id)


def make_noise(n: int = 64) -> Sequences:
    """n sequences without any pattern, to keep workers busy."""
    rng = np.random.default_rng(0)
    return Sequences.from_lists(
        [rng.normal(size=(rng.integers(2, 12), 2)) for _ in range(n)], targets=rng.normal(size=n)
    )


ENDLESS = Recipe(layers=(LSTM(4),), epochs=10_000, batch_size=2)


QUICK = Recipe(layers=(LSTM(4),), epochs=3, validation_split=0.0)


# Long enough for some checkpoints, with everything that has a state: validation, patience, Adam.
LONG = Recipe(layers=(LSTM(16, dropout=0.2),), epochs=600, batch_size=2, patience=600)


def get_pid(runs: Runs, address: str) -> int:
    return runs.dispatcher.cluster.client.run(os.getpid)[address]


def assert_same_training(runs: Runs, one: Run, other: Run) -> None:
    """Compare bit by bit, except for times."""
    assert one.state is other.state is RunState.FINISHED
    assert one.best_epoch == other.best_epoch
    for name in ("loss", "val_loss"):
        assert one.history[name] == other.history[name]
    for ours, theirs in zip(read_weights(runs, one), read_weights(runs, other), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def read_weights(runs: Runs, run: Run) -> list[np.ndarray]:
    from core import load

    return load(io.BytesIO(runs.read_model(run.id))).network.get_weights()
