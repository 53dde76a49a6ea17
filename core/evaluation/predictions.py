"""``Measured``: what a trained model answers for the most telling rows there are."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ..data.sequences import Sequences
from ..data.serialization import pack_arrays, unpack_arrays
from ..fitted import FittedModel
from ..preprocessing.splits import training_and_validation
from ..recipe.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Measured:
    """One part of a run's data, n sequences.

    part           "test", "validation" or "training"
    ids            (n,) as in the data
    lengths        (n,) steps of each
    targets        (n,) numbers, or labels; (total steps,) where every step has one
    values         what the model answered, as the targets; NaN or None where it did not look
    classes        (k,) the labels in the order of the probabilities; None for regression
    probabilities  (n, k) or (total steps, k) float32; None for regression
    """

    part: str
    ids: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray
    values: np.ndarray
    classes: np.ndarray | None = None
    probabilities: np.ndarray | None = None

    @property
    def answers(self) -> np.ndarray:
        """The numbers, or the probabilities."""
        return self.values if self.classes is None else self.probabilities

    def to_bytes(self) -> bytes:
        plain, arrays = {"part": self.part}, {}
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            if value is not None and value.dtype.kind == "O":  # words
                plain[field.name] = value.tolist()
            elif value is not None:
                arrays[field.name] = value
        return pack_arrays(plain, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Measured:
        plain, arrays = unpack_arrays(content)
        part = plain.pop("part")
        words = {name: np.array(value, dtype=object) for name, value in plain.items()}
        return cls(part, **arrays, **words)


def telling_part(data: Sequences, recipe: Recipe) -> tuple[str, Sequences]:
    """ "test", where rows are marked so, else "validation", else "training", and its rows."""
    training, validation = training_and_validation(data, recipe)
    parts = {
        "test": np.flatnonzero(data.split == "test") if data.split is not None else training[:0],
        "validation": validation,
        "training": training,
    }
    part = next(name for name, rows in parts.items() if len(rows))
    return part, data[parts[part]]


def measure(model: FittedModel, part: str, rows: Sequences) -> Measured:
    """With the weights that were kept, dropout off."""
    if model.classes is None:
        values, probabilities = model.predict(rows), None
    else:
        probabilities = model.predict_proba(rows)
        values = model.preprocessing.decode(probabilities)
    return Measured(
        part, rows.ids, rows.lengths, rows.targets, values, model.classes, probabilities
    )
