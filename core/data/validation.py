"""Validate and normalise the constructor arguments of ``Sequences``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError, Note
from ..i18n import N_
from .constructors.as_numbers import as_numbers

SPLITS = ("train", "validation", "test")
NO_STEPS = N_("Sequence {id} has no steps. Remove it or give it at least one step.")


def as_steps(item: npt.ArrayLike, number: int) -> np.ndarray:
    """Convert one list or array to (steps, features) float64.

    Args:
        item: (steps,) or (steps, features).
        number: position of the sequence, from 1, for messages.

    Raises:
        DataError: names the sequence.
    """
    if np.ndim(item) == 0 if not isinstance(item, list | tuple) else False:
        raise DataError(
            "Sequence {number} is {found!r}, a single value. Give a list of sequences, each "
            "a list of steps: [[1.5]], not [1.5].",
            number=number,
            found=item if isinstance(item, str) else np.asarray(item).item(),
        )
    try:
        steps = as_numbers(item)
    except (TypeError, ValueError) as error:
        raise DataError(
            "Sequence {number} cannot be read as numbers ({reason}). Give (steps,) or "
            "(steps, features) numbers, every step with the same features.",
            number=number,
            reason=str(error),
        ) from None
    if steps.ndim > 2:
        raise DataError(
            "Sequence {number} has {found} dimensions. Give (steps,) or (steps, features).",
            number=number,
            found=steps.ndim,
        )
    return steps.reshape(len(steps), -1) if steps.size else np.empty((0, 1))


def as_values(
    values: npt.ArrayLike, steps: int, features: int | None = None
) -> npt.NDArray[np.float32]:
    """Copy values to a new (total steps, features) float32 array.

    Args:
        values: (total steps, features).
        steps: expected number of steps, the sum of the lengths.
        features: expected number of features; None takes any.

    Raises:
        DataError: the shape does not match.
    """
    with np.errstate(over="ignore"):  # overflow becomes inf, which is refused with its place later
        flat = np.array(values, dtype=np.float32, order="C")
    is_2d = flat.ndim == 2 and flat.shape[1] >= 1
    if not is_2d or len(flat) != steps or features not in (None, flat.shape[1]):
        raise DataError(
            "values has shape {found}; the lengths require ({steps}, {features}).",
            found=flat.shape,
            steps=steps,
            features="features" if features is None else features,
        )
    return flat


def as_strings(
    values: Iterable[object] | None, n: int, what: str
) -> npt.NDArray[np.object_] | None:
    """Convert one value per sequence to an (n,) array of str; None stays None.

    Args:
        values: (n,).
        n: number of sequences.
        what: name of the argument, for messages.

    Raises:
        DataError: there are not n values.
    """
    if values is None:
        return None
    strings = np.array([str(value) for value in values], dtype=object)
    if len(strings) != n:
        raise DataError(
            "The number of {what} ({found}) is not the number of sequences ({n}). Give one "
            "per sequence.",
            n=n,
            found=len(strings),
            what=what,
        )
    return strings


def as_split(
    values: Iterable[object] | None, ids: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_] | None:
    """Convert the split to an (n,) array of ``SPLITS``; None stays None.

    Args:
        values: (n,).
        ids: (n,) ids of the sequences, for messages.

    Raises:
        DataError: there are not n values, or one is not in ``SPLITS``.
    """
    split = as_strings(values, len(ids), "split")
    is_known = np.isin(split, SPLITS) if split is not None else np.ones(0, bool)
    if split is not None and not is_known.all():
        row = int(np.argmin(is_known))
        raise DataError(
            "The split of sequence {id} is {found!r}. Use train, validation or test.",
            id=ids[row],
            found=split[row],
        )
    return split


def check_lengths(lengths: npt.ArrayLike, ids: np.ndarray) -> npt.NDArray[np.int64]:
    """Convert lengths to (n,) int64 and check that there is one per sequence, each at least 1.

    Args:
        lengths: (n,).
        ids: (n,).

    Raises:
        DataError: names the sequence without steps.
    """
    array = np.array(lengths, dtype=np.int64).reshape(-1)
    if len(array) != len(ids):
        raise DataError(
            "The number of {what} ({found}) is not the number of sequences ({n}). Give one "
            "per sequence.",
            n=len(ids),
            found=len(array),
            what="lengths",
        )
    if (array < 1).any():
        raise DataError(NO_STEPS, id=ids[int(np.argmax(array < 1))])
    return array


def number_copies(ids: Sequence[str] | np.ndarray) -> npt.NDArray[np.object_]:
    """Make names unique: a repeated one becomes "a (2)", "a (3)", …"""
    taken, counts = set(ids), dict.fromkeys(ids, 0)
    unique = []
    for id in ids:
        counts[id] += 1
        name = id
        if counts[id] > 1:
            while (name := f"{id} ({counts[id]})") in taken:
                counts[id] += 1
        taken.add(name)
        unique.append(name)
    return np.array(unique, dtype=object)


def check_unique_ids(ids: np.ndarray) -> None:
    """Check that no two ids are equal; raise DataError with the first that is repeated."""
    if len(set(ids)) == len(ids):
        return
    seen: set[str] = set()
    for id in ids:
        if id in seen:
            raise DataError("The id {id!r} is given twice. Give every sequence its own id.", id=id)
        seen.add(id)


def as_step_targets(targets: Iterable[object], lengths: np.ndarray) -> np.ndarray:
    """Concatenate one list or array of targets per sequence to (total steps,).

    Args:
        targets: per sequence, one target per step.
        lengths: steps per sequence, (n,).

    Raises:
        DataError: names the first sequence whose targets do not match its steps.
    """
    parts = [np.asarray(part) for part in targets]
    sizes = np.array([part.size if part.ndim == 1 else -1 for part in parts])
    common = min(len(sizes), len(lengths))
    differs = np.append(sizes[:common] != lengths[:common], len(sizes) != len(lengths))
    if differs.any():
        row = int(np.argmax(differs))
        raise DataError(
            "Sequence {number}: the number of targets is not the number of steps. Give one "
            "target per sequence, or one per step of every sequence.",
            number=row + 1,
        )
    if len({part.dtype.kind in "OU" for part in parts}) > 1:  # else NumPy turns 1 and "a" to str
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)


def as_targets(
    targets: Iterable[object] | None, ids: np.ndarray, lengths: np.ndarray | None
) -> np.ndarray | None:
    """Convert targets to int64, float64 or str; None stays None.

    Args:
        targets: (n,), or (total steps,) for per-step targets.
        ids: (n,), for messages.
        lengths: (n,) for per-step targets, else None.

    Returns:
        int64 if all numbers are whole, else float64; an object array of str for classes.

    Raises:
        DataError: the shape does not match, or a target is missing, infinite or too large.
    """
    if targets is None:
        return None
    array = np.array(targets)
    if lengths is not None:
        ids = np.repeat(ids, lengths)
    if array.dtype.kind in "OU":  # str() would turn a missing target into a class "nan" or "None"
        _refuse_missing_targets(targets, ids)
    if array.ndim != 1 or len(array) != len(ids):
        raise DataError(
            "targets has shape {found}; give one target per {each}, shape ({n},).",
            found=array.shape,
            each=Note("sequence" if lengths is None else "step"),
            n=len(ids),
        )
    if array.dtype.kind in "iu":
        too_large = array > np.iinfo(np.int64).max
        if too_large.any():
            row = int(np.argmax(too_large))
            raise DataError(
                "Sequence {id}: the target {found} is too large for a 64-bit integer. Give a "
                "smaller number, or text if it is a class.",
                id=ids[row],
                found=str(array[row]),
            )
        return array.astype(np.int64)
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            row = int(np.argmin(np.isfinite(array)))
            raise DataError(
                "Sequence {id}: the target is {found}. Give a finite number, or remove the "
                "sequence.",
                id=ids[row],
                found=array[row],
            )
        array = array.astype(np.float64)
        # Classes are often written 1.0 and 0.0, and for regression an integer is a number as well.
        is_whole = (array == np.floor(array)) & (np.abs(array) < 2.0**63)
        return array.astype(np.int64) if is_whole.all() else array
    return np.array([str(target) for target in array], dtype=object)


def _refuse_missing_targets(targets: Iterable[object], ids: np.ndarray) -> None:
    missing = pd.isna(pd.Series(list(targets), dtype=object)).to_numpy()
    if missing.any() and len(missing) == len(ids):
        raise DataError(
            "Sequence {id}: the target is missing. Give a target, or remove the sequence.",
            id=ids[int(np.argmax(missing))],
        )
