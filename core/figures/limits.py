"""How much of a rectangle a figure draws."""

from __future__ import annotations

from math import isqrt

from ..data.padding import Side

# A float32 cell takes 5.4 bytes of JSON, so this is 320 kB.
CELLS = 60_000
# A mask travels as an image of 2 bits a pixel, before compression: at most 340 kB.
MASK_CELLS = 1_000_000


def drawn_part(
    rows: int, steps: int, padding: Side = "pre", cells: int = CELLS
) -> tuple[slice, slice]:
    """The rows and the columns of a (rows, steps) array that a figure draws.

    The first rows; and of the columns those where the content stands: the last
    ones where padding stands in front ("pre"), else the first. One window, no
    stride: what is drawn is drawn step by step.

    >>> drawn_part(3, 15)
    (slice(0, 3, None), slice(0, 15, None))
    >>> drawn_part(100_000, 10_000)
    (slice(0, 100, None), slice(9400, 10000, None))
    """
    wide = min(steps, isqrt(6 * cells))
    high = min(rows, isqrt(4 * cells), cells // max(wide, 1))
    first = steps - wide if padding == "pre" else 0
    return slice(0, high), slice(first, first + wide)
