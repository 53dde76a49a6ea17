"""Read a table with its schema into ``Sequences``, by the reader of the layout."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from ...data.schema import Schema
from ...data.sequences import Sequences
from ...data.windowing import count_remaining_steps, prefixes, take_last_targets, windows
from ...errors import DataError
from ...i18n import N_
from ...json_validation import MAX_COUNT
from ..findings import build_read_report, count_missing
from ..table.joined_columns import join_roles
from ..table.number_notation import apply_notations
from ..table.report import Problems, Report
from ..table.roles import drop_incomplete_rows
from ..table.spread_targets import spread_targets
from ..table.table import Table
from . import lists, long, rows, wide
from .static_features import find_static_features

READERS = {"rows": rows.read, "list": lists.read, "long": long.read, "wide": wide.read}


NOTHING_KNOWN = N_(
    "Every step of every sequence has a missing value, so dropping them leaves nothing. "
    "Handle missing values differently."
)


def read_table(table: Table, schema: Schema) -> tuple[Sequences, Report]:
    """Read a table with a schema.

    Args:
        table: The table.
        schema: Its schema.

    Returns:
        The sequences, and the report about the rows of the table.

    Raises:
        DataError: As ``read_sequences``. Its ``report`` lists all unresolved problems, unless the
            form of the table is wrong.
    """
    table = apply_notations(table, schema.notations)
    problems = Problems(table, schema)
    joined_table, joined_schema = join_roles(table, schema)
    joined_schema = _read_steps_after_as_targets(joined_schema)
    joined_table = spread_targets(joined_table, joined_schema, problems)
    complete_table = drop_incomplete_rows(joined_table, joined_schema, problems)
    data = READERS[schema.layout](complete_table, joined_schema, problems)
    problems.raise_unresolved()
    missing = count_missing(data, schema)
    if schema.missing == "drop":
        data = _drop_steps(data, problems)
    # Arrow keeps unused memory for later, about 100 MB after 5 million rows.
    pa.default_memory_pool().release_unused()
    report = problems.build_report(problems.rows - problems.dropped.total())
    report = replace(report, static_features=find_static_features(data))
    if joined_schema is not schema:
        data = replace(data, schema=schema)
    if schema.remaining_steps is not None:
        after = None if schema.steps_after is None else _check_steps_after(data, schema.steps_after)
        remaining = count_remaining_steps(data.lengths, schema.remaining_steps, after)
        data = replace(data, targets=remaining, per_step=True)
    if schema.cut:
        split = windows if schema.cut == "windows" else prefixes
        data = split(data, schema.cut_steps, schema.cut_every)
    if schema.target_at == "end":
        data = take_last_targets(data)
    read_report = build_read_report(report, missing)
    return data.with_report(replace(read_report, start_ranks=data.report.start_ranks)), report


def _read_steps_after_as_targets(schema: Schema) -> Schema:
    """Return a schema that reads the steps after the last row as one target per sequence."""
    if schema.remaining_steps is None or schema.steps_after is None:
        return schema
    column = schema.steps_after
    return replace(
        schema, remaining_steps=None, steps_after=None, target=column, target_at="sequence"
    )


def _check_steps_after(data: Sequences, column: str) -> np.ndarray:
    """Return the (n,) int64 steps after the last row of each sequence.

    Raises:
        DataError: For anything but a whole number from 0 on.
    """
    found = np.asarray(data.targets)
    if found.dtype.kind in "iuf":
        is_count = (found >= 0) & (found <= MAX_COUNT) & (found == np.round(found))
    else:
        is_count = np.array([str(each).isdecimal() for each in found])
    if not is_count.all():
        first = int(np.argmin(is_count))
        raise DataError(
            "Column {column}: {found!r} of sequence {id} is not a number of steps. Write whole "
            "numbers, 0 or greater.",
            column=column,
            found=str(found[first]),
            id=data.ids[first],
        )
    return found.astype(np.int64)


def _drop_steps(data: Sequences, problems: Problems) -> Sequences:
    """Drop the steps with a missing value, and the sequences of which no step remains."""
    is_known = ~np.isnan(data.values).any(axis=1)
    steps = np.add.reduceat(is_known.astype(np.int64), np.cumsum(data.lengths) - data.lengths)
    if not steps.any():
        raise DataError(NOTHING_KNOWN)
    problems.count("unknown", int(np.count_nonzero(steps == 0)))
    if problems.schema.layout == "long":
        problems.dropped["missing"] += int(np.count_nonzero(~is_known))
    else:
        problems.dropped["unknown"] += int(np.count_nonzero(steps == 0))
    return replace(data[np.flatnonzero(steps)], missing="drop")
