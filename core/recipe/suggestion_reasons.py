"""``suggest``: a first recipe, with the reason for each choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..data.sequences import Sequences
from ..errors import Note
from ..layers.inception.declaration import Inception
from .recipe import Recipe
from .suggestion_rules import count_training_data


@dataclass(frozen=True)
class Suggestion:
    """A suggested recipe.

    Attributes:
        recipe: the first recipe to train.
        reasons: one explanation per choice.
    """

    recipe: Recipe
    reasons: tuple[Note, ...]


def suggest(data: Sequences, family: str | None = None) -> Suggestion:
    """Suggest a recipe and explain each choice.

    Args:
        data: n sequences; targets are not required.
        family: The family of the recipe; None chooses it as well.
    """
    recipe = Recipe.suggest(data, family)
    return Suggestion(recipe, tuple(_explain(data, recipe, count_training_data(data)[0])))


def _explain(data: Sequences, recipe: Recipe, training: int) -> Iterator[Note]:
    if data.targets is not None:
        distinct = len(np.unique(data.targets))
        if recipe.task == "classification":
            yield Note("A class is predicted: there are {n} different targets.", n=distinct)
        elif data.targets.dtype.kind == "f":
            yield Note("A number is predicted: the targets have decimals.")
        else:
            yield Note(
                "A number is predicted: of {n} targets {different} are different, too many for "
                "classes.",
                n=len(data.targets),
                different=distinct,
            )
    if recipe.family == "random_convolution":
        yield from _explain_random_convolution(recipe, training)
        return
    if recipe.family == "convolution":
        yield from _explain_convolution(recipe)
    else:
        yield from _explain_recurrent(recipe, training)
    yield Note(
        "Batches of {size}: an epoch then makes {updates} updates.",
        size=recipe.batch_size,
        updates=-(-training // recipe.batch_size),
    )
    if recipe.schedule == "cosine":
        yield Note("{epochs} epochs with a learning rate that falls to 0.", epochs=recipe.epochs)
        if recipe.validation_split == 0:
            yield Note("Every sequence outside the test set is learned from.")
        return
    if recipe.patience is None:
        yield Note(
            "{epochs} epochs, and no sequence set apart for validation: of {n} none can be spared, "
            "and nothing will tell how the network does on others.",
            epochs=recipe.epochs,
            n=training,
        )
        return
    yield Note(
        "{epochs} epochs at most; after {patience} without a better validation loss it ends, and "
        "the best weights are kept.",
        epochs=recipe.epochs,
        patience=recipe.patience,
    )


def _explain_recurrent(recipe: Recipe, training: int) -> Iterator[Note]:
    units = recipe.layers[0].size
    if recipe.layers[0].directions == 2:
        yield Note(
            "One LSTM of {units} units that reads both ways: for {n} sequences to learn from.",
            units=units,
            n=training,
        )
    else:
        yield Note(
            "One LSTM of {units} units, for {n} sequences to learn from, that reads forwards only: "
            "an answer at a step must not know what comes after it.",
            units=units,
            n=training,
        )
    if recipe.pooling == "mean":
        yield Note(
            "The answer is made from the mean of its states over all real steps: what tells a "
            "class apart may stand anywhere. Dropout of {share} keeps it from learning by heart.",
            share=f"{recipe.layers[0].dropout:.0%}",
        )


def _explain_convolution(recipe: Recipe) -> Iterator[Note]:
    yield Note(
        "{n} Inception blocks, which find patterns of up to {steps} steps each wherever they are.",
        n=len(recipe.layers),
        steps=max(layer.kernel_size for layer in recipe.layers if isinstance(layer, Inception)),
    )


def _explain_random_convolution(recipe: Recipe, training: int) -> Iterator[Note]:
    yield Note(
        "Random convolutions: for classes of {n} sequences they are usually more accurate than "
        "recurrent networks, and are fitted in seconds.",
        n=training,
    )
    if recipe.validation_split == 0:
        yield Note(
            "Every sequence outside the test set is learned from. The penalty is chosen by leaving "
            "out each of them in turn."
        )
        return
    yield Note(
        "{share} of the sequences are held out to measure the model. The penalty is chosen by "
        "leaving out each of the others in turn.",
        share=f"{recipe.validation_split:.0%}",
    )
