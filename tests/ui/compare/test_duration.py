"""The announced duration of a comparison follows from its runs and the workers."""

from types import SimpleNamespace

import pytest

from core import Recipe, Sequences
from ui import backend
from ui.compare.duration import estimate_seconds


def estimate(monkeypatch: pytest.MonkeyPatch, workers: int, limit: int, seeds: int) -> float:
    runs = SimpleNamespace(workers=[""] * workers, estimate_seconds=lambda cost, recipe: 2.0)
    store = SimpleNamespace(limits=SimpleNamespace(running_runs=limit))
    monkeypatch.setattr(backend, "get_runs", lambda: runs)
    monkeypatch.setattr(backend, "get_store", lambda: store)
    data = Sequences.from_lists([[1], [2, 5]], targets=[1, 2])
    return estimate_seconds(data, {"first": Recipe(), "second": Recipe()}, tuple(range(seeds)))


@pytest.mark.parametrize(
    ("workers", "limit", "seeds", "factor"),
    [(1, 2, 1, 1), (0, 2, 1, 1), (1, 2, 3, 3), (2, 4, 1, 1 / 2), (4, 2, 1, 1 / 2)],
)
def test_runs_share_the_workers(monkeypatch, workers, limit, seeds, factor):
    alone = estimate(monkeypatch, workers=1, limit=1, seeds=1)
    assert alone > 0
    assert estimate(monkeypatch, workers, limit, seeds) == pytest.approx(alone * factor)
