"""``suggest``: a first recipe, with the reason for each choice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..data.sequences import Sequences
from ..errors import Note
from ..layers.inception.declaration import Inception
from .recipe import Recipe
from .suggestion_rules import count_fitted_sequences, count_training_data


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
            yield Note("Classification: the targets have {n} distinct values.", n=distinct)
        elif data.targets.dtype.kind == "f":
            yield Note("Regression: the targets are decimal numbers.")
        else:
            yield Note(
                "Regression: {different} of {n} targets are distinct, too many for classes.",
                n=len(data.targets),
                different=distinct,
            )
    if recipe.family == "random_convolution":
        yield from _explain_random_convolution(recipe, training)
        return
    fitted = count_fitted_sequences(data, recipe.validation_split)
    if recipe.family == "convolution":
        yield from _explain_convolution(recipe)
    else:
        yield from _explain_recurrent(recipe, fitted)
    yield Note(
        "Batches of {size}: {updates} updates per epoch.",
        size=recipe.batch_size,
        updates=-(-fitted // recipe.batch_size),
    )
    if recipe.schedule == "cosine":
        yield Note("{epochs} epochs with a learning rate that decays to 0.", epochs=recipe.epochs)
        if recipe.validation_split == 0:
            yield Note("All sequences outside the test set are used for training.")
        return
    if recipe.patience is None:
        yield Note(
            "{epochs} epochs and no validation set: with only {n} sequences none can be held out. "
            "The accuracy on new data stays unknown.",
            epochs=recipe.epochs,
            n=training,
        )
        return
    yield Note(
        "Up to {epochs} epochs. Early stopping after {patience} without a better validation loss, "
        "with the best weights.",
        epochs=recipe.epochs,
        patience=recipe.patience,
    )


def _explain_recurrent(recipe: Recipe, training: int) -> Iterator[Note]:
    units = recipe.layers[0].size
    if recipe.layers[0].directions == 2:
        yield Note(
            "A bidirectional LSTM of {units} units, for {n} training sequences.",
            units=units,
            n=training,
        )
    else:
        yield Note(
            "An LSTM of {units} units, for {n} training sequences. It reads forwards only, so a "
            "prediction does not depend on later steps.",
            units=units,
            n=training,
        )
    if recipe.pooling == "mean":
        yield Note(
            "Mean pooling over all real steps: a pattern of a class may occur anywhere. Dropout "
            "{share} against overfitting.",
            share=f"{recipe.layers[0].dropout:.0%}",
        )


def _explain_convolution(recipe: Recipe) -> Iterator[Note]:
    yield Note(
        "{n} Inception blocks, which find patterns of up to {steps} steps at any position.",
        n=len(recipe.layers),
        steps=max(layer.kernel_size for layer in recipe.layers if isinstance(layer, Inception)),
    )


def _explain_random_convolution(recipe: Recipe, training: int) -> Iterator[Note]:
    yield Note(
        "Random convolutions: for {n} sequences with classes, usually more accurate than "
        "recurrent networks, and fitted in seconds.",
        n=training,
    )
    if recipe.validation_split == 0:
        yield Note(
            "All sequences outside the test set are used for training. The penalty is chosen by "
            "leave-one-out validation."
        )
        return
    yield Note(
        "{share} of the sequences are held out for validation. The penalty is chosen by "
        "leave-one-out validation on the others.",
        share=f"{recipe.validation_split:.0%}",
    )
