"""Read a table with its schema into ``Sequences``, by the reader of the layout."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from ...data.schema import Schema
from ...data.sequences import Sequences
from ...data.windowing import prefixes, take_last_targets, windows
from ...errors import MissingValue
from ..findings import build_read_report
from ..table.joined_columns import join_roles
from ..table.number_notation import apply_notations
from ..table.report import Problems, Report
from ..table.roles import drop_incomplete_rows
from ..table.table import Table
from . import lists, long, rows, wide
from .static_features import find_static_features

READERS = {"rows": rows.read, "list": lists.read, "long": long.read, "wide": wide.read}


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
    try:
        data = READERS[schema.layout](
            drop_incomplete_rows(joined_table, joined_schema, problems), joined_schema, problems
        )
    except MissingValue as error:  # the chosen treatment of missing values is not applicable
        error.report = error.report or problems.build_report(0)
        raise
    problems.raise_unresolved()
    # Arrow keeps unused memory for later, about 100 MB after 5 million rows.
    pa.default_memory_pool().release_unused()
    report = problems.build_report(problems.rows - problems.dropped.total())
    report = replace(report, static_features=find_static_features(data))
    if joined_schema is not schema:
        data = replace(data, schema=schema)
    if schema.cut:
        split = windows if schema.cut == "windows" else prefixes
        data = split(data, schema.cut_steps, schema.cut_every)
    if schema.target_at == "end":
        data = take_last_targets(data)
    return data.with_report(build_read_report(report)), report
