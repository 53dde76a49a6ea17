"""Write ``Sequences`` as the text of a table, in the layout from which they were read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..data.categories import decode_words
from ..data.notation import Notation
from ..data.padded import step_indices
from ..data.schema import Schema
from ..data.sequences import Sequences
from .layouts.long import ELAPSED
from .table.joined_columns import SEPARATOR

Row = dict[str, object]
MISSING_TEXT = "?"  # blank cells and NaN end a sequence of the wide and list layouts
MAX_EXAMPLE_SEQUENCES, MAX_EXAMPLE_STEPS = 3, 50
MAX_TEMPLATE_SEQUENCES, MAX_TEMPLATE_STEPS = 2, 10
MAX_EXAMPLE_VALUES = 10_000  # per sequence, except that one step is always kept: about 100 kB


def derive_schema(data: Sequences) -> Schema:
    """Derive the schema by which a table of these sequences is read.

    Sequences that were read from a table with their targets keep its schema. Otherwise the schema
    is the long layout.
    """
    stored = data.schema
    if stored is not None and (stored.target is not None or data.targets is None):
        # Without targets, no column has the steps after the last row.
        return replace(stored, remaining_steps=None, steps_after=None)
    return Schema(
        layout="long",
        id="id",
        target=None if data.targets is None else "target",
        split=None if data.split is None else "split",
        group=None if data.groups is None else "group",
        features=data.feature_names,
        categories=tuple(data.categories),
        target_at="step" if data.per_step else "sequence",
        missing=data.missing,
    )


def to_csv(data: Sequences, schema: Schema) -> str:
    """Write sequences as CSV that reads as the same sequences.

    Args:
        data: Sequences to write.
        schema: Their schema, from ``derive_schema``.
    """
    writers: dict[str, Callable[[Sequences, Schema, int], list[Row]]] = {
        "long": _build_long_rows,
        "list": _build_list_rows,
        "wide": _build_wide_rows,
        "rows": _build_wide_rows,
    }
    rows = [row for i in range(len(data)) for row in writers[schema.layout](data, schema, i)]
    # Where points separate thousands, decimals have a comma.
    for name in (each.column for each in schema.notations if each.thousands == "."):
        for row in rows:
            row[name] = str(row.get(name, "")).replace(".", ",")
    names = list(dict.fromkeys(name for row in rows for name in row))
    ids = schema.list_columns("id")
    # Tables without a header have numbers as names, besides those that come from file names. Their
    # ids are a column by name once they were given targets, such as the remaining steps.
    has_header = not all(map(str.isdecimal, schema.features)) or "id" in ids
    if not has_header:  # columns that are not used stay, blank: they count
        numbers = map(int, filter(str.isdecimal, (*names, *schema.unused)))
        names = list(map(str, range(1, max(numbers) + 1)))
    text = io.StringIO()
    # A line that begins with one of these is a comment, unless it is quoted.
    commented = any(str(next(iter(row.values()), "")).startswith(("#", "%")) for row in rows)
    lines = csv.writer(
        text, lineterminator="\n", quoting=csv.QUOTE_ALL if commented else csv.QUOTE_MINIMAL
    )
    if schema.layout == "rows":  # this layout has no header
        lines.writerows(list(row.values()) for row in rows)
    else:
        if has_header:
            lines.writerow(names)
        lines.writerows([row.get(name, "") for name in names] for row in rows)
    return text.getvalue()


def build_example(data: Sequences) -> str:
    """Build a small example table: the first steps of the first sequences, in their layout."""
    first_sequences = data[:MAX_EXAMPLE_SEQUENCES]
    max_steps = min(MAX_EXAMPLE_STEPS, max(1, MAX_EXAMPLE_VALUES // data.features))
    lengths = np.minimum(first_sequences.lengths, max_steps)
    first_sequences = first_sequences.take_steps(
        step_indices(first_sequences.offsets[:-1], lengths), lengths
    )
    return to_csv(first_sequences, derive_schema(data))


def build_template(data: Sequences) -> str:
    """Build a table of two sequences to predict: no targets, and no columns of split and group.

    Sequences that were cut into windows keep the steps of one.
    """
    first = data[:MAX_TEMPLATE_SEQUENCES].with_targets(None)
    schema = replace(derive_schema(first), split=None, group=None)
    max_steps = max(MAX_TEMPLATE_STEPS, schema.cut_steps)
    lengths = np.minimum(first.lengths, max_steps)
    first = first.take_steps(step_indices(first.offsets[:-1], lengths), lengths)
    return to_csv(first, schema)


def _build_role_cells(data: Sequences, schema: Schema, i: int) -> tuple[Row, Row]:
    """Return the cells before the values of a sequence, and the cells after them."""
    before: Row = _split_id(schema.list_columns("id"), data.ids[i])
    after: Row = {}
    if schema.target is not None and data.targets is not None and not data.per_step:
        after[schema.target] = data.targets[i]
    for name, role in ((schema.split, data.split), (schema.group, data.groups)):
        if name is not None and role is not None:
            after[name] = role[i]
    return before, after


def _split_id(columns: tuple[str, ...], id: object) -> Row:
    """Return the cells of an id, one per column."""
    if len(columns) < 2:
        return dict.fromkeys(columns, id)
    parts = str(id).split(SEPARATOR, len(columns) - 1)
    parts += ["1"] * (len(columns) - len(parts))  # ids that were not read from these columns
    return dict(zip(columns, parts, strict=True))


def format_times(columns: tuple[str, ...], elapsed: np.ndarray) -> list[dict[str, str]]:
    """Write the times of the steps of a sequence.

    Args:
        columns: Column of the time, or columns of the date and the time of day.
        elapsed: (steps,) time since the first step, in seconds for a date and a time of day.

    Returns:
        The cells of each step.
    """
    if len(columns) < 2:
        return [dict.fromkeys(columns, f"{time:.9g}") for time in elapsed]
    nanoseconds = np.round(elapsed * 1e9).astype("timedelta64[ns]")
    dates = np.datetime_as_string(np.datetime64("1970-01-01", "ns") + nanoseconds)
    return [dict(zip(columns, date.split("T"), strict=True)) for date in dates.tolist()]


def _get_step_targets(data: Sequences, i: int) -> list[object]:
    targets: list[object] = data.require_targets()[data.offsets[i] : data.offsets[i + 1]].tolist()
    return targets


def _build_long_rows(data: Sequences, schema: Schema, i: int) -> list[Row]:
    steps, names = data[i], data.feature_names
    before, after = _build_role_cells(data, schema, i)
    rows = [dict(before) for _ in steps]
    if schema.time is not None:
        elapsed = np.ones(len(steps))
        if ELAPSED in names:
            elapsed = steps[:, names.index(ELAPSED)].astype(np.float64)
        times = format_times(schema.list_columns("time"), np.cumsum(elapsed) - elapsed[0])
        for row, cells_of_time in zip(rows, times, strict=True):
            row |= cells_of_time
    for name in schema.features:
        column = steps[:, names.index(name)]
        if name in data.categories:
            cells = [word or "" for word in decode_words(column, data.categories[name])]
        else:
            cells = list(map(_format_value, column))
        for row, cell in zip(rows, cells, strict=True):
            row[name] = cell
    for row in rows:
        row |= after
    if data.per_step and schema.target is not None:
        for row, target in zip(rows, _get_step_targets(data, i), strict=True):
            row[schema.target] = target
    return rows


def _build_list_rows(data: Sequences, schema: Schema, i: int) -> list[Row]:
    before, after = _build_role_cells(data, schema, i)
    steps, base = data[i], data.feature_names
    columns = {name: steps[:, data.feature_names.index(name)] for name in base}
    row = dict(before)
    for name in schema.features:
        if name in columns:
            row[name] = f"[{', '.join(map(_format_list_item, columns[name]))}]"
            continue
        pair = Notation(name, pair=True).pair_columns
        if set(pair) <= columns.keys():
            row[name] = f"[{', '.join(map(_format_pair, *(columns[each] for each in pair)))}]"
            continue
        # a list of lists: its features are named after the column and a number, or by default
        inner_names = [
            f"{name}{k}" for k in range(1, len(base) + 1) if f"{name}{k}" in columns
        ] or base
        step_texts = (
            ", ".join(map(_format_list_item, step))
            for step in np.stack([columns[n] for n in inner_names], 1)
        )
        row[name] = f"[{', '.join(f'[{step}]' for step in step_texts)}]"
    if data.per_step and schema.target is not None:
        row[schema.target] = f"[{', '.join(map(str, _get_step_targets(data, i)))}]"
    return [row | after]


def _build_wide_rows(data: Sequences, schema: Schema, i: int) -> list[Row]:
    before, after = _build_role_cells(data, schema, i)
    values, features = data[i], len(schema.channels) or 1
    columns = np.array(schema.features, dtype=object).reshape(features, -1)
    row = before | (dict.fromkeys(schema.features, "") if schema.layout == "wide" else {})
    for feature in range(features):
        for step, value in enumerate(values[:, feature]):
            # rows without a header may be longer than any row that was read
            column = columns[feature, step] if step < columns.shape[1] else str(step + 1)
            row[column] = _format_value(value) or MISSING_TEXT
    return [row | after]


def _format_value(value: np.float32) -> str:
    """Return the shortest text that reads as the same number; "" for a missing value."""
    return "" if np.isnan(value) else str(value).removesuffix(".0")


def _format_list_item(value: np.float32) -> str:
    return _format_value(value) or MISSING_TEXT


def _format_pair(first: np.float32, second: np.float32) -> str:
    if np.isnan(first) and np.isnan(second):
        return MISSING_TEXT
    return f"{_format_list_item(first)}/{_format_list_item(second)}"
