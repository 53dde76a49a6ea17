"""What a caller gives ``Sequences``: as arrays, or refused with the place and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, Note


def as_steps(item: Any, number: int) -> np.ndarray:
    """One list or array as (steps, features) float64."""
    if np.ndim(item) == 0 if not isinstance(item, list | tuple) else False:
        raise DataError(
            "Sequence {number} is {found!r}, one value. Give a list of sequences, "
            "each a list of steps: [[1.5]], not [1.5].",
            number=number,
            found=item if isinstance(item, str) else np.asarray(item).item(),
        )
    try:
        steps = np.asarray(item, dtype=np.float64)
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


def as_values(values: Any, steps: int) -> np.ndarray:
    """(total steps, features) float32 of our own, nothing shared with the caller."""
    with np.errstate(over="ignore"):  # too large for float32 becomes inf, refused by name later
        flat = np.array(values, dtype=np.float32, order="C")
    if flat.ndim != 2 or flat.shape[1] < 1 or len(flat) != steps:
        raise DataError(
            "values has shape {found}; the lengths ask for ({steps}, features).",
            found=flat.shape,
            steps=steps,
        )
    return flat


def as_strings(values: Any, n: int, what: str) -> np.ndarray | None:
    if values is None:
        return None
    strings = np.array([str(value) for value in values], dtype=object)
    if len(strings) != n:
        raise DataError(
            "The number of {what} ({found}) is not the number of sequences ({n}). Give one a "
            "sequence.",
            n=n,
            found=len(strings),
            what=what,
        )
    return strings


def refuse_equal_ids(ids: np.ndarray) -> None:
    if len(set(ids)) == len(ids):
        return
    seen: set[str] = set()
    twice = next(id for id in ids if id in seen or seen.add(id))
    raise DataError(
        "The id {id!r} stands for two sequences. Give every sequence its own.", id=twice
    )


def as_step_targets(targets: Sequence[Any], lengths: np.ndarray) -> np.ndarray:
    """(total steps,) of one list or array of targets a sequence."""
    parts = [np.asarray(part) for part in targets]
    found = np.array([part.size if part.ndim == 1 else -1 for part in parts])
    both = min(len(found), len(lengths))
    differs = np.append(found[:both] != lengths[:both], len(found) != len(lengths))
    if differs.any():
        where = int(np.argmax(differs))
        raise DataError(
            "The targets of sequence {number} are not one for each of its steps. Give one target "
            "a sequence, or for every sequence a list of targets, one a step.",
            number=where + 1,
        )
    if len({part.dtype.kind in "OU" for part in parts}) > 1:  # 1 and "a" become "1" and "a"
        parts = [part.astype(object) for part in parts]
    return np.concatenate(parts)


def as_targets(targets: Any, ids: np.ndarray, lengths: np.ndarray | None) -> np.ndarray | None:
    """lengths (n,) where every step has a target, else None."""
    if targets is None:
        return None
    made = np.array(targets)
    if lengths is not None:
        ids = np.repeat(ids, lengths)
    if made.dtype.kind in "OU":  # NumPy would make a class "nan" or "None" of a missing one
        _refuse_missing_targets(targets, ids)
    if made.ndim != 1 or len(made) != len(ids):
        raise DataError(
            "targets has shape {found}; give one target a {each}, shape ({n},).",
            found=made.shape,
            each=Note("sequence" if lengths is None else "step"),
            n=len(ids),
        )
    if made.dtype.kind in "iu":
        too_large = made > np.iinfo(np.int64).max
        if too_large.any():
            where = int(np.argmax(too_large))
            raise DataError(
                "The target of sequence {id} is {found}, too large for 64-bit whole numbers. Give "
                "a smaller number, or a text if it is a class.",
                id=ids[where],
                found=int(made[where]),
            )
        return made.astype(np.int64)
    if made.dtype.kind == "f":
        if not np.isfinite(made).all():
            where = int(np.argmin(np.isfinite(made)))
            raise DataError(
                "The target of sequence {id} is {found}. Give a finite number or leave the "
                "sequence out.",
                id=ids[where],
                found=made[where],
            )
        made = made.astype(np.float64)
        # Classes are often written 1.0 and 0.0. For regression a whole number is a number as well.
        whole = (made == np.floor(made)) & (np.abs(made) < 2.0**63)
        return made.astype(np.int64) if whole.all() else made
    return np.array([str(target) for target in made], dtype=object)


def _refuse_missing_targets(targets: Any, ids: np.ndarray) -> None:
    missing = pd.isna(pd.Series(list(targets), dtype=object)).to_numpy()
    if missing.any() and len(missing) == len(ids):
        raise DataError(
            "The target of sequence {id} is missing. Give it one or leave the sequence out.",
            id=ids[int(np.argmax(missing))],
        )
