"""Numeric ARFF (``.arff``), also of the UEA and UCR archive: attributes, then rows after ``@data``.

A relational attribute holds the series of a row, a line per feature.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ....data.sequences import default_names
from ....errors import DataError
from ...table.table import Table, refuse_equal_names, refuse_many_columns
from ...table.words.column_names import TARGET_NAMES, normalize_name
from ..source import EMPTY

ATTRIBUTE = re.compile(r"@attribute\s+('[^']*'|\"[^\"]*\"|\S+)\s+(.+)", re.I)
NUMERIC = ("numeric", "real", "integer")


@dataclass(frozen=True)
class _Header:
    """Header of a file: the attributes and where the rows begin.

    Attributes:
        names: Names of the attributes.
        kinds: Kinds of the attributes, in lower case.
        first_row: Index of the first line behind ``@data``.
    """

    names: list[str]
    kinds: list[str]
    first_row: int


def is_arff(text: bytes) -> bool:
    """Return True if the text begins with a relation."""
    begin = 0
    while begin < len(text):
        end = text.find(b"\n", begin)
        line = text[begin:end].strip()
        if line and not line.startswith(b"%"):
            return line[:10].lower() == b"@relation "
        begin = end + 1
    return False


def open_arff(text: bytes, name: str = "") -> Table:
    """Open a file as a table with a column per attribute, or with lists of a relational attribute.

    "?" is a missing value. A last attribute of a few named values, or one called class, is the
    target.

    Raises:
        DataError: For a file without attributes or ``@data``, sparse rows, and rows with another
            number of values.
    """
    lines = text.decode("utf-8").split("\n")
    header = _parse_header(lines)
    numbered = [
        (number, line)
        for number, line in enumerate(lines[header.first_row :], start=header.first_row + 1)
        if line.strip() and not line.lstrip().startswith("%")
    ]
    if not numbered:
        raise DataError(EMPTY)
    rows = np.array([number for number, _ in numbered], dtype=np.int64)
    if "relational" in header.kinds:
        columns, target = _read_relational(header, numbered)
    else:
        columns, target = _read_cells(header, numbered)
    roles = {} if target is None else {"target": target}
    return Table(columns, rows, header=True, name=name, roles=roles)


def _parse_header(lines: list[str]) -> _Header:
    names: list[str] = []
    kinds: list[str] = []
    depth = 0  # of relational attributes
    for number, line in enumerate(lines):
        word = line.strip().lower()
        if word.startswith("@data"):
            if not names:
                break
            refuse_many_columns(len(names))
            refuse_equal_names(names, row=1)
            return _Header(names, kinds, number + 1)
        if word.startswith("@end"):
            depth -= 1
        elif word.startswith("@attribute") and (match := ATTRIBUTE.match(line.strip())):
            kind = match[2].strip().lower()
            if depth == 0:
                names.append(match[1].strip("'\"").strip())
                kinds.append(kind)
            depth += kind == "relational"
    raise DataError("The ARFF file has no attributes, or no @data after them. Save it again.")


def _find_target(header: _Header) -> str | None:
    """Return the last attribute if it is nominal or has the name of a target."""
    last, kind = header.names[-1], header.kinds[-1]
    is_target = kind.startswith("{") or normalize_name(last) in TARGET_NAMES
    return last if is_target and len(header.names) > 1 else None


def _read_cells(header: _Header, numbered: list[tuple[int, str]]) -> tuple[pa.Table, str | None]:
    width = len(header.names)
    cells = []
    for number, line in numbered:
        if line.lstrip().startswith("{"):
            raise DataError(
                "Row {row}: sparse rows in braces are not read. Save the file with all values.",
                row=number,
            )
        quote = "'" if "'" in line else '"'
        try:
            row = next(csv.reader([line], quotechar=quote, skipinitialspace=True))
        except csv.Error as error:
            raise DataError(
                "Row {row} cannot be read ({reason}). Correct it.", row=number, reason=str(error)
            ) from None
        if len(row) != width:
            raise DataError(
                "Row {row} has {found} values, but {expected} attributes are declared. Correct it.",
                row=number,
                found=len(row),
                expected=width,
            )
        cells.append(row)
    columns = [
        pa.chunked_array([pc.utf8_trim_whitespace(pa.array(column, pa.string()))])
        for column in zip(*cells, strict=True)
    ]
    return pa.table(columns, header.names), _find_target(header)


def _read_relational(
    header: _Header, numbered: list[tuple[int, str]]
) -> tuple[pa.Table, str | None]:
    """Read rows of a quoted series, whose features are separated by ``\\n``, and a class."""
    if header.kinds[0] != "relational" or len(header.names) > 2:
        raise DataError(
            "The ARFF file has a relational attribute among others. Put it first, followed "
            "by one class attribute."
        )
    series: list[list[str]] = []
    classes: list[str] = []
    for number, line in numbered:
        quote, rest = line.strip()[0], line.strip()[1:]
        cell, closed, rest = rest.partition(quote)
        label = rest.strip().removeprefix(",").strip()
        if quote not in "'\"" or not closed or bool(label) != (len(header.names) == 2):
            raise DataError(
                "Row {row}: {found!r} is not a series in quotes followed by a class. Correct it.",
                row=number,
                found=line[:80],
            )
        features = cell.split("\\n")
        refuse_many_columns(len(features))
        if series and len(features) != len(series[0]):
            raise DataError(
                "Row {row} has {found} features, but the first row has {expected}. Correct it.",
                row=number,
                found=len(features),
                expected=len(series[0]),
            )
        series.append(features)
        classes.append(label.strip("'\""))
    columns = {
        name: pa.chunked_array([pc.split_pattern(pa.array(cells, pa.string()), ",")])
        for name, cells in zip(
            default_names(len(series[0])), zip(*series, strict=True), strict=True
        )
    }
    if len(header.names) == 1:
        return pa.table(columns), None
    return pa.table(columns | {header.names[1]: pa.chunked_array([pa.array(classes)])}), (
        header.names[1]
    )
