"""How the batches of an epoch are split into calls of the compiled functions."""

import numpy as np

from core.engine.batching import plan_epoch
from core.engine.chunking import CallPacer


def test_calls_cover_every_batch_once_and_grow_with_the_speed():
    plan = plan_epoch(np.full(1000, 5), 4, 1, np.random.default_rng(0))
    calls = list(CallPacer().split(plan))
    assert calls[0] == (0, 1)
    assert [first for first, _ in calls[1:]] == [last for _, last in calls[:-1]]
    assert calls[-1][1] == len(plan) == 250
    assert len(calls) < 10
