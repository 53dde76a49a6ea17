"""Rules that choose a recipe to begin with by looking at the data alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..data.sequences import Sequences
from .layers import LSTM

MAX_CLASSES, OF_EACH = 50, 5  # whole numbers are classes when there are few, of several rows each
UPDATES = 20  # an epoch, at least about
TINY, SMALL, LARGE = 10, 50, 2000  # sequences to learn from
UNITS = {"few": 32, "some": 64, "many": 128}
DROPOUT = 0.3
STEPS = 400_000  # to learn from, beyond which fewer epochs do


def suggest_fields(data: Sequences) -> dict[str, Any]:
    """Choose the fields of a recipe that differ from its defaults, for any data, also without
    targets."""
    learned, steps = count_learned(data)
    size = "few" if learned < SMALL else "some" if learned < LARGE else "many"
    epochs = int(np.clip(60 * STEPS / max(steps, 1), 20, 60))
    # Reading from the end, an answer at a step would know what comes after it.
    layer = LSTM(UNITS[size], bidirectional=not data.per_step)
    fields: dict[str, Any] = {
        "return_sequences": data.per_step,
        "batch_size": int(np.clip(2 ** round(np.log2(learned / UPDATES)), 1, 64)),
        "epochs": epochs,
        "patience": max(epochs // 4, 5),
    }
    if learned < TINY and not _marked(data):
        fields |= {"validation_split": 0.0, "patience": None}
    if has_classes(data):
        fields["task"] = "classification"
        if not data.per_step:
            # Japanese vowels, cross-validated on the training part (docs/vowels.json): 97.4 %,
            # against 94.8 % of the last step without dropout.
            layer = replace(layer, dropout=DROPOUT)
            fields["pooling"] = "mean"
    return fields | {"layers": (layer,)}


def count_learned(data: Sequences) -> tuple[int, int]:
    """Count the sequences to learn from, at least 1, and their steps."""
    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    return max(len(rows), 1), int(data.lengths[rows].sum())


def _marked(data: Sequences) -> bool:
    """Whether the data itself says which rows validate."""
    return data.split is not None and bool((data.split == "validation").any())


def has_classes(data: Sequences) -> bool:
    """Words are classes; whole numbers are when they are few and each stands for several rows,
    or steps."""
    if data.targets is None or data.targets.dtype.kind == "f":
        return False
    if data.targets.dtype.kind == "O":
        return True
    different = len(np.unique(data.targets))
    return different <= MAX_CLASSES and different * OF_EACH <= len(data.targets)
