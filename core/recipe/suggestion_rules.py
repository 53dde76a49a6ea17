"""Rules of the suggested recipe: the family, the task and the settings that the data calls for.

Measured with ``python -m benchmarks archives`` by cross-validation within training sets; the table
is in docs/archives.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypedDict

import numpy as np

from ..data.sequences import Sequences
from ..data.windowing import is_divided_series
from ..layers.layer import Layer
from ..layers.lstm.declaration import LSTM
from .family_defaults import INCEPTION_BLOCKS
from .network_shape import count_usual_steps

# Integers are classes if there are few of them and each occurs in several rows.
MAX_CLASSES, MIN_PER_CLASS = 50, 5
MIN_UPDATES = 20  # per epoch, approximately
TINY, SMALL, LARGE = 10, 50, 2000  # training sequences
# Groups of competing kernels, for sequences long enough that a kernel fits into each half.
GROUPS, MIN_GROUP_STEPS = 32, 36
MAX_CONVOLVED = 20_000  # training sequences, with 4,096 features each: 330 MB
UNITS = {"few": 32, "some": 64, "many": 128}
DROPOUT = 0.3
MAX_STEPS = 400_000  # training steps above which fewer epochs suffice
MIN_EPOCHS, MAX_EPOCHS, MAX_COSINE_EPOCHS = 20, 60, 100


class SuggestedFields(TypedDict, total=False):
    """Recipe fields that a suggestion may set."""

    family: str
    layers: tuple[Layer, ...]
    return_sequences: bool
    batch_size: int
    epochs: int
    patience: int | None
    validation_split: float
    task: Literal["classification"]
    pooling: Literal["mean"]
    schedule: Literal["cosine"]
    n_groups: int


def suggest_fields(data: Sequences, family: str | None = None) -> SuggestedFields:
    """Choose the recipe fields that differ from the defaults; targets are not required.

    Args:
        data: n sequences.
        family: The family; None chooses it as well.
    """
    chosen = choose_family(data) if family is None else family
    rules = {
        "recurrent": _suggest_recurrent,
        "convolution": _suggest_convolution,
        "random_convolution": _suggest_random_convolution,
    }
    return {"family": chosen, **rules[chosen](data)}


def choose_family(data: Sequences) -> str:
    """Choose the family that predicts best for data of this kind.

    Random convolutions, unless they cannot predict the targets, which are one per step, or would
    read every word of a vocabulary as a feature of its own, or the sequences are too few to choose
    a penalty by leaving each one out, or too many for their features to fit into memory.
    """
    if data.per_step or data.categories or not has_classes(data):
        return "recurrent"
    is_possible = TINY <= count_training_data(data)[0] <= MAX_CONVOLVED
    return "random_convolution" if is_possible else "recurrent"


def _suggest_random_convolution(data: Sequences) -> SuggestedFields:
    fields: SuggestedFields = {}
    if has_classes(data):
        fields["task"] = "classification"
    training = data.lengths if data.split is None else data.lengths[data.split != "test"]
    if count_usual_steps(training) >= MIN_GROUP_STEPS:
        fields["n_groups"] = GROUPS
    # The penalty is chosen by leaving each training sequence out. Others are held out only where
    # nothing else would measure the model.
    if _has_rows(data, "test"):
        fields["validation_split"] = 0.0
    return fields


def _suggest_convolution(data: Sequences) -> SuggestedFields:
    fields = suggest_first_version(data)
    fields |= {"layers": INCEPTION_BLOCKS, "schedule": "cosine", "patience": None}
    fields["epochs"] = _count_epochs(data, MAX_COSINE_EPOCHS)
    if not data.per_step:
        fields["pooling"] = "mean"
    if _has_rows(data, "test"):
        fields["validation_split"] = 0.0
    return fields


def _suggest_recurrent(data: Sequences) -> SuggestedFields:
    fields = suggest_first_version(data)
    if data.per_step and not has_classes(data) and _has_rows(data, "test"):
        # C-MAPSS, cross-validated on the training engines: RMSE 12.6 with all of them and a
        # learning rate that falls to 0, 14.2 with a part held out to stop early.
        epochs = _count_epochs(data, MAX_COSINE_EPOCHS)
        fields |= {"schedule": "cosine", "epochs": epochs}
        fields |= {"validation_split": 0.0, "patience": None}
    return fields


def suggest_first_version(data: Sequences) -> SuggestedFields:
    """Choose the recipe fields that differ from the defaults by the first rules.

    Links before version 3 are read by them.
    """
    sequences, _ = count_training_data(data)
    size = "few" if sequences < SMALL else "some" if sequences < LARGE else "many"
    epochs = _count_epochs(data, MAX_EPOCHS)
    # Reading from the end, a per-step prediction would depend on later steps.
    layer = LSTM(UNITS[size], bidirectional=not data.per_step)
    fields: SuggestedFields = {
        "return_sequences": data.per_step,
        "batch_size": int(np.clip(2 ** round(np.log2(sequences / MIN_UPDATES)), 1, 64)),
        "epochs": epochs,
        "patience": max(epochs // 4, 5),
    }
    if sequences < TINY and not _has_rows(data, "validation"):
        fields["validation_split"], fields["patience"] = 0.0, None
    if has_classes(data):
        fields["task"] = "classification"
        if not data.per_step:
            # Japanese vowels, cross-validated on the training set (docs/vowels.json): 97.4 %,
            # against 94.8 % with the state of the last step and without dropout.
            layer = replace(layer, dropout=DROPOUT)
            fields["pooling"] = "mean"
    fields["layers"] = (layer,)
    return fields


def count_training_data(data: Sequences) -> tuple[int, int]:
    """Count the sequences that are not marked test, at least 1, and their steps."""
    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    return max(len(rows), 1), int(data.lengths[rows].sum())


def count_fitted_sequences(data: Sequences, validation_split: float) -> int:
    """Count the sequences of the training set, at least 1, without test and validation sets.

    Where whole groups are drawn for validation, this is the expected number.
    """
    sequences, _ = count_training_data(data)
    if _has_rows(data, "validation"):
        return max(int(np.count_nonzero(data.split == "train")), 1)
    units = sequences
    if data.groups is not None and not is_divided_series(data):
        rows = slice(None) if data.split is None else data.split != "test"
        units = max(len(set(data.groups[rows])), 1)
    held_out = min(round(validation_split * units), units - 1)
    return sequences - round(sequences * held_out / units)


def _count_epochs(data: Sequences, most: int) -> int:
    """Count the epochs, fewer for more steps."""
    _, steps = count_training_data(data)
    return int(np.clip(most * MAX_STEPS / max(steps, 1), MIN_EPOCHS, most))


def _has_rows(data: Sequences, part: str) -> bool:
    """Tell if the data marks rows as "test" or "validation"."""
    return data.split is not None and bool((data.split == part).any())


def has_classes(data: Sequences) -> bool:
    """Tell if the targets are classes.

    Strings are classes; integers are when they are few and each occurs in several rows, or steps.
    """
    if data.targets is None or data.targets.dtype.kind == "f":
        return False
    if data.targets.dtype.kind == "O":
        return True
    distinct = len(np.unique(data.targets))
    return distinct <= MAX_CLASSES and distinct * MIN_PER_CLASS <= len(data.targets)
