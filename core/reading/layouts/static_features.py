"""Find static features, which are the same at every step of a sequence, such as an age."""

from __future__ import annotations

import numpy as np

from ...data.sequences import Sequences

FIRST_STEPS = 1_000  # most features change within these and need no further check


def find_static_features(data: Sequences) -> tuple[str, ...]:
    """Find the features that are constant within every sequence but differ between sequences.

    Data in which few sequences have several steps has no static features.
    """
    if 2 * (data.lengths > 1).sum() < max(len(data), 4):
        return ()
    first = data.values[data.offsets[:-1]]
    is_different = (first != first[0]).any(axis=0)
    is_found = _find_static(data) & is_different
    return tuple(name for name, found in zip(data.feature_names, is_found, strict=True) if found)


def _find_static(data: Sequences) -> np.ndarray:
    """Return the mask (features,) of the features that are constant within every sequence."""
    is_boundary = np.zeros(len(data.values) - 1, dtype=bool)  # from one sequence to the next
    is_boundary[data.offsets[1:-1] - 1] = True
    is_static = np.ones(data.features, dtype=bool)
    begin, end = 0, FIRST_STEPS
    while begin < len(is_boundary) and is_static.any():
        window = slice(begin, min(end, len(is_boundary)))
        for feature in np.flatnonzero(is_static):
            current = data.values[:-1, feature][window]
            following = data.values[1:, feature][window]
            changed = (current != following) & ~is_boundary[window]
            if changed.any():
                changed &= ~(np.isnan(current) & np.isnan(following))
                is_static[feature] = not changed.any()
        begin, end = end, 4 * end
    return is_static
