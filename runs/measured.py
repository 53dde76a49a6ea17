"""``Measured``: what a trained model answered for the rows it was measured on."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from core.packing import pack_arrays, unpack_arrays


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
