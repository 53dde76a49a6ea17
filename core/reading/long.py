"""Long layout: one step a row; the rows of a sequence share its id."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.errors import DataError
from core.missing import Missing
from core.reading import roles
from core.reading.cells import MISSING_ROLE, cast, cell, numbers, refuse_missing, text
from core.reading.layout import Layout
from core.reading.table import Table
from core.reading.words import is_missing
from core.sequences import Sequences


def read(table: Table, layout: Layout, missing: Missing) -> Sequences:
    """Sequences in the order of their first row; steps in the order of time, and of the file
    where times are equal or there is no time column. Without an id column the whole table is
    one sequence.

    Raises DataError with row, column and text for a cell that cannot be used, and for a
    target, split or group that changes within a sequence.
    """
    if layout.id is None:
        sequence, ids = np.zeros(len(table), dtype=np.int64), None
    else:
        sequence, ids = roles.id_codes(table, layout.id)
    lengths = np.bincount(sequence)
    first = np.empty(len(lengths), dtype=np.int64)
    first[sequence[::-1]] = np.arange(len(table))[::-1]  # the earliest row is written last
    order = _order(table, layout.time, sequence)
    values = np.empty((len(table), len(layout.features)), dtype=np.float32)
    for feature, name in enumerate(layout.features):
        column = numbers(table, name)
        if missing == "refuse":
            refuse_missing(table, name, column)
        values[:, feature] = column if order is None else column[order]
    carried = {
        "targets": (layout.target, roles.targets(table, layout.target)),
        "split": (layout.split, roles.splits(table, layout.split)),
        "groups": (layout.group, roles.groups(table, layout.group)),
    }
    for name, role in carried.values():
        if role is not None:
            _refuse_changes(table, name, role, sequence, first)
    return Sequences(
        values=values,
        lengths=lengths,
        ids=ids,
        feature_names=layout.features,
        missing=missing,
        **{key: None if role is None else role[first] for key, (_, role) in carried.items()},
    )


def _order(table: Table, time: str | None, sequence: np.ndarray) -> np.ndarray | None:
    """(rows,) the rows in the order of sequence and time; None when they stand so already."""
    onward = np.diff(sequence)
    if time is None:
        return None if (onward >= 0).all() else np.argsort(sequence, kind="stable")
    when = times(table, time)
    if ((onward > 0) | ((onward == 0) & (when[1:] >= when[:-1]))).all():
        return None
    return np.lexsort((when, sequence))


def times(table: Table, name: str) -> np.ndarray:
    """(rows,) times that sort rightly: int64 or float64 numbers, or ISO dates counted in one unit.

    Other ways to write dates are refused: 01/02/2026 is in January for some and in February
    for others, and sorting by the wrong guess would shuffle the steps silently.
    """
    column = table.columns[name]
    if (whole := cast(column, pa.int64())) is not None and whole.null_count == 0:
        return whole.to_numpy()
    if (real := cast(column, pa.float64())) is not None:
        when = real.to_numpy()
        bad = np.isnan(when)
    else:
        cells = pc.utf8_trim_whitespace(text(table, name)).to_pandas()
        numeric = pd.to_numeric(cells, errors="coerce")
        if numeric.notna().any():  # one way of writing for a column: numbers or dates
            when, bad = numeric.to_numpy(np.float64), numeric.isna().to_numpy()
        else:
            dates = pd.to_datetime(cells, format="ISO8601", errors="coerce", utc=True)
            when = dates.dt.tz_localize(None).to_numpy().astype(np.int64)
            bad = dates.isna().to_numpy()
    if bad.any():
        where = cell(table, name, int(np.argmax(bad)))
        if is_missing(str(where["found"])):
            raise DataError(MISSING_ROLE, role="time", **where)
        raise DataError(
            "Row {row}, column {column}: {found!r} is no time. Write all times as numbers, or "
            "all as dates like 2026-01-31 or 2026-01-31 12:30:00.",
            **where,
        )
    return when


def _refuse_changes(table: Table, name: str, role: np.ndarray, sequence, first) -> None:
    expected = first[sequence]
    differs = role != role[expected]
    if differs.any():
        row = int(np.argmax(differs))
        raise DataError(
            "Row {row}, column {column}: {found!r} differs from {expected!r} in row {first}, "
            "which belongs to the same sequence. Give all rows of a sequence the same value, or "
            "choose another column.",
            **cell(table, name, row),
            expected=cell(table, name, int(expected[row]))["found"],
            first=table.row(int(expected[row])),
        )
