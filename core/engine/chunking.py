"""Splitting of a plan into calls of the compiled functions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from .batching import Plan

ShareCallback = Callable[[float], None]
CALL_SECONDS = 0.1  # progress and Stop wait for a call, and a call itself costs about 0.2 ms


class CallPacer:
    """Splits plans into calls of about CALL_SECONDS, by the speed of the previous calls.

    The first call is one batch, because its speed is not known yet.
    """

    def __init__(self) -> None:
        self.cost_per_second = 0.0

    def split(self, plan: Plan, first: int = 0) -> Iterator[tuple[int, int]]:
        """Yield the (first, last) batches of one call after another.

        The time between two yields is taken as the duration of the call.

        Args:
            plan: The batches to split.
            first: Batch to start from.
        """
        total = np.cumsum(plan.cost, dtype=np.float64)
        while first < len(plan):
            done = total[first - 1] if first else 0.0
            limit = done + self.cost_per_second * CALL_SECONDS
            last = max(first + 1, int(np.searchsorted(total, limit, side="right")))
            start = time.perf_counter()
            yield first, last
            self.cost_per_second = (total[last - 1] - done) / (time.perf_counter() - start)
            first = last
