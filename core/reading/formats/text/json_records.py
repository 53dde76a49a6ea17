"""JSON Lines and JSON arrays of objects: an object per row."""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NoReturn, TypeAlias

import numpy as np
import pyarrow as pa

from ....errors import DataError, Note
from ....i18n import N_
from ...table.table import MAX_COLUMNS, Table, refuse_many_columns
from ..binary.arrow_columns import is_supported

RECORDS = re.compile(rb'\s*(\[\s*)?\{\s*["}]')
TOO_DEEP = N_(
    "Row {row}: the JSON has lists that are nested too deeply, or a number that is too long. "
    "Give lists of numbers."
)
MAX_CELLS = 30_000_000  # of a table in which objects lack most of the columns

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Record: TypeAlias = dict[str, Json]


def is_json_records(text: bytes) -> bool:
    """Return True if the text begins with an object, or with an array of them."""
    return RECORDS.match(text) is not None


def open_json_records(text: bytes, name: str = "") -> Table:
    """Open objects as rows: lists are sequences, and the object {"a": {"b": 1}} has a column a.b.

    A list of objects, one per step, becomes a list per key.

    Raises:
        DataError: For text that is not JSON, an object that is not followed by others, other values
            than objects, and a key that occurs twice in an object.
    """
    try:
        return _open(text, name)
    except RecursionError:
        raise DataError(TOO_DEEP, row=1) from None
    except UnicodeEncodeError:  # such as \\ud800 alone
        raise DataError(
            "The JSON contains half of a character, an escape such as {found}. Save it again "
            "as UTF-8.",
            found="\\ud83d",
        ) from None


def _open(text: bytes, name: str) -> Table:
    if text.lstrip().startswith(b"["):
        objects = _load(text, 1)
        records = _require_objects(objects if isinstance(objects, list) else [objects])
        rows: range | np.ndarray = range(1, len(records) + 1)
        notes: tuple[Note, ...] = (Note("a JSON array: row n is its object n"),)
    else:
        lines = text.split(b"\n")
        numbers = [number for number, line in enumerate(lines, start=1) if line.strip()]
        if len(numbers) == 1 or not lines[numbers[0] - 1].rstrip().endswith(b"}"):
            raise DataError(
                "This is a JSON object ({found}). Give the sequences alone, as a list of "
                "lists such as [[1], [2, 5]], or one object per line.",
                found=text.strip()[:40].decode("utf-8", errors="ignore"),
            )
        records = _require_objects(_load(lines[number - 1], number) for number in numbers)
        rows, notes = np.array(numbers), ()
    columns = {key: _convert_values(values) for key, values in _collect_columns(records).items()}
    return Table(pa.table(columns), rows, header=True, name=name, notes=notes)


def _load(text: bytes, line: int) -> Json:
    """Parse JSON that begins on this line."""
    try:
        value: Json = json.loads(text, object_pairs_hook=_build_object)
        return value
    except json.JSONDecodeError as error:
        raise DataError(
            "Row {row}: this is not JSON ({reason}, column {column}). Correct it, or give CSV.",
            row=line + error.lineno - 1,
            reason=error.msg,
            column=error.colno,
        ) from None
    except DataError:
        raise
    except UnicodeEncodeError:
        raise
    except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
        raise DataError(TOO_DEEP, row=line) from None


def _build_object(pairs: list[tuple[str, Json]]) -> Record:
    record = dict(pairs)
    if len(record) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise DataError(
            "An object has two values called {found!r}. Give every value its own name.",
            found=_require_characters(counts.most_common(1)[0][0]),
        )
    return record


def _require_characters(key: str) -> str:
    """Return the key; raise an error for half of a character, which no message can show."""
    key.encode()
    return key


def _require_objects(values: Iterable[Json]) -> list[Record]:
    records = []
    for number, value in enumerate(values, start=1):
        if not isinstance(value, dict):
            raise DataError(
                "Object {number} of the JSON is {found!r}. Give objects only, one per row.",
                number=number,
                found=json.dumps(value)[:80],
            )
        records.append(value)
    return records


def _collect_columns(records: list[Record]) -> dict[str, list[Json]]:
    """Return the values (rows,) per column, None where an object lacks it."""
    columns: dict[str, list[Json]] = {}
    for row, record in enumerate(records):
        for key, value in _flatten(record):
            if key not in columns:
                columns[key] = [None] * row
                if _is_large(len(columns), len(records)):
                    names = {name for each in records for name, _ in _flatten(each)}
                    _refuse_large(len(names), len(records))
            values = columns[key]
            if len(values) > row:
                raise DataError(
                    "Object {number} of the JSON has two values called {found!r}. Give every value "
                    "its own name.",
                    number=row + 1,
                    found=_require_characters(key),
                )
            values.extend([None] * (row - len(values)))
            values.append(value)
    for values in columns.values():
        values.extend([None] * (len(records) - len(values)))
    if not columns:
        raise DataError("The objects of the JSON have no values. Give each at least one.")
    return columns


def _is_large(columns: int, rows: int) -> bool:
    return columns > MAX_COLUMNS or (columns * rows > MAX_CELLS and columns > 1)


def _refuse_large(columns: int, rows: int) -> NoReturn:
    refuse_many_columns(columns)
    raise DataError(
        "The objects of the JSON have {columns:,} different names in {rows:,} rows; the "
        "limit is {most:,} cells. Write one step per row, or the steps as a list.",
        columns=columns,
        rows=rows,
        most=MAX_CELLS,
    )


def _flatten(record: Record, prefix: str = "") -> Iterator[tuple[str, Json]]:
    """Iterate over the values of an object and of the objects in it, with names such as a.b."""
    for key, value in record.items():
        name = prefix + key.strip()
        if isinstance(value, dict) and value:
            yield from _flatten(value, f"{name}.")
        elif isinstance(value, list) and value and all(isinstance(v, dict) for v in value):
            steps = [dict(_flatten(step)) for step in value if isinstance(step, dict)]
            names = dict.fromkeys(inner for step in steps for inner in step)
            refuse_many_columns(len(names))
            for inner in names:
                yield f"{name}.{inner}", [step.get(inner) for step in steps]
        else:
            yield name, value


def _convert_values(values: list[Json]) -> pa.ChunkedArray:
    """Convert values to numbers, lists or text; "" is a text that is null."""
    kinds = {type(value) for value in values} - {type(None)}
    array: pa.Array | None = None
    if kinds and kinds <= {int, float}:
        with contextlib.suppress(pa.ArrowInvalid, OverflowError):  # too many digits: text
            array = pa.array(values, pa.int64() if kinds == {int} else pa.float64())
    elif kinds == {list}:
        array = _convert_lists(values)
    if array is None:
        array = pa.array(["" if value is None else _format(value) for value in values], pa.string())
    return pa.chunked_array([array])


def _convert_lists(values: list[Json]) -> pa.Array | None:
    """Convert lists of numbers or of text; None for others, which a message must quote."""
    if not any(islice((value for value in values if value), 1)):
        return pa.array(values, pa.list_(pa.float64()))
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return None
    return array if is_supported(array.type) else None


def _format(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
