"""Two columns that count sequences and their steps, as in tables without a header."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .cells import SAMPLE_ROWS, parse_numbers

MIN_COUNTED_ROWS = 8  # that follow another row of their sequence; fewer may be a coincidence


def counts_steps(
    sequences: pa.ChunkedArray | pa.Array,
    steps: pa.ChunkedArray | pa.Array,
    min_rows: int = MIN_COUNTED_ROWS,
) -> bool:
    """Return True if a column numbers sequences, and another the steps of each from 0 or 1.

    The rows are in any order.

    Args:
        sequences: (rows,) cells of the first column.
        steps: (rows,) cells of the second column.
        min_rows: Rows that follow another row of their sequence, at least.
    """
    # Most tables without a header show in their first rows that they count nothing.
    first = [cells.slice(0, SAMPLE_ROWS) for cells in (sequences, steps)]
    if _read_counts(*first) is None or (counts := _read_counts(sequences, steps)) is None:
        return False
    sequence, step = counts
    is_next = np.diff(sequence) == 0
    counted = np.where(is_next, step[:-1] + 1, step[0])
    return (
        step[0] in (0, 1)
        and np.array_equal(step[1:], counted)
        and int(np.count_nonzero(is_next)) >= min_rows
    )


def _read_counts(
    sequences: pa.ChunkedArray | pa.Array, steps: pa.ChunkedArray | pa.Array
) -> tuple[np.ndarray, np.ndarray] | None:
    """Read whole numbers, sorted by sequence and step; None for others, and for equal pairs."""
    (sequence, bad_sequences), (step, bad_steps) = parse_numbers(sequences), parse_numbers(steps)
    if len(bad_sequences) or len(bad_steps) or not np.isfinite([sequence, step]).all():
        return None
    if (sequence != np.floor(sequence)).any() or (step != np.floor(step)).any() or step.min() < 0:
        return None
    order = np.lexsort((step, sequence))
    sequence, step = sequence[order], step[order]
    is_repeated = (np.diff(sequence) == 0) & (np.diff(step) == 0)
    return None if is_repeated.any() else (sequence, step)
