"""The ``.ts`` format of the UEA and UCR archive of time series (timeseriesclassification.com).

Tags (``@problemName …``) stand above ``@data``; below it, a sequence a line: its features set
apart by colons, the steps of a feature by commas, the class last where there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...data.sequences import default_names
from ...errors import DataError
from ..table.table import Table, refuse_many_columns
from .source import EMPTY


def is_ts(text: bytes) -> bool:
    """Does the first line that is no comment hold a tag?"""
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin)
        line = text[begin:end].strip()
        if line and not line.startswith(b"#"):
            return line.startswith(b"@")
        begin = end + 1
    return False


@dataclass(frozen=True)
class Part:
    """A file in this format: its tags in lower case, the lines of sequences, and the number of each
    in the file."""

    tags: dict[str, str]
    lines: list[str]
    rows: list[int]

    @property
    def has_class(self) -> bool:
        return any(
            self.tags.get(tag, "").startswith("true") for tag in ("classlabel", "targetlabel")
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Of its columns, as the first line has them."""
        features = self.lines[0].count(":") + 1 - self.has_class
        return (*default_names(features), *(["class"] if self.has_class else []))


def open_ts(text: bytes, name: str = "") -> Table:
    """A list column a feature, and "class" where lines end in one; "?" is a missing value.

    Raises DataError for a file without ``@data``, with times beside the values, and with another
    number of features in some line.
    """
    part = cut(text)
    return replace(join([part]), name=name)


def cut(text: bytes) -> Part:
    """Raises DataError as ``open_ts``."""
    whole = text.decode("utf-8").split("\n")
    tags: dict[str, str] = {}
    for data, line in enumerate(whole, start=1):  # noqa: B007 (the line of @data, below)
        word, _, rest = line.strip().partition(" ")
        if word.lower() == "@data":
            break
        if word.startswith("@"):
            tags[word[1:].lower()] = rest.strip().lower()
    else:
        raise DataError(
            "The file begins like a .ts file (with {found}), but no line says @data. Put @data "
            "above the sequences.",
            found=next(line.strip() for line in whole if line.strip().startswith("@"))[:80],
        )
    below = [
        (row, line)
        for row, line in enumerate(whole[data:], start=data + 1)
        if line.strip() and not line.startswith("#")
    ]
    if tags.get("timestamps", "false").startswith("true"):
        raise DataError(
            "The file has times beside its values (@timeStamps true), which is not read. Save it "
            "with @timeStamps false, or as CSV with a time column."
        )
    if not below:
        raise DataError(EMPTY)
    part = Part(tags, [line for _, line in below], [row for row, _ in below])
    refuse_many_columns(part.lines[0].count(":") + 1)
    needed, features = len(part.names), len(part.names) - part.has_class
    for row, line in below:
        found = line.count(":") + 1
        if found != needed or features < 1:
            raise DataError(
                "Row {row} has {found} parts set apart by colons, and {expected} are needed: the "
                "features and the class. Correct the line."
                if part.has_class
                else "Row {row} has {found} parts set apart by colons, and {expected} are needed: "
                "the features. Correct the line.",
                row=row,
                found=found,
                expected=max(needed, 1 + part.has_class),
            )
    return part


def join(parts: Sequence[Part]) -> Table:
    """Parts of one data set, which have the same columns, one after the other."""
    lines = pa.array([line for part in parts for line in part.lines], pa.string())
    cells = pc.split_pattern(lines, ":").flatten()
    width = len(parts[0].names)
    columns = {}
    for number, name in enumerate(parts[0].names):
        here = cells.take(pa.array(np.arange(number, len(cells), width)))
        if name == "class" and parts[0].has_class and number == width - 1:
            columns[name] = pa.chunked_array([pc.utf8_trim_whitespace(here)])
        else:
            columns[name] = pa.chunked_array([pc.split_pattern(here, ",")])
    rows = np.array([row for part in parts for row in part.rows], dtype=np.int64)
    roles = {"target": "class"} if parts[0].has_class else {}
    return Table(pa.table(columns), rows, header=True, roles=roles)
