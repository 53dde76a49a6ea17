"""Write tables as people have them: a few sequences of unequal lengths."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence

import numpy as np

LENGTHS = (6, 4, 7, 5, 6, 4, 5, 7)
Row = Sequence[object]


def measure(sequence: int, step: int, feature: int = 0) -> float:
    """Return a measurement that neither rises nor repeats in a pattern."""
    return round(20 + 3 * sequence + ((7 * step + 3 * sequence + 5 * feature) % 11) / 4, 2)


def write_csv(header: Row | str, rows: Iterable[Row], delimiter: str = ",") -> str:
    """Write a table; a header of text is split at commas, and "" writes none."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if header:
        writer.writerow(header.split(",") if isinstance(header, str) else header)
    writer.writerows(rows)
    return out.getvalue()


def write_long(
    header: Row | str,
    cells: Callable[[int, int], Row],
    lengths: Sequence[int] = LENGTHS,
    delimiter: str = ",",
    shuffle: bool = False,
) -> str:
    """Write one step per row, with the ``cells(sequence, step)`` of each."""
    sequences = [[cells(i, t) for t in range(steps)] for i, steps in enumerate(lengths)]
    if shuffle:
        # A middle row of each sequence comes first, so that the order of the sequences stays.
        rows = [sequence.pop(len(sequence) // 2) for sequence in sequences]
        others = [row for sequence in sequences for row in sequence]
        rows += [others[i] for i in np.random.default_rng(7).permutation(len(others))]
    else:
        rows = [row for sequence in sequences for row in sequence]
    return write_csv(header, rows, delimiter)


def write_wide(
    header: Row | str, cells: Callable[[int], Row], rows: int = 12, delimiter: str = ","
) -> str:
    """Write one sequence per row, with the ``cells(sequence)`` of each."""
    return write_csv(header, [cells(i) for i in range(rows)], delimiter)


def shuffle_lines(text: str, header: int, seed: int) -> str:
    """Shuffle the lines of a table behind its header."""
    lines = text.splitlines(keepends=True)
    order = header + np.random.default_rng(seed).permutation(len(lines) - header)
    return "".join([*lines[:header], *(lines[line] for line in order)])
