"""A recipe to begin with, and why: rules that look at the data alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..errors import Note
from .recipe import LSTM, Recipe
from ..data.sequences import Sequences

MOST_CLASSES, OF_EACH = 50, 5  # whole numbers are classes when there are few, of several rows each
UPDATES = 20  # an epoch, at least about
TINY, SMALL, LARGE = 10, 50, 2000  # sequences to learn from
UNITS = {"few": 32, "some": 64, "many": 128}
DROPOUT = 0.3
STEPS = 400_000  # to learn from, beyond which fewer epochs do


@dataclass(frozen=True)
class Suggestion:
    """recipe  to begin with
    reasons  why, in words, one for each choice
    """

    recipe: Recipe
    reasons: tuple[Note, ...]


def suggest(data: Sequences) -> Suggestion:
    """For any data, also without targets; see the reasons it gives."""
    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    learned = max(len(rows), 1)
    steps = int(data.lengths[rows].sum())
    size = "few" if learned < SMALL else "some" if learned < LARGE else "many"
    epochs = int(np.clip(60 * STEPS / max(steps, 1), 20, 60))
    recipe = Recipe(
        return_sequences=data.per_step,
        # Reading from the end, an answer at a step would know what comes after it.
        layers=(LSTM(UNITS[size], bidirectional=not data.per_step),),
        batch_size=int(np.clip(2 ** round(np.log2(learned / UPDATES)), 1, 64)),
        epochs=epochs,
        patience=max(epochs // 4, 5),
    )
    if learned < TINY and not _marked(data):
        recipe = replace(recipe, validation_split=0.0, patience=None)
    if has_classes(data):
        recipe = replace(recipe, task="classification", loss="")
        if not data.per_step:
            # Japanese vowels, cross-validated on the training part (docs/vowels.json): 97.4 %,
            # against 94.8 % of the last step without dropout.
            layers = tuple(replace(layer, dropout=DROPOUT) for layer in recipe.layers)
            recipe = replace(recipe, layers=layers, pooling="mean")
    return Suggestion(recipe, tuple(_reasons(data, recipe, learned)))


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
    return different <= MOST_CLASSES and different * OF_EACH <= len(data.targets)


def _reasons(data: Sequences, recipe: Recipe, learned: int) -> Iterator[Note]:
    if data.targets is not None:
        different = len(np.unique(data.targets))
        if recipe.task == "classification":
            yield Note("A class is predicted: there are {n} different targets.", n=different)
        elif data.targets.dtype.kind == "f":
            yield Note("A number is predicted: the targets have decimals.")
        else:
            yield Note(
                "A number is predicted: of {n} targets {different} are different, too many for "
                "classes.",
                n=len(data.targets),
                different=different,
            )
    units = recipe.layers[0].units
    if recipe.layers[0].bidirectional:
        yield Note(
            "One LSTM of {units} units that reads both ways: for {n} sequences to learn from.",
            units=units,
            n=learned,
        )
    else:
        yield Note(
            "One LSTM of {units} units, for {n} sequences to learn from, that reads forwards only: "
            "an answer at a step must not know what comes after it.",
            units=units,
            n=learned,
        )
    if recipe.pooling == "mean":
        yield Note(
            "The answer is made from the mean of its states over all real steps: what tells a "
            "class apart may stand anywhere. Dropout of {share} keeps it from learning by heart.",
            share=f"{recipe.layers[0].dropout:.0%}",
        )
    yield Note(
        "Batches of {size}: an epoch then makes {updates} updates.",
        size=recipe.batch_size,
        updates=-(-learned // recipe.batch_size),
    )
    if recipe.patience is None:
        yield Note(
            "{epochs} epochs, and no sequence set apart for validation: of {n} none can be spared, "
            "and nothing will tell how the network does on others.",
            epochs=recipe.epochs,
            n=learned,
        )
        return
    yield Note(
        "{epochs} epochs at most; after {patience} without a better validation loss it ends, and "
        "the best weights are kept.",
        epochs=recipe.epochs,
        patience=recipe.patience,
    )
