"""Arguments of ``Sequences`` from arrays of several sequences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from ...errors import DataError
from .arguments import FlatSteps
from .as_numbers import as_numbers


def flatten_lists(parts: Sequence[np.ndarray]) -> FlatSteps:
    """Concatenate sequences, each (steps, features).

    Raises:
        DataError: names the first sequence with another number of features.
    """
    if len({part.shape[1] for part in parts if len(part)}) > 1:
        first = parts[0].shape[1]
        row = next(i for i, part in enumerate(parts) if part.shape[1] != first)
        raise DataError(
            "Sequence {number}: the number of features is {found}, but {expected} in "
            "sequence 1. Give every step the same features.",
            number=row + 1,
            found=parts[row].shape[1],
            expected=first,
        )
    values = np.concatenate([part for part in parts if len(part)] or [np.empty((0, 1))])
    return {"values": values, "lengths": np.array([len(part) for part in parts], dtype=np.int64)}


def flatten_padded(
    array: npt.ArrayLike,
    lengths: npt.ArrayLike | None = None,
    mask: npt.ArrayLike | None = None,
) -> FlatSteps:
    """Remove the padding of an array.

    Args:
        array: (n, steps, features), or (n, steps) for one feature.
        lengths: (n,) real steps per sequence, which come first.
        mask: (n, steps) bool, True at real steps, wherever they are. Without both, the steps
            behind the last one with any number are padding: they hold nothing but NaN.

    Raises:
        DataError: the shapes do not match, or a sequence has no steps.
    """
    padded = _as_padded(array)
    rows, width = padded.shape[:2]
    if lengths is not None and mask is not None:
        raise DataError("Both lengths and mask are given. Give one of them.")
    if mask is not None:
        real = np.asarray(mask)
        if real.shape != (rows, width) or real.dtype != bool:
            raise DataError(
                "mask has shape {found} and type {type}; the array needs ({rows}, {width}), bool.",
                found=real.shape,
                type=real.dtype,
                rows=rows,
                width=width,
            )
        return {"values": padded[real], "lengths": real.sum(axis=1)}
    if lengths is None:
        has_number = ~np.isnan(padded).all(axis=2)  # (n, steps)
        lengths = np.where(has_number.any(1), width - has_number[:, ::-1].argmax(1), 0)
    real_steps = np.asarray(lengths)
    is_valid = real_steps.shape == (rows,) and real_steps.dtype.kind in "iu"
    if not is_valid or (real_steps < 0).any() or (real_steps > width).any():
        raise DataError(
            "lengths is {found}; give {rows} whole numbers from 1 to {width}, the steps of the "
            "array.",
            found=lengths,
            rows=rows,
            width=width,
        )
    return {"values": padded[np.arange(width) < real_steps[:, None]], "lengths": real_steps}


def flatten_channels_first(collection: np.ndarray | Iterable[npt.ArrayLike]) -> FlatSteps:
    """Transpose series of shape (channels, steps) and concatenate them.

    Args:
        collection: (n, channels, steps), with NaN behind the end of shorter series; or a list of
            n arrays (channels, steps) or (steps,), of unequal length.

    Raises:
        DataError: names the first series that is not an array of this form.
    """
    if isinstance(collection, np.ndarray) and collection.dtype != object:
        if collection.ndim not in (2, 3):
            raise DataError(
                "The collection has shape {found}. Give (n, channels, steps).",
                found=collection.shape,
            )
        array = collection[:, None] if collection.ndim == 2 else collection
        return flatten_padded(array.transpose(0, 2, 1))
    parts = []
    for number, series in enumerate(collection, start=1):
        try:
            array = as_numbers(series)
        except (TypeError, ValueError) as error:
            raise DataError(
                "Series {number} cannot be read as numbers ({reason}). Give (channels, steps).",
                number=number,
                reason=str(error),
            ) from None
        if array.ndim not in (1, 2):
            raise DataError(
                "Series {number} has shape {found}. Give (channels, steps).",
                number=number,
                found=array.shape,
            )
        parts.append(array.reshape(-1, array.shape[-1]).T)
    return flatten_lists(parts)


def _as_padded(array: npt.ArrayLike) -> np.ndarray:
    try:
        padded = as_numbers(array)
    except (TypeError, ValueError) as error:
        raise DataError(
            "The array cannot be read as numbers ({reason}). Give (n, steps, features).",
            reason=str(error),
        ) from None
    if padded.ndim == 2:
        padded = padded[..., None]
    if padded.ndim != 3:
        raise DataError(
            "The array has shape {found}. Give (n, steps, features).", found=padded.shape
        )
    return padded
