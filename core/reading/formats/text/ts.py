"""The ``.ts`` format of the UEA and UCR archive of time series (timeseriesclassification.com).

Tags (``@problemName …``) precede ``@data``. Each line after it is a sequence: its features are
separated by colons, the steps of a feature by commas, and the class, if any, is last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....data.sequences import default_names
from ....errors import DataError, Note
from ...table.table import Table, refuse_many_columns
from ..source import EMPTY


def is_ts(text: bytes) -> bool:
    """Return True if the first line that is not a comment has a tag."""
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
    """Parsed file in this format.

    Attributes:
        tags: Values of the tags, in lower case.
        lines: One line per sequence.
        rows: Line number of each sequence in the file.
    """

    tags: dict[str, str]
    lines: list[str]
    rows: list[int]

    @property
    def has_class(self) -> bool:
        """Lines end in a class or a target."""
        return any(
            self.tags.get(tag, "").startswith("true") for tag in ("classlabel", "targetlabel")
        )

    @property
    def classes(self) -> list[str]:
        """Names of the classes that the header declares, in lower case."""
        return self.tags.get("classlabel", "").split()[1:]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, according to the first line."""
        features = self.lines[0].count(":") + 1 - self.has_class
        return (*default_names(features), *(["class"] if self.has_class else []))


def open_ts(text: bytes, name: str = "") -> Table:
    """Open a file as a table with one list column per feature, and "class" if the lines have one.

    "?" is a missing value.

    Raises:
        DataError: For a file without ``@data``, with times next to the values, or with unequal
            numbers of features.
    """
    part = parse_part(text)
    return replace(join_parts([part]), name=name)


def parse_part(text: bytes) -> Part:
    """Parse a file into its tags and lines.

    Raises:
        DataError: As ``open_ts``.
    """
    lines = text.decode("utf-8").split("\n")
    tags: dict[str, str] = {}
    for data_line, line in enumerate(lines, start=1):  # noqa: B007 (the line of @data, below)
        tag_name, _, tag_value = line.strip().partition(" ")
        if tag_name.lower() == "@data":
            break
        if tag_name.startswith("@"):
            tags[tag_name[1:].lower()] = tag_value.strip().lower()
    else:
        raise DataError(
            "The file starts like a .ts file (with {found}), but has no line @data. Put "
            "@data above the sequences.",
            found=next(line.strip() for line in lines if line.strip().startswith("@"))[:80],
        )
    numbered_lines = [
        (row, line)
        for row, line in enumerate(lines[data_line:], start=data_line + 1)
        if line.strip() and not line.startswith("#")
    ]
    if tags.get("timestamps", "false").startswith("true"):
        raise DataError(
            "The file has time stamps (@timeStamps true), which are not supported. Save it "
            "with @timeStamps false, or as CSV with a time column."
        )
    if not numbered_lines:
        raise DataError(EMPTY)
    part = Part(tags, [line for _, line in numbered_lines], [row for row, _ in numbered_lines])
    refuse_many_columns(part.lines[0].count(":") + 1)
    width, features = len(part.names), len(part.names) - part.has_class
    for row, line in numbered_lines:
        cell_count = line.count(":") + 1
        if cell_count != width or features < 1:
            raise DataError(
                "Row {row} has {found} parts separated by colons; expected {expected}: the "
                "features and the class. Correct the line."
                if part.has_class
                else "Row {row} has {found} parts separated by colons; expected {expected}: "
                "the features. Correct the line.",
                row=row,
                found=cell_count,
                expected=max(width, 1 + part.has_class),
            )
    return part


def join_parts(parts: Sequence[Part]) -> Table:
    """Concatenate parts with the same columns into one table."""
    lines = pa.array([line for part in parts for line in part.lines], pa.string())
    cells = pc.split_pattern(lines, ":").flatten()
    width = len(parts[0].names)
    columns = {}
    for number, name in enumerate(parts[0].names):
        column_cells = cells.take(pa.array(np.arange(number, len(cells), width)))
        if name == "class" and parts[0].has_class and number == width - 1:
            columns[name] = pa.chunked_array([pc.utf8_trim_whitespace(column_cells)])
        else:
            columns[name] = pa.chunked_array([pc.split_pattern(column_cells, ",")])
    rows = np.array([row for part in parts for row in part.rows], dtype=np.int64)
    doubts: list[Note] = []
    if parts[0].has_class and parts[0].classes:
        classes = pc.unique(columns["class"]).to_pylist()
        undeclared = [name for name in classes if name.lower() not in parts[0].classes]
        if undeclared:
            names = ", ".join(undeclared)
            doubts.append(Note("classes that the header does not declare: {names}", names=names))
    roles = {"target": "class"} if parts[0].has_class else {}
    return Table(pa.table(columns), rows, header=True, roles=roles, doubts=tuple(doubts))
