"""Roles of several columns: an id of subject and trial, or a time of date and time of day."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ...data.schema import Schema
from ...errors import DataError
from .cells import read_text
from .table import Table

SEPARATOR = " / "  # between the parts of an id, and between the names of joined columns
SEPARATORS = {"id": SEPARATOR, "time": " "}


def join_columns(table: Table, role: str, names: tuple[str, ...]) -> tuple[Table, str]:
    """Add the column that joins the cells of several columns.

    A row that lacks one of its parts has a blank cell.

    Args:
        table: The table.
        role: "id" or "time".
        names: Names of the columns.

    Returns:
        The table and the name of the added column.

    Raises:
        DataError: For a column of lists, and if different cells join to the same text.
    """
    joined_name = SEPARATOR.join(names)
    while joined_name in table.names:
        joined_name += SEPARATOR

    def join() -> pa.ChunkedArray:
        parts = [pc.utf8_trim_whitespace(read_text(table, name)) for name in names]
        missing = pa.scalar(None, pa.string())
        parts = [pc.if_else(pc.equal(part, ""), missing, part) for part in parts]
        joined = pc.binary_join_element_wise(*parts, SEPARATORS[role])
        if role == "id" and any(
            pc.any(pc.match_substring(part, SEPARATOR)).as_py() for part in parts
        ):
            _refuse_equal_texts(parts, joined, names)
        return pc.fill_null(joined, "")

    cells = table.get_or_compute(f"joined {role} {names}", join)
    return replace(table, columns=table.columns.append_column(joined_name, cells)), joined_name


def _refuse_equal_texts(
    parts: list[pa.ChunkedArray], joined: pa.ChunkedArray, names: tuple[str, ...]
) -> None:
    """Raise an error if different cells join to the same text, as "a / b", "c" and "a", "b / c"."""
    is_complete = pc.is_valid(joined)
    columns = {str(number): part for number, part in enumerate(parts)}
    distinct = pa.table(columns).filter(is_complete).group_by(list(columns)).aggregate([])
    if pc.count_distinct(joined).as_py() < len(distinct):
        raise DataError(
            "Columns {columns}: different cells give the same text when they are joined by "
            "{separator!r}. Write them without it.",
            columns=", ".join(names),
            separator=SEPARATOR,
        )


def join_roles(table: Table, schema: Schema) -> tuple[Table, Schema]:
    """Replace the roles of several columns by roles of one column that joins them.

    Returns:
        The table and the schema, unchanged if every role has one column.
    """
    if isinstance(schema.id, tuple):
        table, name = join_columns(table, "id", schema.id)
        schema = replace(schema, id=name)
    if isinstance(schema.time, tuple):
        table, name = join_columns(table, "time", schema.time)
        schema = replace(schema, time=name)
    return table, schema
