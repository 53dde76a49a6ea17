"""Which rows train and which validate. Test rows do neither."""

from __future__ import annotations

import numpy as np

from core.errors import DataError, Note
from core.recipe import Recipe
from core.sequences import Sequences


def training_and_validation(data: Sequences, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the training and of the validation part.

    Rows the data marks *test* are in neither. Rows marked *validation* are the validation
    part; without such rows it is ``recipe.validation_split`` of the training rows, drawn
    by ``recipe.seed``, whole sequences, for classes in each class's proportion.
    """
    rows = np.arange(len(data))
    if data.split is not None:
        marked = rows[data.split == "validation"]
        rows = rows[data.split == "train"]
        if len(rows) == 0:
            raise DataError("No row is marked train, so there is nothing to learn from.")
        if len(marked):
            return rows, marked
    count = round(recipe.validation_split * len(rows))
    if count == 0:
        return rows, rows[:0]
    if count == len(rows):
        count -= 1
        if count == 0:
            return rows, rows[:0]
    classes = recipe.task == "classification" and not data.per_step
    stratify = data.targets[rows] if classes else None
    validation = _draw(rows, count, stratify, recipe.seed)
    return np.setdiff1d(rows, validation), validation


def too_few(
    data: Sequences, recipe: Recipe, training: np.ndarray, validation: np.ndarray
) -> list[Note]:
    """What the two parts are too small to show, in words; row numbers as they were drawn."""
    notes = []
    if recipe.validation_split and not len(validation):
        notes.append(
            Note(
                "Sequences to train on: {n}. That is too few to set some apart for validation, so "
                "nothing tells how the model does on sequences it has not seen.",
                n=len(training),
            )
        )
    if recipe.task == "classification" and not data.per_step:
        drawn = np.concatenate([training, validation])
        classes, members = np.unique(data.targets[drawn], return_counts=True)
        lone = classes[members == 1]
        if len(lone):
            notes.append(
                Note(
                    "Classes of a single sequence: {n}, such as {found}. Whether the model tells "
                    "them from others cannot be measured: give them more sequences.",
                    n=len(lone),
                    found=str(lone[0]),
                )
            )
    return notes


def _draw(rows: np.ndarray, count: int, labels: np.ndarray | None, seed: int) -> np.ndarray:
    from sklearn.model_selection import train_test_split  # a second to import; workers only

    if labels is not None:
        # scikit-learn refuses classes of one member, and parts smaller than the number of
        # classes. A lone member stays in training; with too few rows the draw is plain.
        classes, members = np.unique(labels, return_counts=True)
        several = np.isin(labels, classes[members > 1])
        kinds = int((members > 1).sum())
        if kinds and kinds <= count <= several.sum() - kinds:
            rows, labels = rows[several], labels[several]
        else:
            labels = None
    _, drawn = train_test_split(rows, test_size=count, random_state=seed, stratify=labels)
    return np.sort(drawn)
