"""True and false in cells, as words of any capitals."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from .missing_markers import MISSING_MARKERS

BOOLEANS = {"true": "True", "false": "False"}  # per word in lower case: the class
NUMBERS = {"true": "1", "false": "0"}


def are_booleans(cells: pa.ChunkedArray | pa.Array) -> bool:
    """Return True if every cell is true, false or missing, and not all are missing."""
    words = {word.strip().lower() for word in pc.unique(cells).to_pylist() if word is not None}
    known = words.difference(MISSING_MARKERS)
    return bool(known) and known <= BOOLEANS.keys()


def rewrite_booleans(cells: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Write 1 for true and 0 for false; other cells stay as they are."""
    words = pc.utf8_lower(pc.utf8_trim_whitespace(cells))
    numbers = pc.index_in(words, pa.array([*NUMBERS]))
    return pc.coalesce(pa.array([*NUMBERS.values()]).take(_combine(numbers)), _combine(cells))


def _combine(cells: pa.ChunkedArray | pa.Array) -> pa.Array:
    return cells.combine_chunks() if isinstance(cells, pa.ChunkedArray) else cells
