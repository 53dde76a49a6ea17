"""Pasted nested lists: ``[[1], [2, 5], [3, 9, 9, 4, 8]]`` or one list per line."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from ....errors import DataError


def is_pasted_list(data: bytes) -> bool:
    """Return True if the text begins with a list that is not a table's first cell (``[1];5``)."""
    first_line = re.match(rb"\s*(\[.*)", data)  # to the end of the line
    return first_line is not None and not re.search(rb"\][ ]*[;\t]", first_line[1])


def split_lists(data: bytes) -> tuple[pa.ChunkedArray, np.ndarray]:
    """Split text into the list of each sequence.

    A single list of lists is a list of sequences; otherwise every outermost list is a sequence.

    Returns:
        (n,) text of the lists, and (n,) lines on which they begin.

    Raises:
        DataError: For brackets that do not match and for text between the lists.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    brackets = np.flatnonzero((raw == ord("[")) | (raw == ord("]")))
    if len(brackets) == 0:
        raise DataError(
            "There is no list in {found!r}. Write each sequence as a list of numbers, as in "
            "[[1], [2, 5], [3, 9, 9, 4, 8]].",
            found=data.strip()[:80].decode("utf-8", errors="ignore"),
        )
    is_open = raw[brackets] == ord("[")
    depth = np.cumsum(np.where(is_open, 1, -1))  # after each bracket
    if depth.min() < 0 or depth[-1] != 0:
        outermost = np.flatnonzero(is_open & (depth == 1))
        unmatched = int(np.argmax(depth < 0) if depth.min() < 0 else outermost[-1])
        raise DataError(
            "The brackets do not match near row {row}. Close every [ with a ].",
            row=_count_line(data, int(brackets[unmatched])),
            found=data.strip()[:80].decode("utf-8", errors="ignore"),
        )
    is_list_of_lists = int((is_open & (depth == 1)).sum()) == 1 and depth.max() > 1
    level = 2 if is_list_of_lists else 1
    starts = brackets[is_open & (depth == level)]
    ends = brackets[~is_open & (depth == level - 1)] + 1
    expected_before, expected_between, expected_after = (
        ([b"["], [b","], [b"]", b",]"]) if is_list_of_lists else _BETWEEN_LISTS
    )
    _expect(data, 0, int(starts[0]), expected_before)
    for end, start in zip(ends[:-1].tolist(), starts[1:].tolist(), strict=True):
        _expect(data, end, start, expected_between)
    _expect(data, int(ends[-1]), len(data), expected_after)
    lists = [data[a:b].decode("utf-8") for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    line_breaks = np.flatnonzero(raw == ord("\n"))
    return pa.chunked_array([pa.array(lists)]), np.searchsorted(line_breaks, starts) + 1


_BETWEEN_LISTS = ([b""], [b"", b","], [b"", b","])


def _expect(data: bytes, start: int, end: int, allowed: list[bytes]) -> None:
    between = b"".join(data[start:end].split())
    if between not in allowed:
        raise DataError(
            "Row {row}: {found!r} is outside the lists. Write each sequence as a list of "
            "numbers, as in [[1], [2, 5], [3, 9, 9, 4, 8]].",
            row=_count_line(
                data, start + len(data[start:end]) - len(data[start:end].lstrip(b" \n\t,"))
            ),
            found=data[start:end].strip().decode("utf-8")[:80],
        )


def _count_line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
