"""Read a table by what a person decided about it, and by what its cells show otherwise.

A remedy of a finding is a set of choices, and so is a form of the page. Whatever reads a table,
from Python or in the app, detects its schema with ``choose_schema``.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import numpy as np

from ..data.choices import FIELDS, Choices
from ..data.notation import Notation
from ..data.schema import Columns, Schema, as_columns
from ..data.sequences import Sequences
from ..errors import DataError
from .detection.candidates import REMAINING_STEPS
from .detection.detect import detect_with_roles
from .layouts.read import read_table
from .table.report import Report
from .table.roles import ROLES
from .table.table import Table


def choose_schema(table: Table, choices: Choices) -> Schema:
    """Detect the schema of a table, except for what was chosen.

    Raises:
        DataError: For a column that does not exist or has two roles, and for a table that does
            not show its layout.
        ValueError: For a value that is not allowed.
    """
    roles: dict[str, Columns] = {role: choices.get(role) for role in ROLES}  # type: ignore[misc]  # a role is a key of it
    steps_after = _choose_steps_after(table, choices)
    table = replace(table, steps_after=steps_after)
    if steps_after is not None and roles["target"] is None:
        choices = {**choices, "remaining_steps": choices.get("remaining_steps") or REMAINING_STEPS}
    if choices.get("remaining_steps") is not None:
        if roles["target"]:
            raise DataError(
                "The target is either the column {column!r} or the number of remaining steps. "
                "Choose one of them.",
                column=roles["target"],
            )
        roles["target"] = ""
    schema = detect_with_roles(
        table,
        choices.get("layout", "auto"),
        roles,
        choices.get("features"),
        choices.get("target_at"),
        choices.get("dayfirst"),
        decimal=choices.get("decimal"),
    )
    if choices.get("padding") is not None:  # decides what is asked about it
        findings = tuple(each for each in schema.findings if each.code != "padding")
        schema = replace(schema, findings=findings)
    return apply_fields(schema, choices)


def _choose_steps_after(table: Table, choices: Choices) -> str | None:
    """Return the column of the steps after the last row: as chosen, or as the format says."""
    chosen = choices.get("steps_after")
    if chosen is not None:
        return chosen or None
    columns = {*(choices.get("features") or ())}
    for role in ROLES:
        columns |= {*as_columns(choices.get(role))}  # type: ignore[arg-type]  # a role is a key of it
    return None if table.steps_after in columns else table.steps_after


def apply_fields(schema: Schema, choices: Choices) -> Schema:
    """Return the schema with what was chosen, besides the roles of the columns."""
    fields = {name: value for name, value in choices.items() if name in FIELDS}
    return replace(schema, **fields)  # type: ignore[arg-type]  # checked by ``Schema``


def read_with_choices(table: Table, choices: Choices) -> tuple[Sequences, Report]:
    """Read a table by what was chosen, and by what its cells show otherwise.

    Raises:
        DataError: As ``choose_schema`` and ``read_table``, and if no value of any step is known.
    """
    data, report = read_table(table, choose_schema(table, choices))
    if np.isnan(data.values).all():
        report.raise_first(("unreadable", "missing"))
    return data.with_report(data.report.accepting(choices.get("accept", ()))), report


def describe_schema(schema: Schema) -> Choices:
    """Return the choices by which the table of a schema is read with this schema again."""
    choices: Choices = {"layout": schema.layout, "sheet": schema.sheet}
    if schema.layout != "rows":
        roles = {role: getattr(schema, role) or "" for role in ROLES}
        choices |= roles  # type: ignore[typeddict-item]  # its keys are no literals
        choices |= {"target_at": schema.target_at, "dayfirst": schema.dayfirst}
        choices |= {"features": list(schema.features), "steps_after": schema.steps_after or ""}
        choices["decimal"] = _describe_decimal_marks(schema)
    fields = {name: getattr(schema, name) for name in FIELDS}
    choices |= fields  # type: ignore[typeddict-item]  # its keys are no literals
    return choices


def _describe_decimal_marks(schema: Schema) -> dict[str, str]:
    """Return the decimal mark of each column that another one may be detected for."""
    marks = {each.column: each.decimal for each in schema.notations if not each.pair}
    if "," in marks.values():  # then points may be taken for thousands, see ``detect_notations``
        pairs = {name for each in schema.notations if each.pair for name in each.pair_columns}
        columns = [*schema.features, *schema.list_columns("target")]
        marks = dict.fromkeys(columns, ".") | marks
        marks = {name: mark for name, mark in marks.items() if name not in pairs}
    return marks


def drop_absent_columns(choices: Choices, table: Table) -> Choices:
    """Leave out the choices of columns that a table lacks, such as an edited one."""
    pairs = (Notation(name, pair=True).pair_columns for name in table.names)
    present = {*table.names, *chain.from_iterable(pairs)}

    def fits(name: str, value: object) -> bool:
        if name not in (*ROLES, "features", "decimal", "steps_after") or not value:
            return True
        columns = (value,) if isinstance(value, str) else value
        return {*columns} <= present  # type: ignore[misc]  # a role is a key of it  # names of columns

    kept = {name: value for name, value in choices.items() if fits(name, value)}
    return kept  # type: ignore[return-value]  # keys and values of Choices
