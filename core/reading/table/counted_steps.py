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

    The rows of a sequence follow each other.

    Args:
        sequences: (rows,) cells of the first column.
        steps: (rows,) cells of the second column.
        min_rows: Rows that follow another row of their sequence, at least.
    """
    # Most tables without a header show in their first rows that they count nothing.
    first = [cells.slice(0, SAMPLE_ROWS) for cells in (sequences, steps)]
    return _count_steps(*first) is not None and (_count_steps(sequences, steps) or 0) >= min_rows


def _count_steps(
    sequences: pa.ChunkedArray | pa.Array, steps: pa.ChunkedArray | pa.Array
) -> int | None:
    """Count the rows that follow another row of their sequence, None if they are not counted."""
    (sequence, bad_sequences), (step, bad_steps) = parse_numbers(sequences), parse_numbers(steps)
    if len(bad_sequences) or len(bad_steps) or not np.isfinite([sequence, step]).all():
        return None
    if (sequence != np.floor(sequence)).any() or step[0] not in (0, 1):
        return None
    is_next = np.diff(sequence) == 0
    counted = np.where(is_next, step[:-1] + 1, step[0])
    if not np.array_equal(step[1:], counted):
        return None
    starts = sequence[np.append(True, ~is_next)]
    if len(np.unique(starts)) < len(starts):
        return None
    return int(np.count_nonzero(is_next))
