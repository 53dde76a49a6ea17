"""List layout: one sequence a row, its steps written as a list in a cell."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError, MissingValue
from core.missing import Missing
from core.reading import roles
from core.reading.cells import LARGEST, cell, is_arrow_list, text, to_numbers
from core.reading.layout import Layout
from core.reading.table import Table
from core.sequences import Sequences

EMPTY_LIST = (
    "Row {row}, column {column}: {found!r} holds an empty list. Remove the row or give its "
    "sequence at least one step with one value."
)
UNEQUAL_STEPS = (
    "Row {row}, column {column}: a step has another number of values ({features}) than the first "
    "step of the column ({expected}). Every step needs the same number of values."
)
FLAT = r"^\[[^\[\]]*\]$"
NESTED = r"^\[\s*\[[^\[\]]*\](\s*,\s*\[[^\[\]]*\])*\s*\]$"


def read(table: Table, layout: Layout, missing: Missing) -> Sequences:
    """Each list column is a feature, and all lists of a row are equally long. A list of lists
    is steps × features, the same number of features in every step.

    Raises DataError with row, column and text for a cell that is no list of numbers, for an
    empty list, for lists of unequal length in a row, and for an id that stands in two rows.
    """
    parts, names = [], []
    lengths = np.empty(0)
    for name in layout.features:
        values, steps = _parse(table, name, missing)
        if parts and (steps != lengths).any():
            row = int(np.argmax(steps != lengths))
            raise DataError(
                "Row {row}, column {column}: the list has another number of steps ({steps}) than "
                "the list in column {first} ({expected}). All lists of a row need the same number "
                "of steps.",
                **cell(table, name, row),
                steps=int(steps[row]),
                first=layout.features[0],
                expected=int(lengths[row]),
            )
        parts.append(values)
        lengths = steps
        width = values.shape[1]
        names += [name] if width == 1 else [f"{name}{i}" for i in range(1, width + 1)]
    if len(layout.features) == 1 and len(names) > 1:
        names = []  # x1, x2, …, as Sequences.from_lists names the same lists
    return Sequences(
        values=np.concatenate(parts, axis=1),
        lengths=lengths,
        targets=roles.targets(table, layout.target),
        ids=roles.unique_ids(table, layout.id),
        feature_names=tuple(names),
        split=roles.splits(table, layout.split),
        groups=roles.groups(table, layout.group),
        missing=missing,
    )


def _parse(table: Table, name: str, missing: Missing) -> tuple[np.ndarray, np.ndarray]:
    """(steps of all rows, features) float64 and the (rows,) numbers of steps.

    The lists are cut by Arrow, all rows at once; nothing is ever evaluated.
    """
    if is_arrow_list(table.columns[name].type):
        return _parse_arrow(table, name, missing)
    cells = pc.utf8_trim_whitespace(text(table, name)).combine_chunks()
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
    if nested and (widths != widths[0]).any():
        step = int(np.argmax(widths != widths[0]))
        raise DataError(
            UNEQUAL_STEPS,
            **cell(table, name, _row(lengths, step)) | {"found": f"[{steps[step].as_py()}]"},
            features=int(widths[step]),
            expected=int(widths[0]),
        )
    values = _items(table, name, cut.flatten(), widths, lengths, missing)
    return (values.reshape(len(widths), -1), lengths) if nested else (values[:, None], widths)


def _parse_arrow(table: Table, name: str, missing: Missing) -> tuple[np.ndarray, np.ndarray]:
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
    if nested and (widths != widths[0]).any():
        step = int(np.argmax(widths != widths[0]))
        raise DataError(
            UNEQUAL_STEPS,
            **cell(table, name, _row(lengths, step)) | {"found": str(steps[step].as_py())},
            features=int(widths[step]),
            expected=int(widths[0]),
        )
    items = steps.flatten() if nested else steps
    values = _items(table, name, items, widths, lengths if nested else None, missing)
    return (values.reshape(len(widths), -1), lengths) if nested else (values[:, None], lengths)


def _row(lengths: np.ndarray | None, step: int) -> int:
    """The row of a step, when ``lengths`` (rows,) counts steps; else a row is one step."""
    return step if lengths is None else int(np.searchsorted(np.cumsum(lengths), step, side="right"))


def _items(table: Table, name: str, items: pa.Array, widths, lengths, missing) -> np.ndarray:
    """(items,) float64. Raises DataError for an item that is no number."""

    def refuse(template: str, bad: int, kind: type[DataError] = DataError) -> None:
        row = _row(lengths, _row(widths, bad))
        item = str(items[bad].as_py()).strip()
        raise kind(template, row=table.row(row), column=name, found=item)

    if pa.types.is_string(items.type):
        blank = pc.equal(pc.utf8_trim_whitespace(items), "").to_numpy(False)
        if blank.any():
            refuse(
                "Row {row}, column {column}: nothing stands between two commas of the list, or "
                "after the last one. Write the number, or null for a missing value.",
                int(np.argmax(blank)),
            )
    values, bad = to_numbers(items)
    if bad is not None:
        refuse(
            "Row {row}, column {column}: {found!r} in the list is not a number. Set numbers "
            "apart by commas and write decimals with a point, as in [2.5, 3].",
            bad,
        )
    large = np.abs(values) > LARGEST
    if large.any():
        refuse(
            "Row {row}, column {column}: {found!r} in the list is infinite or too large for "
            "32-bit numbers. Correct it or leave the step out.",
            int(np.argmax(large)),
        )
    if missing == "refuse" and np.isnan(values).any():
        refuse(
            "Row {row}, column {column}: a value is missing in the list ({found!r}). Fill it, or "
            'choose what to do with missing values: "drop" the step or carry the last value '
            '"forward".',
            int(np.argmax(np.isnan(values))),
            MissingValue,
        )
    return values
