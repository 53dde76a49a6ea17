"""``EvaluationSet``: the held-out part of the data with the model's predictions."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Required, TypedDict

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from ..data.serialization import pack_arrays, unpack_arrays
from ..preprocessing.splits import split_rows
from ..recipe.recipe import Recipe


class PlainParts(TypedDict, total=False):
    """The parts of an ``EvaluationSet`` that are written as JSON."""

    part: Required[str]
    ids: list[str]
    targets: list[str]
    values: list[str | None]
    classes: list[str]


@dataclass(frozen=True, eq=False)
class EvaluationSet:
    """One part of a run's data, n sequences, with the model's predictions.

    Attributes:
        part: "test", "validation" or "training".
        ids: (n,) as in the data.
        lengths: (n,) steps per sequence.
        targets: (n,) numbers or labels; (total steps,) for per-step targets.
        values: predicted numbers or labels, in the shape of the targets; NaN or None at steps that
            the network does not see.
        classes: (k,) labels in the order of the probabilities; None for regression.
        probabilities: (n, k) or (total steps, k) float32; None for regression.
    """

    part: str
    ids: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray
    values: np.ndarray
    classes: np.ndarray | None = None
    probabilities: npt.NDArray[np.float32] | None = None

    @property
    def predictions(self) -> np.ndarray:
        """The predicted numbers, (rows,), or the class probabilities, (rows, k)."""
        return self.values if self.probabilities is None else self.probabilities

    def to_bytes(self) -> bytes:
        """Serialize without pickle; ``from_bytes`` reads the result."""
        plain: dict[str, object] = {"part": self.part}
        arrays: dict[str, np.ndarray] = {}
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if value is not None and value.dtype.kind == "O":  # strings
                plain[field.name] = value.tolist()
            elif value is not None:
                arrays[field.name] = value
        return pack_arrays(plain, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> EvaluationSet:
        """Read the output of ``to_bytes``."""
        plain, arrays = unpack_arrays(content, PlainParts)
        for name, strings in plain.items():
            if name != "part":
                arrays[name] = np.array(strings, dtype=object)
        return cls(plain["part"], **arrays)


def select_evaluation_rows(data: Sequences, recipe: Recipe) -> tuple[str, Sequences]:
    """Select the test set; without one the validation set, else the training set.

    Returns:
        "test", "validation" or "training", and its sequences.
    """
    training, validation = split_rows(data, recipe)
    parts = {
        "test": np.flatnonzero(data.split == "test") if data.split is not None else training[:0],
        "validation": validation,
        "training": training,
    }
    part = next(name for name, rows in parts.items() if len(rows))
    return part, data[parts[part]]
