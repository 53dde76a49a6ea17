"""Training: from sequences and a recipe to a trained model. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypedDict

import keras
import numpy as np

from ..data.sequences import Sequences, require_sequences
from ..data.summary import Facts
from ..engine.checkpoint import Checkpoint
from ..engine.progress import Computation, History
from ..errors import DataError, Note
from ..families.network import Fit, OnCheckpoint, OnProgress, ShouldStop
from ..families.registry import get_network
from ..preprocessing.masking import mask_steps
from ..preprocessing.splits import check_set_sizes, split_rows
from ..preprocessing.training_set import TrainingSet
from ..preprocessing.transform import Preprocessing
from ..reading.to_csv import build_example, derive_schema
from ..recipe.recipe import Recipe
from ..trained_model import TrainedModel


def train(
    data: Sequences,
    recipe: Recipe,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    *,
    resume: Checkpoint | None = None,
    on_checkpoint: OnCheckpoint | None = None,
) -> TrainedModel:
    """Train the recipe's network on the data's training rows.

    Rows whose split is *test* are never used. The same data, recipe and machine give the same
    weights.

    Args:
        data: Sequences with targets.
        recipe: Configuration of the network and its training.
        on_progress: Called with a ``Progress`` about five times per second and once at the end.
        should_stop: Called about ten times per second. Once it returns True, training ends and the
            model is returned with its current weights.
        resume: Checkpoint of a run on the same data. Training continues from it and ends
            bit-identical to an uninterrupted run. If the recipe has more epochs, the result equals
            that of a run with this number of epochs from the start. The batches of all epochs are
            composed by the rules of the version that started the run. A run whose patience is
            exhausted ends at once, unless the checkpoint comes from
            ``Checkpoint.reset_patience``.
        on_checkpoint: Called with a ``Checkpoint`` every few seconds and at the end.

    Returns:
        The trained model.

    Raises:
        DataError: The data cannot be trained on: no targets, targets that do not fit the task, a
            single class, or a loss that stops being finite.
        ValueError: ``resume`` belongs to another recipe or other data.
    """
    require_sequences(data)
    _check_targets(data, recipe)
    labels = None
    training_rows, validation_rows = split_rows(data, recipe)
    training, validation = (
        mask_steps(data[rows], recipe) for rows in (training_rows, validation_rows)
    )
    if recipe.task == "classification":
        labels = np.unique(np.concatenate([training.original.targets, validation.original.targets]))
        if len(labels) < 2:
            raise DataError(
                "Every training sequence has the class {label}. A classifier needs at least "
                "two classes.",
                label=labels[0],
            )
    like = None if resume is None else resume.restore_inputs(data)
    preprocessing = Preprocessing.fit(training, recipe, labels, like)
    notes = preprocessing.notes(training)
    notes += check_set_sizes(data, recipe, training_rows, validation_rows)
    if resume is not None:
        resume.check_resumable(recipe, preprocessing, like)
    fit = get_network(recipe).fit(
        preprocessing,
        training,
        validation,
        on_progress=on_progress,
        should_stop=should_stop,
        resume=resume,
        on_checkpoint=on_checkpoint,
        notes=tuple(notes),
    )
    return TrainedModel(
        **_take_fit(preprocessing, fit, notes),
        schema=data.schema,
        trained_on=data.digest(),
        fitted_to=TrainingSet.from_rows(data, training_rows),
        facts=Facts.from_data(data, len(training_rows), len(validation_rows)),
        table=derive_schema(data),
        example=build_example(data),
    )


def restore_model(checkpoint: Checkpoint) -> TrainedModel:
    """Build the model of a checkpoint, as if training had been stopped there."""
    recipe = checkpoint.recipe
    preprocessing = Preprocessing.from_dict(recipe, checkpoint.preprocessing)
    fit = get_network(recipe).restore(preprocessing, checkpoint)
    return TrainedModel(**_take_fit(preprocessing, fit, checkpoint.notes))


class _FittedFields(TypedDict):
    """Fields of a model that its fit decides."""

    recipe: Recipe
    preprocessing: Preprocessing
    network: keras.Model
    history: History
    notes: list[Note]
    stopped: bool
    best_epoch: int | None
    computed: Computation


def _take_fit(preprocessing: Preprocessing, fit: Fit, notes: Iterable[Note]) -> _FittedFields:
    """Take the fields of a model from its fit, which may have fewer members than planned."""
    notes, planned = list(notes), preprocessing.recipe
    recipe = planned if fit.recipe is None else fit.recipe
    if recipe != planned:
        notes.append(
            Note(
                "The training was stopped: this is the ensemble of the first {n} of {planned} "
                "members.",
                n=len(recipe.members),
                planned=len(planned.members),
            )
        )
    return {
        "recipe": recipe,
        "preprocessing": replace(preprocessing, recipe=recipe),
        "network": fit.network,
        "history": fit.history,
        "notes": notes,
        "stopped": fit.stopped,
        "best_epoch": fit.best_epoch,
        "computed": fit.computed,
    }


def _check_targets(data: Sequences, recipe: Recipe) -> None:
    """Raise DataError for targets that do not fit the recipe."""
    if data.targets is None:
        raise DataError("This data has no targets. Choose a target column to train.")
    if data.per_step != recipe.return_sequences:
        raise DataError(
            "Every step has its own target, but the recipe predicts once per sequence. Set "
            "return_sequences to True."
            if data.per_step
            else "Every sequence has one target, but the recipe predicts at every step. Set "
            "return_sequences to False, or give one target per step."
        )
    if recipe.task == "classification":
        if data.targets.dtype.kind == "f":
            raise DataError(
                "The targets are numbers with decimals (such as {found}), not classes. Choose "
                "regression.",
                found=float(data.targets[np.argmax(data.targets % 1 != 0)]),
            )
    elif data.targets.dtype.kind == "O":
        raise DataError(
            "The targets are words (such as {found!r}), not numbers. Choose classification.",
            found=data.targets[0],
        )
