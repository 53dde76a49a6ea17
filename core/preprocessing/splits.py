"""Split the rows into training and validation sets. Test rows are in neither."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..data.sequences import Sequences
from ..data.windowing import is_divided_series
from ..errors import DataError, Note
from ..i18n import N_
from ..recipe.recipe import Recipe

ONE_SERIES = N_(
    "The windows are of one series. The model is evaluated on its last windows, and not on other "
    "series."
)


def split_rows(data: Sequences, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Split the rows into training and validation sets.

    Rows marked *test* are in neither set, and rows marked *validation* are the validation set.
    Without such rows, the validation set is ``recipe.validation_split`` of the training rows, whole
    sequences, chosen by ``recipe.validation_rows``:

    - "random" draws them by ``recipe.seed``, for classes in the proportion of each class.
    - "last" takes the last rows, so that nothing is learned from later data.
    - "folds" takes one fold of this size (see ``split_into_folds``), selected by the seed, so that
      as many seeds as there are folds validate every row once.

    Groups are never divided: with groups it is that share of the groups, and "last" takes the
    groups whose first row is last. Windows of a single series are divided by "last", whatever the
    recipe says, if a test set of later windows is marked (see ``is_divided_series``).

    Args:
        data: n sequences.
        recipe: its validation fields, task and seed are used.

    Returns:
        The training rows and the validation rows, int64 row numbers; the latter may be empty.

    Raises:
        DataError: no row is marked train.
    """
    rows = np.arange(len(data))
    if data.split is not None:
        marked = rows[data.split == "validation"]
        rows = rows[data.split == "train"]
        if len(rows) == 0:
            raise DataError(
                "No row is marked “train”, so there is no training set. Mark the training rows."
            )
        if len(marked):
            return rows, marked
    first, group = _number_groups(data, rows)
    count = min(round(recipe.validation_split * len(first)), len(first) - 1)
    if count == 0:
        return rows, rows[:0]
    if is_divided_series(data):
        return rows[:-count], rows[-count:]
    if recipe.validation_rows == "folds":
        count = min(round(1 / recipe.validation_split), len(first))
        folds = list(split_into_folds(data, replace(recipe, seed=0), max(count, 2)))
        return folds[recipe.seed % len(folds)]
    if recipe.validation_rows == "last":
        is_validation = np.isin(group, np.argsort(first)[-count:])
        return rows[~is_validation], rows[is_validation]
    labels = None
    if recipe.task == "classification" and not data.per_step:
        labels = data.require_targets()[rows]
        # A group can be stratified only if all of its sequences are of one class.
        labels = labels[first] if (labels == labels[first][group]).all() else None
    drawn = _draw(np.arange(len(first)), count, labels, recipe.seed)
    is_validation = np.isin(group, drawn)
    return rows[~is_validation], rows[is_validation]


def split_into_folds(
    data: Sequences, recipe: Recipe, count: int = 5
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Split the rows into cross-validation folds.

    Every sequence that is not marked test is held out once. The folds are drawn by the recipe's
    seed, classes in proportion, groups undivided.

    Args:
        data: n sequences.
        recipe: its task and seed are used.
        count: number of folds, at least 2.

    Yields:
        Per fold the training rows and the held-out rows, int64 row numbers.

    Raises:
        DataError: there are fewer sequences, or groups, than folds.
    """
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    rows = np.arange(len(data)) if data.split is None else np.flatnonzero(data.split != "test")
    groups = None if data.groups is None else data.groups[rows].astype(str)
    max_count = len(rows) if groups is None else len(set(groups))
    if not 2 <= count <= max_count:
        raise DataError(
            "{count} folds need at least {count} sequences or groups; there are {n}. Use 2 "
            "to {n} folds.",
            count=count,
            n=max_count,
        )
    labels = None
    if recipe.task == "classification" and not data.per_step:
        labels = data.require_targets()[rows].astype(str)
        # scikit-learn refuses to stratify when every class has fewer members than there are folds
        labels = labels if np.unique(labels, return_counts=True)[1].max() >= count else None
    splitters = {
        (False, False): KFold,
        (False, True): GroupKFold,
        (True, False): StratifiedKFold,
        (True, True): StratifiedGroupKFold,
    }
    splitter = splitters[labels is not None, groups is not None](
        count, shuffle=True, random_state=recipe.seed
    )
    with warnings.catch_warnings():  # a class with fewer members than folds is in some of them only
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        folds = list(splitter.split(rows, labels, groups))
    for training, held_out in folds:
        yield rows[training], rows[held_out]


def _number_groups(data: Sequences, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per group the index of its first row, and per row its group; by default one each."""
    if data.groups is None or is_divided_series(data):
        return np.arange(len(rows)), np.arange(len(rows))
    return np.unique(data.groups[rows], return_index=True, return_inverse=True)[1:]


def check_set_sizes(
    data: Sequences, recipe: Recipe, training: np.ndarray, validation: np.ndarray
) -> list[Note]:
    """Explain what cannot be measured because a set is empty or a class has a single sequence.

    Args:
        data: n sequences.
        recipe: the recipe of the split.
        training: training rows from ``split_rows``.
        validation: validation rows from ``split_rows``.
    """
    notes = []
    groups = set() if data.groups is None else set(data.groups[training])
    is_one_group = len(groups) == 1 < len(training)
    if recipe.validation_split and not len(validation) and is_one_group:
        notes.append(
            Note(
                "All training sequences come from one series or group, {group}, so there is "
                "no validation set. Performance on other groups is unknown.",
                group=str(groups.pop()),
            )
        )
    elif recipe.validation_split and not len(validation):
        notes.append(
            Note(
                "Training sequences: {n}, which is not enough to hold out a validation set. "
                "Performance on new sequences is unknown.",
                n=len(training),
            )
        )
    if is_divided_series(data):
        notes.append(Note(ONE_SERIES))
    elif data.groups is not None and data.split is not None:
        held_out = np.setdiff1d(np.arange(len(data)), training)
        divided = np.intersect1d(data.groups[training], data.groups[held_out])
        if len(divided):
            notes.append(
                Note(
                    "Groups in both the training set and another set: {n}, such as {found}. "
                    "Scores on the other set say little about new groups.",
                    n=len(divided),
                    found=str(divided[0]),
                )
            )
    if recipe.task == "classification" and not data.per_step:
        rows = np.concatenate([training, validation])
        classes, counts = np.unique(data.require_targets()[rows], return_counts=True)
        single = classes[counts == 1]
        if len(single):
            notes.append(
                Note(
                    "Classes with a single sequence: {n}, such as {found}. They cannot be "
                    "evaluated. Add sequences of these classes.",
                    n=len(single),
                    found=str(single[0]),
                )
            )
    return notes


def _draw(rows: np.ndarray, count: int, labels: np.ndarray | None, seed: int) -> np.ndarray:
    """Draw ``count`` of the rows, stratified by ``labels`` where possible."""
    from sklearn.model_selection import train_test_split  # a second to import; workers only

    if labels is not None:
        # scikit-learn refuses classes with one member, and sets smaller than the number of
        # classes. A single member stays in training; with too few rows the draw is not stratified.
        classes, counts = np.unique(labels, return_counts=True)
        repeated = np.isin(labels, classes[counts > 1])
        repeated_classes = int((counts > 1).sum())
        if repeated_classes and repeated_classes <= count <= repeated.sum() - repeated_classes:
            rows, labels = rows[repeated], labels[repeated]
        else:
            labels = None
    _, drawn = train_test_split(rows, test_size=count, random_state=seed, stratify=labels)
    return np.sort(drawn)
