"""Limits on the cells of an array that a figure draws, and the window that keeps to them."""

from __future__ import annotations

from math import isqrt

from ..data.padded import Side

# A float32 cell takes 5.4 bytes of JSON, so the limit is 320 kB.
MAX_CELLS = 60_000
# A mask is sent as an image of 2 bits per pixel before compression: at most 340 kB.
MAX_MASK_CELLS = 1_000_000


def get_drawn_window(
    rows: int, steps: int, padding: Side = "pre", cells: int = MAX_CELLS
) -> tuple[slice, slice]:
    """Return the window of a (rows, steps) array that a figure draws.

    The window contains the first rows, and the columns on the side of the content: the last
    columns with padding "pre", otherwise the first. It is contiguous: no step in it is skipped.

    Args:
        rows: Rows of the array.
        steps: Time steps per row.
        padding: The side that is padded.
        cells: Maximum number of cells in the window.

    Returns:
        The slice of rows and the slice of columns.

    >>> get_drawn_window(3, 15)
    (slice(0, 3, None), slice(0, 15, None))
    >>> get_drawn_window(100_000, 10_000)
    (slice(0, 100, None), slice(9400, 10000, None))
    """
    wide = min(steps, isqrt(6 * cells))
    high = min(rows, isqrt(4 * cells), cells // max(wide, 1))
    first = steps - wide if padding == "pre" else 0
    return slice(0, high), slice(first, first + wide)
