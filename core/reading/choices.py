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
from ..data.read_report import Finding
from ..data.schema import Columns, Schema, as_columns
from ..data.sequences import Sequences
from ..errors import DataError, Note
from .detection.candidates import REMAINING_STEPS
from .detection.detect import detect_with_roles
from .layouts.read import read_table
from .table.report import Report
from .table.roles import ROLES
from .table.table import Table
from .table.words.column_names import TARGET_NAMES, normalize_name


def choose_schema(table: Table, choices: Choices) -> Schema:
    """Detect the schema of a table, except for what was chosen.

    Raises:
        DataError: For a column that does not exist or has two roles, and for a table that does
            not show its layout.
        ValueError: For a value that is not allowed.
    """
    roles: dict[str, Columns] = {role: choices.get(role) for role in ROLES}  # type: ignore[misc]  # a role is a key of it
    table = replace(table, steps_after=_choose_steps_after(table, choices))
    is_used = table.steps_after is not None and choices.get("steps_after") != ""
    if is_used and roles["target"] is None:
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
    schema = apply_fields(schema, choices)
    if schema.remaining_steps is None:
        return _leave_out(schema, schema.steps_after) if schema.steps_after else schema
    return schema if choices.get("features") else _leave_out_targets(schema)


def _leave_out_targets(schema: Schema) -> Schema:
    """Leave out features with the name of a target, which tell the remaining steps as a rule."""
    names = [n for n in schema.features if normalize_name(n) in TARGET_NAMES - {"y"}]
    if len(names) == len(schema.features):
        return schema
    for name in names:
        schema = _leave_out(schema, name)
    return schema


def _leave_out(schema: Schema, name: str) -> Schema:
    """Leave out a column that is a feature, or has the steps after the last row, and say so."""
    note = Note("`{name}` has no part in this target: not used", name=name)
    others = tuple(each for each in schema.findings if each.column != name)
    return replace(
        schema,
        features=tuple(each for each in schema.features if each != name),
        categories=tuple(each for each in schema.categories if each != name),
        steps_after=None if schema.steps_after == name else schema.steps_after,
        unused=(*schema.unused, name),
        findings=(*others, Finding("info", "unused", note, name)),
    )


def _choose_steps_after(table: Table, choices: Choices) -> str | None:
    """Return the column of the steps after the last row: as chosen, or as the format says."""
    if chosen := choices.get("steps_after"):
        return chosen
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
