"""A real cluster for all tests: a scheduler and two workers with TensorFlow, started once."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

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


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNPADDED_WORKERS", "2")
        patch.setenv("UNPADDED_DATA", str(tmp_path_factory.mktemp("data")))
        patch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
        patch.delenv("DATABASE_URL", raising=False)
        runs = Runs()
        wait_for(lambda: len(runs.workers) == 2, "two warm workers")
        yield runs
        runs.close()


@pytest.fixture
def both_training(runs: Runs) -> Iterator[list[str]]:
    """Two endless runs, one on each worker."""
    ids = [runs.train(OWNER, make_noise(), ENDLESS) for _ in range(2)]
    for run_id in ids:
        wait_until_training(runs, run_id)
    yield ids
    for run_id in ids:
        runs.stop(OWNER, run_id)
    for run_id in ids:
        wait_until_ended(runs, run_id)


@pytest.fixture(scope="session")
def example() -> Sequences:
    return Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])


def make_noise(n: int = 64) -> Sequences:
    """n sequences without any pattern, to keep workers busy."""
    rng = np.random.default_rng(0)
    return Sequences.from_lists(
        [rng.normal(size=(rng.integers(2, 12), 2)) for _ in range(n)], targets=rng.normal(size=n)
    )


ENDLESS = Recipe(layers=(LSTM(4),), epochs=10_000, batch_size=2)
QUICK = Recipe(layers=(LSTM(4),), epochs=3, validation_split=0.0)
