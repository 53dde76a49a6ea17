"""Limits per visitor, for all visitors together, and per run; ``runs.settings`` reads them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import QuotaError
from core.reading import refuse_many_steps
from core.recipe.recipe import Recipe


@dataclass(frozen=True)
class Limits:
    """Limits of a server; each field is a setting."""

    days_kept: int = 30  # since the last visit, for visitors without a login
    data_sets: int = 100  # per visitor
    runs: int = 2_000  # per visitor, ended runs included
    megabytes: int = 1_000  # per visitor, for data sets and models
    steps: int = 6_000_000  # per data set; opening them from 180 MB of CSV takes 1.5 GB (measured)
    all_megabytes: int = 50_000  # for all visitors together
    waiting_runs: int = 30  # per visitor
    all_waiting_runs: int = 3_000  # for all visitors together
    running_runs: int = 2  # per visitor, at the same time
    run_hours: float = 12
    request_minutes: float = 10  # per prediction, explanation, evaluation or export
    request_megabytes: int = 600  # per visitor, for sequences and models that wait for a worker
    all_request_megabytes: int = 1_500  # for all visitors, in the server's memory
    run_weights: int = 20_000_000  # trainable weights; Adam keeps two more numbers per weight
    # Uploaded files that are not opened yet are in the server's memory.
    session_upload_megabytes: int = 250  # per open tab
    upload_megabytes: int = 500  # per visitor
    all_upload_megabytes: int = 1_000  # for all visitors together

    def refuse_too_long(self, lengths: np.ndarray, recipe: Recipe) -> None:
        """Check the number of steps to train on.

        Without a mask, padding counts as data.

        Args:
            lengths: Steps per sequence, shape (n,).
            recipe: Recipe, whose mask and ``maxlen`` count.

        Raises:
            UnpaddedError: If there are more steps than a data set may have.
        """
        steps, longest = int(lengths.sum()), recipe.maxlen or int(lengths.max(initial=0))
        refuse_many_steps(steps, self.steps)
        if recipe.mask == "none" and longest * len(lengths) > self.steps:
            raise QuotaError(
                "Without a mask, padding counts as data: {n:,} sequences of {longest:,} "
                "steps are {steps:,} steps. The limit is {most:,}. Mask by lengths, or "
                "choose a smaller maxlen.",
                n=len(lengths),
                longest=longest,
                steps=longest * len(lengths),
                most=self.steps,
            )

    def refuse_too_large(self, weights: int) -> None:
        """Check the number of weights of a network.

        Raises:
            UnpaddedError: If a run may not have that many weights.
        """
        if weights > self.run_weights:
            raise QuotaError(
                "This network would have {weights:,} weights; the limit is {most:,}. Use "
                "fewer units or layers.",
                weights=weights,
                most=self.run_weights,
            )


def estimate_run_bytes(weights: int) -> int:
    """Estimate how many bytes a run leaves in the store.

    A run leaves a model and a checkpoint, which holds the weights, the best weights and two numbers
    per weight for Adam.
    """
    return 20 * weights + 50_000
