"""The ``.ts`` format of the UEA and UCR archive of time series (timeseriesclassification.com).

Tags (``@problemName …``) stand above ``@data``; below it, a sequence a line: its features set
apart by colons, the steps of a feature by commas, the class last where there is one.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError
from core.reading.source import EMPTY
from core.reading.table import Table
from core.sequences import default_names


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


def open_ts(text: bytes, name: str = "") -> Table:
    """A list column a feature, and "class" where lines end in one; "?" is a missing value.

    Raises DataError for a file without ``@data``, with times beside the values, and with another
    number of features in some line.
    """
    tags, lines, first = _parts(text)
    if tags.get("timestamps", "false").startswith("true"):
        raise DataError(
            "The file has times beside its values (@timeStamps true), which is not read. Save it "
            "with @timeStamps false, or as CSV with a time column."
        )
    if len(lines) == 0:
        raise DataError(EMPTY)
    has_class = any(tags.get(tag, "").startswith("true") for tag in ("classlabel", "targetlabel"))
    cut = pc.split_pattern(lines, ":")
    fields = pc.list_value_length(cut).to_numpy(False)
    features = int(fields[0]) - has_class
    if (fields != fields[0]).any() or features < 1:
        row = int(np.argmax((fields != fields[0]) | (fields <= has_class)))
        raise DataError(
            "Row {row} has {found} parts set apart by colons, and {expected} are needed: the "
            "features and the class. Correct the line."
            if has_class
            else "Row {row} has {found} parts set apart by colons, and {expected} are needed: the "
            "features. Correct the line.",
            row=int(first[row]),
            found=int(fields[row]),
            expected=max(int(fields[0]), 1 + has_class),
        )
    parts = cut.flatten()
    columns = {}
    for number, feature in enumerate(default_names(features)):
        steps = parts.take(pa.array(np.arange(number, len(parts), fields[0])))
        columns[feature] = pa.chunked_array([pc.split_pattern(steps, ",")])
    if has_class:
        classes = parts.take(pa.array(np.arange(features, len(parts), fields[0])))
        columns["class"] = pa.chunked_array([pc.utf8_trim_whitespace(classes)])
    roles = {"target": "class"} if has_class else {}
    return Table(pa.table(columns), first, header=True, name=name, roles=roles)


def _parts(text: bytes) -> tuple[dict[str, str], pa.Array, np.ndarray]:
    """The tags in lower case, the lines of sequences, and the number of each in the file."""
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
    return (
        tags,
        pa.array([line for _, line in below], pa.string()),
        np.array([row for row, _ in below], dtype=np.int64),
    )
