"""One reader a layout: a table and its schema become ``Sequences``."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from ...data.schema import Schema
from ...data.sequences import Sequences
from ...data.windowing import at_the_end, prefixes, windows
from ...errors import MissingValue
from ..table.report import Problems, Report
from ..table.roles import usable
from ..table.table import Table
from . import lists, long, rows, wide
from .constant_features import constant_features

READERS = {"rows": rows.read, "list": lists.read, "long": long.read, "wide": wide.read}


def read_table(table: Table, schema: Schema) -> tuple[Sequences, Report]:
    """The sequences of a table that is read by a schema, and what became of its rows.

    Raises DataError as ``read_sequences`` does; its ``report`` tells all that is in the way, where
    it is more than a mistake in the table's form.
    """
    problems = Problems(table, schema)
    try:
        data = READERS[schema.layout](usable(table, schema, problems), schema, problems)
    except MissingValue as error:  # what was chosen about missing values cannot be done here
        error.report = error.report or problems.report(0)
        raise
    problems.settle()
    # Arrow keeps what it worked with, some 100 MB after 5 million rows, for the next time.
    pa.default_memory_pool().release_unused()
    report = problems.report(problems.rows - problems.left_out.total())
    report = replace(report, constant=constant_features(data, schema))
    if schema.cut:
        cut = windows if schema.cut == "windows" else prefixes
        data = cut(data, schema.cut_steps, schema.cut_every)
    return at_the_end(data) if schema.target_at == "end" else data, report
