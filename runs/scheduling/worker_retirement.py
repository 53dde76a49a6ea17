"""Retirement of workers: an idle worker that has executed many runs is replaced by a fresh one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

# TensorFlow 2.21 keeps about 7 MB of every training it compiled, whatever is collected or cleared.
MAX_RUNS_PER_WORKER = 40


class WorkerRetirement:
    """Counts the runs of each worker and selects the workers to replace.

    Attributes:
        run_counts: Runs per worker, by its address.
    """

    def __init__(self) -> None:
        self.run_counts: Counter[str] = Counter()
        self._retired: set[str] = set()  # workers that are being replaced

    def exclude_retired(self, workers: Iterable[str]) -> list[str]:
        """Return the workers that are not being replaced."""
        return [worker for worker in workers if worker not in self._retired]

    def retire(self, idle_workers: Iterable[str]) -> list[str]:
        """Retire idle workers that have executed ``MAX_RUNS_PER_WORKER`` runs.

        Returns:
            The workers to replace.
        """
        retired = [
            worker for worker in idle_workers if self.run_counts[worker] >= MAX_RUNS_PER_WORKER
        ]
        self._retired.update(retired)
        return retired
