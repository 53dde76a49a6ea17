"""Nested lists as people paste them: ``[[1], [2, 5], [3, 9, 9, 4, 8]]`` or a list a line."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa

from ...errors import DataError


def looks_pasted(data: bytes) -> bool:
    """Begins with a list that is not the first cell of a table (``[1, 2];5``)."""
    first = re.match(rb"\s*(\[.*)", data)  # to the end of the line
    return first is not None and not re.search(rb"\][ ]*[;\t]", first[1])


def cut(data: bytes) -> tuple[pa.ChunkedArray, np.ndarray]:
    """The text of each sequence's list and the line it begins on.

    One list of lists is a list of sequences; otherwise every outermost list is a sequence.
    Raises DataError for brackets that do not match and for text between the lists.
    """
    raw = np.frombuffer(data, dtype=np.uint8)
    brackets = np.flatnonzero((raw == ord("[")) | (raw == ord("]")))
    if len(brackets) == 0:
        raise DataError(
            "There is no list in {found!r}. Write each sequence as a list of numbers, as in "
            "[[1], [2, 5], [3, 9, 9, 4, 8]].",
            found=data.strip()[:80].decode("utf-8", errors="ignore"),
        )
    opens = raw[brackets] == ord("[")
    depth = np.cumsum(np.where(opens, 1, -1))  # after each bracket
    if depth.min() < 0 or depth[-1] != 0:
        outermost = np.flatnonzero(opens & (depth == 1))
        unmatched = int(np.argmax(depth < 0) if depth.min() < 0 else outermost[-1])
        raise DataError(
            "The brackets do not match near row {row}. Close every [ with a ].",
            row=_line(data, int(brackets[unmatched])),
            found=data.strip()[:80].decode("utf-8", errors="ignore"),
        )
    whole = int((opens & (depth == 1)).sum()) == 1 and depth.max() > 1
    level = 2 if whole else 1
    starts = brackets[opens & (depth == level)]
    ends = brackets[~opens & (depth == level - 1)] + 1
    before, between, after = ([b"["], [b","], [b"]", b",]"]) if whole else _BETWEEN_LISTS
    _expect(data, 0, int(starts[0]), before)
    for end, start in zip(ends[:-1].tolist(), starts[1:].tolist(), strict=True):
        _expect(data, end, start, between)
    _expect(data, int(ends[-1]), len(data), after)
    lists = [data[a:b].decode("utf-8") for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    breaks = np.flatnonzero(raw == ord("\n"))
    return pa.chunked_array([pa.array(lists)]), np.searchsorted(breaks, starts) + 1


_BETWEEN_LISTS = ([b""], [b"", b","], [b"", b","])


def _expect(data: bytes, start: int, end: int, allowed: list[bytes]) -> None:
    found = b"".join(data[start:end].split())
    if found not in allowed:
        raise DataError(
            "Row {row}: {found!r} stands outside the lists. Write each sequence as a list of "
            "numbers, as in [[1], [2, 5], [3, 9, 9, 4, 8]].",
            row=_line(data, start + len(data[start:end]) - len(data[start:end].lstrip(b" \n\t,"))),
            found=data[start:end].strip().decode("utf-8")[:80],
        )


def _line(data: bytes, position: int) -> int:
    return data.count(b"\n", 0, position) + 1
