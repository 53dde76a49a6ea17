"""Features that are the same at every step of a sequence, such as an age or a kind of machine."""

from __future__ import annotations

import numpy as np

from ...data.missing import indicator_name
from ...data.schema import Schema
from ...data.sequences import Sequences
from .columns import category_names

FIRST_STEPS = 1_000  # most features change here already, and then need no further look


def constant_features(data: Sequences, schema: Schema) -> tuple[str, ...]:
    """The features that never change within a sequence but differ between sequences, of data read
    by a schema; a column of words counts as one. None where hardly a sequence has several steps.
    """
    if 2 * (data.lengths > 1).sum() < max(len(data), 4):
        return ()
    of_words = {
        feature: column
        for column, words in schema.categories.items()
        for feature in category_names(column, words)
    }
    said = {indicator_name(name) for name in data.feature_names}
    columns: dict[str, list[int]] = {}
    for number, feature in enumerate(data.feature_names):
        if feature not in said:
            columns.setdefault(of_words.get(feature, feature), []).append(number)
    steady = _steady(data)
    first = data.values[data.offsets[:-1]]
    differs = (first != first[0]).any(axis=0)
    return tuple(
        name for name, parts in columns.items() if steady[parts].all() and differs[parts].any()
    )


def _steady(data: Sequences) -> np.ndarray:
    """(features,) bool: which keep their value from step to step of every sequence."""
    onward = np.zeros(len(data.values) - 1, dtype=bool)  # from one sequence to the next
    onward[data.offsets[1:-1] - 1] = True
    steady = np.ones(data.features, dtype=bool)
    begin, end = 0, FIRST_STEPS
    while begin < len(onward) and steady.any():
        here = slice(begin, min(end, len(onward)))
        for feature in np.flatnonzero(steady):
            now = data.values[:-1, feature][here]
            after = data.values[1:, feature][here]
            changes = (now != after) & ~onward[here]
            if changes.any():
                changes &= ~(np.isnan(now) & np.isnan(after))
                steady[feature] = not changes.any()
        begin, end = end, 4 * end
    return steady
