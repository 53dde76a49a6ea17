"""Conversion of arrays and lists to numbers, without a silent loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

UNUSABLE = {
    "c": "complex numbers; give the real and the imaginary part as two features",
    "M": "dates; give the time since the start as numbers",
    "m": "durations; give them as numbers, such as seconds",
}


def as_numbers(values: npt.ArrayLike) -> np.ndarray:
    """Convert values to float64; masked values become NaN.

    Raises:
        TypeError: for complex numbers, dates and durations, which NumPy would convert.
        ValueError: for lists of unequal length and for text.
    """
    if isinstance(values, list | tuple) and any(isinstance(v, np.ma.MaskedArray) for v in values):
        values = np.ma.stack(values)
    array = np.ma.asarray(values) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if array.dtype.kind in UNUSABLE:
        raise TypeError(UNUSABLE[array.dtype.kind])
    numbers = array.astype(np.float64, copy=False)
    if isinstance(numbers, np.ma.MaskedArray):
        filled: np.ndarray = numbers.filled(np.nan)
        return filled
    return numbers
