"""What one visitor, all of them and one run may take of the server. Each is a setting: see
runs.settings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import DataError
from core.reading import refuse_many_steps
from core.recipe.recipe import Recipe


@dataclass(frozen=True)
class Limits:
    days_kept: int = 30  # since the last visit, for visitors without a login
    data_sets: int = 100  # a visitor
    runs: int = 2_000  # a visitor, ended ones included
    megabytes: int = 1_000  # a visitor, of data sets and models
    steps: int = 6_000_000  # a data set; to open as many in 180 MB of CSV takes 1.5 GB (measured)
    all_megabytes: int = 50_000  # all visitors together
    waiting_runs: int = 30  # a visitor
    all_waiting_runs: int = 3_000  # all visitors together
    running_runs: int = 2  # a visitor, at the same time
    run_hours: float = 12
    request_minutes: float = 10  # a prediction, explanation, evaluation or export
    request_megabytes: int = 600  # a visitor, of sequences and models that wait for a worker
    all_request_megabytes: int = 1_500  # of all visitors, in the server's memory
    run_weights: int = 20_000_000  # numbers a network learns; Adam keeps two more for each
    # Of files that were uploaded and are not opened yet; they are in the server's memory.
    session_upload_megabytes: int = 250  # an open tab
    upload_megabytes: int = 500  # a visitor
    all_upload_megabytes: int = 1_000  # all visitors

    def refuse_too_long(self, lengths: np.ndarray, recipe: Recipe) -> None:
        """Raises DataError for sequences of these lengths, (n,) steps, that have more steps to
        train on than a data set may have: without a mask, padding counts as data."""
        steps, longest = int(lengths.sum()), recipe.maxlen or int(lengths.max(initial=0))
        refuse_many_steps(steps, self.steps)
        if recipe.mask == "none" and longest * len(lengths) > self.steps:
            raise DataError(
                "Without a mask padding counts as data: {n:,} sequences of {longest:,} steps are "
                "{steps:,} steps, and this server trains on up to {most:,}. Mask by lengths, or "
                "choose a smaller maxlen.",
                n=len(lengths),
                longest=longest,
                steps=longest * len(lengths),
                most=self.steps,
            )

    def refuse_too_large(self, weights: int) -> None:
        """Raises DataError for a network of more weights than a run may have."""
        if weights > self.run_weights:
            raise DataError(
                "This network would have {weights:,} weights; on this server a run may have "
                "{most:,}. Use fewer units or layers.",
                weights=weights,
                most=self.run_weights,
            )


def bytes_left(weights: int) -> int:
    """What a run leaves, about: a model, and a checkpoint of the weights, the best ones, and two
    numbers of Adam's for each."""
    return 20 * weights + 50_000
