"""List layout: one sequence a row, its steps written as a list in a cell."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError
from core.missing import indicator_name
from core.reading import roles
from core.reading.cells import LARGEST, cell, is_arrow_list, text, to_numbers, with_points
from core.reading.columns import indicators
from core.reading.list_text import with_commas
from core.reading.problems import Problems
from core.reading.schema import Schema
from core.reading.table import Table
from core.sequences import Sequences, default_names

EMPTY_LIST = (
    "Row {row}, column {column}: {found!r} holds an empty list. Remove the row or give its "
    "sequence at least one step with one value."
)
NOT_IN_LIST = (
    "Row {row}, column {column}: {found!r} in the list is not a number. Set numbers apart by "
    "commas and write decimals with a point, as in [2.5, 3]."
)
TOO_LARGE_IN_LIST = (
    "Row {row}, column {column}: {found!r} in the list is infinite or too large for 32-bit "
    "numbers. Correct it or leave the step out."
)
MISSING_IN_LIST = (
    "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it, or choose "
    'what to do with missing values: "drop" the step, carry the last value "forward", or take the '
    '"mean".'
)
EMPTY = r"^\s*(\[\s*\]|\[\s*\[\s*\]\s*\])\s*$"
FLAT = r"^\[[^\[\]]*\]$"
NESTED = r"^\[\s*\[[^\[\]]*\](\s*,\s*\[[^\[\]]*\])*\s*\]$"


def read(table: Table, schema: Schema, problems: Problems) -> Sequences:
    """Each list column is a feature, and all lists of a row are equally long. A list of lists
    is steps × features, the same number of features in every step.

    Raises DataError with row, column and text for a cell that is no list of numbers, for lists of
    unequal length in a row, for an id that stands in two rows, and for what was noted (an empty
    list, an item that is no number) and nothing was chosen about.
    """
    table = _without_empty(table, schema, problems)
    parts, names = [], []
    lengths = np.empty(0)
    for name in schema.features:
        values, steps = _parse(table, name, problems)
        if parts and (steps != lengths).any():
            row = int(np.argmax(steps != lengths))
            raise DataError(
                "Row {row}, column {column}: the list has another number of steps ({steps}) than "
                "the list in column {first} ({expected}). All lists of a row need the same number "
                "of steps.",
                **cell(table, name, row),
                steps=int(steps[row]),
                first=schema.features[0],
                expected=int(lengths[row]),
            )
        parts.append(values)
        lengths = steps
        width = values.shape[1]
        names += [name] if width == 1 else [f"{name}{i}" for i in range(1, width + 1)]
    values = np.concatenate(parts, axis=1)
    if len(schema.features) == 1 and len(names) > 1:
        names = list(default_names(len(names)))  # as Sequences.from_lists names the same lists
    ids = roles.unique_ids(table, schema.id, problems)
    problems.settle()
    lacking, lacks = indicators(dict(zip(names, values.T, strict=True)), schema)
    return Sequences(
        values=np.column_stack([values, lacks]),
        lengths=lengths,
        targets=roles.targets(table, schema.target),
        ids=ids,
        feature_names=(*names, *map(indicator_name, lacking)),
        split=roles.splits(table, schema.split),
        groups=roles.groups(table, schema.group),
        missing=schema.missing,
        schema=schema.known(lacking),
    )


def _without_empty(table: Table, schema: Schema, problems: Problems) -> Table:
    """The rows whose lists all hold something; the others are noted."""
    empty = np.zeros(len(table), dtype=bool)
    for name in schema.features:
        column = table.columns[name]
        if is_arrow_list(column.type):
            here = pc.equal(pc.fill_null(pc.list_value_length(column), 0), 0).to_numpy()
        else:
            here = pc.match_substring_regex(_cells(table, name), EMPTY).to_numpy(False)
        rows = np.flatnonzero(here & ~empty)
        if len(rows):
            problems.add("empty", EMPTY_LIST, table, name, rows)
            empty[rows] = True
    if not empty.any():
        return table
    problems.left_out["empty"] += int(empty.sum())
    if empty.all():
        problems.settle()
        raise DataError("Every list is empty, so there are no sequences.")
    return table.filter(~empty)


def _cells(table: Table, name: str) -> pa.Array:
    """(rows,) the text of the lists of a column, however they are written, as [1, 2] or
    [[1, 2], [3, 4]]."""

    def made() -> pa.Array:
        return with_commas(with_points(table, text(table, name).combine_chunks()))

    return table.once(f"lists {name}", made)


def _parse(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """(steps of all rows, features) float64 and the (rows,) numbers of steps.

    The lists are cut by Arrow, all rows at once; nothing is ever evaluated.
    """
    if is_arrow_list(table.columns[name].type):
        return _parse_arrow(table, name, problems)
    cells = _cells(table, name)
    nested = pc.match_substring_regex(cells.slice(0, 1), r"^\[\s*\[")[0].as_py()
    whole = pc.match_substring_regex(cells, NESTED if nested else FLAT).to_numpy(False)
    if not whole.all():
        raise DataError(
            "Row {row}, column {column}: {found!r} is not a list such as {example}. Correct the "
            "brackets and commas, and write all lists of a column in the same way.",
            **cell(table, name, int(np.argmin(whole))),
            example="[[1, 2], [3, 4]]" if nested else "[3, 9, 9, 4, 8]",
        )
    cells = pc.replace_substring(cells, ", ", ",")  # numbers without spaces are cast much faster
    inside = pc.utf8_trim_whitespace(pc.utf8_slice_codeunits(cells, 1, -1))
    if nested:
        inside = pc.utf8_slice_codeunits(inside, 1, -1)  # 1,2],[3,4
        steps = pc.split_pattern_regex(inside, r"\]\s*,\s*\[")
        lengths = pc.list_value_length(steps).to_numpy(False).astype(np.int64)
        steps = steps.flatten()
    else:
        lengths = None
        steps = inside
    empty = pc.equal(pc.utf8_trim_whitespace(steps), "").to_numpy(False)
    if empty.any():
        raise DataError(EMPTY_LIST, **cell(table, name, _row(lengths, int(np.argmax(empty)))))
    cut = pc.split_pattern(steps, ",")
    widths = pc.list_value_length(cut).to_numpy(False).astype(np.int64)
    if nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: f"[{steps[step].as_py()}]")
    values = _items(table, name, cut.flatten(), widths, lengths, problems)
    return (values.reshape(len(widths), -1), lengths) if nested else (values[:, None], widths)


def _parse_arrow(table: Table, name: str, problems: Problems) -> tuple[np.ndarray, np.ndarray]:
    """As ``_parse``, of lists that the format of the file has already."""
    lists = table.columns[name].combine_chunks()
    steps = lists.flatten()
    lengths = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(False).astype(np.int64)
    nested = is_arrow_list(steps.type)
    widths = lengths
    if nested:
        widths = pc.fill_null(pc.list_value_length(steps), 0).to_numpy(False).astype(np.int64)
    empty = np.flatnonzero(lengths == 0)
    if nested and len(empty) == 0 and (widths == 0).any():
        empty = np.array([_row(lengths, int(np.argmin(widths)))])
    if len(empty):
        raise DataError(EMPTY_LIST, **cell(table, name, int(empty[0])))
    if nested:
        _refuse_unequal(table, name, widths, lengths, lambda step: str(steps[step].as_py()))
    items = steps.flatten() if nested else steps
    values = _items(table, name, items, widths, lengths if nested else None, problems)
    return (values.reshape(len(widths), -1), lengths) if nested else (values[:, None], lengths)


def _refuse_unequal(
    table: Table, name: str, widths, lengths, written: Callable[[int], str]
) -> None:
    """Raises DataError, with the step as it is ``written``, unless all have equally many values."""
    other = widths != widths[0]
    if other.any():
        step = int(np.argmax(other))
        raise DataError(
            "Row {row}, column {column}: a step has another number of values ({features}) than "
            "the first step of the column ({expected}). Every step needs the same number of "
            "values.",
            **cell(table, name, _row(lengths, step)) | {"found": written(step)},
            features=int(widths[step]),
            expected=int(widths[0]),
        )


def _row(lengths: np.ndarray | None, step: int) -> int:
    """The row of a step, when ``lengths`` (rows,) counts steps; else a row is one step."""
    return step if lengths is None else int(np.searchsorted(np.cumsum(lengths), step, side="right"))


def _items(
    table: Table, name: str, items: pa.Array, widths, lengths, problems: Problems
) -> np.ndarray:
    """(items,) float64, NaN where one is missing or no number. Raises DataError where nothing
    stands between two commas."""

    def note(kind: str, template: str, which: np.ndarray) -> None:
        steps = np.searchsorted(np.cumsum(widths), which, side="right")
        rows = steps
        if lengths is not None:
            rows = np.searchsorted(np.cumsum(lengths), steps, side="right")
        words = [str(word).strip() for word in items.take(pa.array(which)).to_pylist()]
        problems.add(kind, template, table, name, rows, words)

    if pa.types.is_string(items.type):
        blank = np.flatnonzero(pc.equal(pc.utf8_trim_whitespace(items), "").to_numpy(False))
        if len(blank):
            row = _row(lengths, _row(widths, int(blank[0])))
            raise DataError(
                "Row {row}, column {column}: nothing stands between two commas of the list, or "
                "after the last one. Write the number, or null for a missing value.",
                row=table.row(row),
                column=name,
                found="",
            )
    values, bad = to_numbers(items)
    large = np.flatnonzero(np.abs(values) > LARGEST)
    if len(bad):
        note("unreadable", NOT_IN_LIST, bad)
    if len(large):
        note("unreadable", TOO_LARGE_IN_LIST, large)
        values = values.copy()
        values[large] = np.nan
    lacking = np.setdiff1d(np.flatnonzero(np.isnan(values)), np.concatenate([bad, large]))
    if len(lacking):
        note("missing", MISSING_IN_LIST, lacking)
    return values
