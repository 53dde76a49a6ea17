"""Check the fitted preprocessing against the training steps. Does not need TensorFlow.

What the model stored says which steps those are, so the same steps as lists, without targets or
with another split are the same training set.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..data.sequences import Sequences
from ..i18n import N_
from ..preprocessing.masking import mask_steps
from ..preprocessing.training_set import TrainingSet
from ..preprocessing.transform import Preprocessing, measure_scale
from .report import FILL, SCALING, TARGET_SCALING, Check

MAX_DIFFERENCE = 1e-6  # relative to the standard deviation of what is scaled or filled
SCALINGS = {  # fields of the preprocessing, and the field with their unit
    "mean": "std",
    "std": "std",
    "difference_mean": "difference_std",
    "difference_std": "difference_std",
}


def check_preprocessing(
    fitted: Preprocessing, trained_on: str, training_set: TrainingSet | None, data: Sequences
) -> Iterator[Check]:
    """Fit the preprocessing again, to the real training steps only, and compare.

    Args:
        fitted: The preprocessing to check.
        trained_on: Digest of the data that it was fitted to.
        training_set: Which rows it was fitted to; None if that was not stored.
        data: The data for the check. Nothing is measured on other data than ``trained_on``.

    Yields:
        The checks of the scaling, the fill values and the scaling of the targets, if there is one.
    """
    recipe = fitted.recipe
    scales_targets = recipe.standardize and recipe.task == "regression"
    names = [SCALING, FILL, *([TARGET_SCALING] if scales_targets else [])]
    training, why = _select_training_set(trained_on, training_set, data)
    if training is None:
        yield from (Check(name, "preprocessing", None, MAX_DIFFERENCE, why) for name in names)
        return
    masked = mask_steps(training, recipe)
    expected = Preprocessing.fit(masked, recipe, fitted.classes, fitted.inputs)
    differences = [
        np.abs(getattr(fitted, field) - getattr(expected, field)) / getattr(expected, unit)
        for field, unit in SCALINGS.items()
    ]
    yield _make_check(SCALING, np.concatenate(differences))
    _, std = measure_scale(fitted.inputs.encode(masked.real).values)  # of inputs in raw units
    yield _make_check(FILL, np.abs(fitted.inputs.fill - expected.inputs.fill) / std)
    if scales_targets and training.targets is None:
        why = N_("this data has no targets, or not those of the training")
        yield Check(TARGET_SCALING, "preprocessing", None, MAX_DIFFERENCE, why)
    elif scales_targets:
        shifts = (
            fitted.target_mean - expected.target_mean,
            fitted.target_std - expected.target_std,
        )
        yield _make_check(TARGET_SCALING, np.abs(shifts) / expected.target_std)


def _select_training_set(
    trained_on: str, training_set: TrainingSet | None, data: Sequences
) -> tuple[Sequences | None, str]:
    """Return the training set, or None and the reason why it is not known."""
    if trained_on != data.digest():
        return None, N_("this is not the training data")
    training = None if training_set is None else training_set.select(data)
    if training is None:
        return None, N_("this model does not record its training sequences")
    return training, ""


def _make_check(name: str, differences: np.ndarray) -> Check:
    return Check(name, "preprocessing", float(differences.max(initial=0.0)), MAX_DIFFERENCE)
