"""A real cluster for all tests: a scheduler and two workers with TensorFlow, started once."""

from collections.abc import Iterator

import pytest

from core import Sequences
from runs import Runs
from tests.support.cluster_runs import (
    ENDLESS,
    OWNER,
    make_noise,
    wait_for,
    wait_until_ended,
    wait_until_training,
)


# Not for the session: pages that are tested in between would share its folder, so that another
# cluster would execute its runs.
@pytest.fixture(scope="package")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNPADDED_WORKERS", "2")
        patch.setenv("UNPADDED_DATA", str(tmp_path_factory.mktemp("data")))
        patch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
        patch.delenv("DATABASE_URL", raising=False)
        # Some hundred runs would each be checked and evaluated, beside the tests that come next.
        runs = Runs(analyzes_ended_runs=False)
        wait_for(lambda: len(runs.workers) == 2, "two warm workers")
        yield runs
        runs.close()


@pytest.fixture
def automatic_analyses(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Check and evaluate what ends during the test, as the app does."""
    monkeypatch.setattr(runs.dispatcher, "analyzes_ended_runs", True)


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
