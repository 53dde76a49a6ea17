"""Find static features, which are the same at every step of a sequence, such as an age."""

from __future__ import annotations

import numpy as np

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences
from .columns import list_category_names

FIRST_STEPS = 1_000  # most features change within these and need no further check


def find_static_features(data: Sequences, schema: Schema) -> tuple[str, ...]:
    """Find the features that are constant within every sequence but differ between sequences.

    A categorical column counts as one feature. Data in which few sequences have several steps has
    no static features.

    Args:
        data: Sequences of a table.
        schema: Schema by which they were read.
    """
    if 2 * (data.lengths > 1).sum() < max(len(data), 4):
        return ()
    column_by_feature = {
        feature: column
        for column, vocabulary in schema.categories.items()
        for feature in list_category_names(column, vocabulary)
    }
    indicators = {indicator_name(name) for name in data.feature_names}
    columns: dict[str, list[int]] = {}
    for number, feature in enumerate(data.feature_names):
        if feature not in indicators:
            columns.setdefault(column_by_feature.get(feature, feature), []).append(number)
    is_static = _find_static(data)
    first = data.values[data.offsets[:-1]]
    is_different = (first != first[0]).any(axis=0)
    return tuple(
        name
        for name, parts in columns.items()
        if is_static[parts].all() and is_different[parts].any()
    )


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
