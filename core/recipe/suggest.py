"""A recipe to begin with, and the reasons for each choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..data.sequences import Sequences
from ..errors import Note
from .recipe import Recipe
from .rules import count_learned


@dataclass(frozen=True)
class Suggestion:
    """recipe  to begin with
    reasons  why, in words, one for each choice
    """

    recipe: Recipe
    reasons: tuple[Note, ...]


def suggest(data: Sequences) -> Suggestion:
    """Suggest a recipe for any data, also without targets, and give the reasons."""
    recipe = Recipe.suggest(data)
    return Suggestion(recipe, tuple(_reasons(data, recipe, count_learned(data)[0])))


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
