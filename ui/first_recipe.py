"""The recipe that new data begins with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core import LSTM, Recipe, Sequences


def first_recipe(data: Sequences) -> Recipe:
    """A recipe to begin with: the task from the targets, one LSTM, and batches small enough that
    every epoch makes at least some twenty updates. The LSTM reads both ways, but not where every
    step has a target: reading from the end, it would know how far the end is."""
    batch_size = int(np.clip(2 ** round(np.log2(max(len(data), 1) / 20)), 1, 64))
    recipe = Recipe(
        return_sequences=data.per_step,
        layers=(LSTM(64, bidirectional=not data.per_step),),
        batch_size=batch_size,
        epochs=60,
        patience=15,
    )
    return replace(recipe, task="classification", loss="") if has_classes(data) else recipe


def has_classes(data: Sequences) -> bool:
    """Words are classes; whole numbers are when they are few and each stands for several rows,
    or steps."""
    if data.targets is None or data.targets.dtype.kind == "f":
        return False
    if data.targets.dtype.kind == "O":
        return True
    different = len(np.unique(data.targets))
    return different <= 50 and different * 5 <= len(data.targets)
