"""Which rows train and which validate. Test rows do neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..data.sequences import Sequences
from ..errors import DataError, Note
from ..recipe.recipe import Recipe


def training_and_validation(data: Sequences, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers of the training and of the validation part.

    Rows the data marks *test* are in neither. Rows marked *validation* are the validation
    part; without such rows it is ``recipe.validation_split`` of the training rows, drawn
    by ``recipe.seed``, whole sequences, for classes in each class's proportion; or the last ones
    as the data stands, so that nothing is learned from what came later; or that one of the parts
    of this size (``folds``) whose turn it is by the seed, so that as many seeds as there are parts
    have validated every row once. Of data with groups it is that share of the groups, the last
    ones by where each begins: none is on both sides.
    """
    rows = np.arange(len(data))
    if data.split is not None:
        marked = rows[data.split == "validation"]
        rows = rows[data.split == "train"]
        if len(rows) == 0:
            raise DataError("No row is marked train, so there is nothing to learn from.")
        if len(marked):
            return rows, marked
    first, group = _groups(data, rows)
    count = min(round(recipe.validation_split * len(first)), len(first) - 1)
    if count == 0:
        return rows, rows[:0]
    if recipe.validation_rows == "folds":
        parts = min(round(1 / recipe.validation_split), len(first))
        turns = list(folds(data, replace(recipe, seed=0), max(parts, 2)))
        return turns[recipe.seed % len(turns)]
    if recipe.validation_rows == "last":
        validates = np.isin(group, np.argsort(first)[-count:])
        return rows[~validates], rows[validates]
    labels = None
    if recipe.task == "classification" and not data.per_step:
        labels = data.targets[rows]
        # Groups that hold several classes have none of their own.
        labels = labels[first] if (labels == labels[first][group]).all() else None
    drawn = _draw(np.arange(len(first)), count, labels, recipe.seed)
    validates = np.isin(group, drawn)
    return rows[~validates], rows[validates]


def folds(
    data: Sequences, recipe: Recipe, count: int = 5
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(rows to train on, rows to measure on), ``count`` times: every sequence that is not marked
    test is measured once. Drawn by the recipe's seed; classes in their proportion, and of data
    with groups none on both sides. Raises DataError for fewer sequences, or groups, than folds.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    groups = None if data.groups is None else data.groups[rows].astype(str)
    most = len(rows) if groups is None else len(set(groups))
    if not 2 <= count <= most:
        raise DataError(
            "{count} folds need as many sequences, or groups of them, and these are {n}. Use 2 to "
            "{n} folds.",
            count=count,
            n=most,
        )
    labels = None
    if recipe.task == "classification" and not data.per_step:
        labels = data.targets[rows].astype(str)
        # scikit-learn refuses folds in which no class could stand
        labels = labels if np.unique(labels, return_counts=True)[1].max() >= count else None
    kinds = {
        (False, False): KFold,
        (False, True): GroupKFold,
        (True, False): StratifiedKFold,
        (True, True): StratifiedGroupKFold,
    }
    splitter = kinds[labels is not None, groups is not None](
        count, shuffle=True, random_state=recipe.seed
    )
    for learned, measured in splitter.split(rows, labels, groups):
        yield rows[learned], rows[measured]


def _groups(data: Sequences, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where in the rows, (n,), each group stands first, and (n,) the number of each row's group;
    without groups every row is one."""
    if data.groups is None:
        return np.arange(len(rows)), np.arange(len(rows))
    return np.unique(data.groups[rows], return_index=True, return_inverse=True)[1:]


def too_few(
    data: Sequences, recipe: Recipe, training: np.ndarray, validation: np.ndarray
) -> list[Note]:
    """What the two parts are too small to show, in words; row numbers as they were drawn."""
    notes = []
    alone = data.groups is not None and len(set(data.groups[training])) == 1 < len(training)
    if recipe.validation_split and not len(validation) and alone:
        notes.append(
            Note(
                "All sequences to train on come from one series or group, {group}. None is set "
                "apart for validation, so nothing tells how the model does on another one.",
                group=str(data.groups[training[0]]),
            )
        )
    elif recipe.validation_split and not len(validation):
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
