"""Range of a colour scale, which a few outliers do not widen."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..data.sequences import Sequences

PERCENTILES = (1, 99)
# How much wider than between the percentiles the whole range is where it has outliers. That of
# uniform values is 1.02 times as wide, that of 10,000 normal values 1.7 times.
MAX_WIDENING = 2.0
MAX_VALUES = 1_000_000  # equally spaced values are enough for percentiles


class ValueSpan(NamedTuple):
    """Range of a colour scale.

    Attributes:
        low: Value of the first colour; lower values have it too.
        high: Value of the last colour; higher values have it too.
    """

    low: float
    high: float


def compute_value_span(data: Sequences, feature: int = 0) -> ValueSpan:
    """Compute the range of a feature over all steps of ``data``.

    A colour scale over this range does not depend on the rows that are drawn.
    """
    return span_values(data.values[:, feature])


def span_values(values: np.ndarray) -> ValueSpan:
    """Return minimum and maximum, or percentiles if outliers would widen the range.

    Missing values do not count; without any other value the range is 0 to 0.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return ValueSpan(0.0, 0.0)
    whole = ValueSpan(float(known.min()), float(known.max()))
    sample = known[:: max(len(known) // MAX_VALUES, 1)]
    inner = ValueSpan(*map(float, np.percentile(sample, PERCENTILES)))
    has_outliers = inner.low < inner.high and (
        whole.high - whole.low > MAX_WIDENING * (inner.high - inner.low)
    )
    return inner if has_outliers else whole
