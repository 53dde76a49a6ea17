"""Reasons of a suggested recipe, and what a recipe cannot have."""

from __future__ import annotations

import math

import numpy as np

from core import Recipe, Sequences
from core.layers.inception.declaration import Inception
from core.preprocessing.splits import split_rows
from core.recipe.suggestion_reasons import suggest
from tests.messages.case import Result, case


def make_data(n: int, targets: str, test: int = 0, steps: int = 5) -> Sequences:
    """Make n sequences of unequal length with targets, the last of them marked test."""
    rng = np.random.default_rng(n)
    lengths = rng.integers(1, steps + 1, n)
    values = {
        "classes": np.array(["up", "down", "level"])[np.arange(n) % 3],
        "numbers": rng.normal(size=n),
        "counts": np.arange(n) // 2,
    }
    split = ["train"] * (n - test) + ["test"] * test
    sequences = [rng.normal(size=(length, 2)) for length in lengths]
    return Sequences.from_lists(sequences, values[targets], split=split if test else None)


def explain(data: Sequences, family: str | None = None) -> list[str]:
    return [str(reason) for reason in suggest(data, family).reasons]


CLASSES, NUMBERS = make_data(120, "classes", test=20), make_data(130, "numbers", test=30)
WHOLE = make_data(61, "numbers")


@case("Classification: the targets…")
def count_classes() -> Result:
    return explain(CLASSES), {"n": len({*CLASSES.require_targets()})}


@case("Regression: {different} of {n} targets…")
def count_distinct_targets() -> Result:
    data = make_data(120, "counts")
    targets = data.require_targets().tolist()
    return explain(data), {"different": len({*targets}), "n": len(targets)}


def count_updates(data: Sequences, family: str | None = None) -> dict[str, object]:
    """Count the batches of the rows that are trained on."""
    recipe = Recipe.suggest(data, family)
    training = len(split_rows(data, recipe)[0])
    return {"size": recipe.batch_size, "updates": math.ceil(training / recipe.batch_size)}


@case("Batches of {size}: {updates}…")
def count_updates_beside_a_test_set() -> Result:
    return explain(NUMBERS), count_updates(NUMBERS)


@case("Batches of {size}: {updates}…")
def count_updates_beside_a_validation_set() -> Result:
    return explain(WHOLE), count_updates(WHOLE)


@case("Batches of {size}: {updates}…")
def count_updates_of_a_convolution() -> Result:
    return explain(CLASSES, "convolution"), count_updates(CLASSES, "convolution")


@case("Batches of {size}: {updates}…")
def count_updates_beside_a_marked_validation_set() -> Result:
    split = np.array(["train", "validation"])[(np.arange(len(WHOLE)) % 4 == 3).astype(int)]
    data = Sequences.from_lists(list(WHOLE), WHOLE.targets, split=split)
    return explain(data), count_updates(data)


@case("Batches of {size}: {updates}…")
def count_updates_beside_groups() -> Result:
    data = Sequences.from_lists(list(WHOLE[:60]), WHOLE[:60].targets, groups=np.arange(60) // 3)
    return explain(data), count_updates(data)


@case("{epochs} epochs with a learning rate…")
def count_epochs_of_a_schedule() -> Result:
    return explain(CLASSES, "convolution"), {
        "epochs": suggest(CLASSES, "convolution").recipe.epochs
    }


@case("{epochs} epochs and no validation set…")
def count_epochs_without_a_validation_set() -> Result:
    data = make_data(7, "numbers")
    return explain(data), {"epochs": suggest(data).recipe.epochs, "n": len(data)}


@case("Up to {epochs} epochs…")
def count_epochs_of_early_stopping() -> Result:
    recipe = suggest(WHOLE).recipe
    return explain(WHOLE), {"epochs": recipe.epochs, "patience": recipe.patience}


def count_training(data: Sequences) -> int:
    return len(split_rows(data, Recipe.suggest(data, "recurrent"))[0])


@case("A bidirectional LSTM of {units}…")
def count_training_sequences() -> Result:
    [layer] = suggest(NUMBERS).recipe.layers
    return explain(NUMBERS), {"units": layer.size, "n": count_training(NUMBERS)}


@case("An LSTM of {units}…")
def count_training_sequences_of_per_step_targets() -> Result:
    targets = [np.arange(float(length)) + 0.5 for length in WHOLE.lengths]
    data = Sequences.from_lists(list(WHOLE), targets)
    [layer] = suggest(data).recipe.layers
    return explain(data), {"units": layer.size, "n": count_training(data)}


@case("Mean pooling over all real steps…")
def state_the_dropout() -> Result:
    [layer] = suggest(CLASSES, "recurrent").recipe.layers
    return explain(CLASSES, "recurrent"), {"share": f"{layer.dropout:.0%}"}


@case("{n} Inception blocks…")
def count_inception_blocks() -> Result:
    layers = suggest(CLASSES, "convolution").recipe.layers
    sizes = [layer.kernel_size for layer in layers if isinstance(layer, Inception)]
    return explain(CLASSES, "convolution"), {"n": len(sizes), "steps": max(sizes)}


@case("Random convolutions: for {n}…")
def count_sequences_of_random_convolutions() -> Result:
    return explain(CLASSES), {"n": int((CLASSES.split == "train").sum())}


@case("{share} of the sequences are held out…")
def state_the_share_of_validation() -> Result:
    data = make_data(60, "classes")
    recipe = suggest(data).recipe
    validation = len(split_rows(data, recipe)[1])
    return explain(data), {"share": f"{validation / len(data):.0%}"}
