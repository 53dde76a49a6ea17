"""Sequences with known targets and predictions, ordered by error, filtered and searched."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np

from core.evaluation.evaluation_set import EvaluationSet

Order = Literal["largest", "smallest", "data"]
ORDERS: tuple[Order, ...] = get_args(Order)
MAX_CLASSES = 500  # to choose from; a longer list would slow down every rerun


@dataclass(frozen=True, eq=False)
class EvaluatedRows:
    """An ``EvaluationSet`` of n sequences to choose from.

    Attributes:
        evaluation: The sequences with their predictions.
        per_step: The predictions are per step.
    """

    evaluation: EvaluationSet
    per_step: bool

    def __len__(self) -> int:
        """Return the number of sequences."""
        return len(self.evaluation.ids)

    @cached_property
    def errors(self) -> np.ndarray:
        """Error per sequence, (n,): of a class, 1 − the probability of the true one.

        For per-step predictions, the mean over the steps with a prediction; −1 without any.
        """
        errors = self._compute_errors()
        if self.per_step:
            known = np.isfinite(errors)
            sums = np.add.reduceat(np.where(known, errors, 0), self.starts)
            errors = sums / np.maximum(np.add.reduceat(known.astype(int), self.starts), 1)
            errors[np.add.reduceat(known.astype(int), self.starts) == 0] = -1
        known_errors: np.ndarray = np.nan_to_num(errors, nan=-1)
        return known_errors

    @cached_property
    def starts(self) -> np.ndarray:
        """First step of each sequence among all steps, (n,)."""
        lengths = self.evaluation.lengths
        starts: np.ndarray = np.cumsum(lengths) - lengths
        return starts

    @cached_property
    def by_error(self) -> np.ndarray:
        """Rows from the largest error to the smallest, (n,)."""
        return np.argsort(-self.errors, kind="stable")

    @cached_property
    def labels(self) -> np.ndarray:
        """Targets as text, (n,)."""
        return self.evaluation.targets.astype(str)

    @cached_property
    def class_counts(self) -> dict[str, int]:
        """Number of sequences per true class; empty without classes, and for too many of them."""
        if self.per_step or self.evaluation.classes is None:
            return {}
        names, counts = np.unique(self.labels, return_counts=True)
        if len(names) > MAX_CLASSES:
            return {}
        return dict(zip(names.tolist(), counts.tolist(), strict=True))

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row per id."""
        return {str(id): row for row, id in enumerate(self.evaluation.ids)}

    def select(self, order: Order, label: str = "", query: str = "") -> np.ndarray:
        """Return the rows of a class whose id contains a text.

        Args:
            order: Order of the rows.
            label: True class; "" for all.
            query: Part of the id, in any case.
        """
        rows = {
            "largest": self.by_error,
            "smallest": self.by_error[::-1],
            "data": np.arange(len(self)),
        }[order]
        if label:
            rows = rows[(self.labels == label)[rows]]
        if query:
            part = query.casefold()
            found = [part in str(id).casefold() for id in self.evaluation.ids]
            rows = rows[np.array(found)[rows]]
        return rows

    def _compute_errors(self) -> np.ndarray:
        """Return the error per prediction: per sequence, or per step."""
        part = self.evaluation
        errors: np.ndarray
        if part.classes is None:
            errors = np.abs(part.values.astype(np.float64) - part.targets.astype(np.float64))
            return errors
        if part.probabilities is None:
            errors = (part.values != part.targets).astype(np.float64)
            return errors
        columns = {str(name): column for column, name in enumerate(part.classes)}
        places = np.array([columns.get(str(target), -1) for target in part.targets])
        errors = 1 - part.probabilities[np.arange(len(places)), places].astype(np.float64)
        errors[places < 0] = 1.0  # a class that was not among the training rows
        return errors
