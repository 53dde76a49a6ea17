"""Targets that only one row of a sequence gives, as the first row of a visit or its last one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa

from ...data.schema import Schema, as_one_column
from .cells import read_text
from .report import Problems
from .roles import encode_values, find_missing_targets
from .table import Table


def spread_targets(table: Table, schema: Schema, problems: Problems) -> Table:
    """Give the rows without a target that of another row of their sequence, for one per sequence.

    The last row before with a target gives it, otherwise the first row after. Sequences without any
    target are unchanged.

    Args:
        table: A table in the long layout.
        schema: Its schema.
        problems: Receives the number of these rows.
    """
    if schema.layout != "long" or schema.target is None or schema.target_at == "step":
        return table
    is_missing = find_missing_targets(table, schema.target)
    if not is_missing.any() or is_missing.all():
        return table
    sequence = np.zeros(len(table), dtype=np.int64)
    if id := as_one_column(schema.id):
        sequence = encode_values(table, id)[0]
    order = np.argsort(sequence, kind="stable")
    sources = np.empty(len(table), dtype=np.int64)
    sources[order] = _find_sources(is_missing[order], sequence[order], order)
    spread = int(np.count_nonzero(is_missing & ~is_missing[sources]))
    if not spread:
        return table
    problems.count("spread", spread)
    cells = read_text(table, schema.target).take(pa.array(sources))
    position = table.names.index(schema.target)
    return replace(
        table, columns=table.columns.set_column(position, schema.target, cells), cache={}
    )


def _find_sources(is_missing: np.ndarray, sequence: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Find the row that gives each row its target.

    Args:
        is_missing: (rows,) bool, in the order of the sequences.
        sequence: (rows,) index of each row's sequence.
        rows: (rows,) index of the row in the table.

    Returns:
        (rows,) indices of rows in the table.
    """
    places = np.arange(len(rows))
    starts = np.flatnonzero(np.append(True, sequence[1:] != sequence[:-1]))
    lengths = np.diff(np.append(starts, len(rows)))
    known = np.where(is_missing, -1, places)
    before = np.maximum.accumulate(known)
    first_known = np.minimum.reduceat(np.where(is_missing, len(rows), places), starts)
    has_before = before >= np.repeat(starts, lengths)
    after = np.minimum(np.repeat(first_known, lengths), np.repeat(starts + lengths, lengths) - 1)
    return rows[np.where(has_before, before, after)]
