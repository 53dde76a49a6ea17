"""Differences between a new table and the training data of a model: columns and units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ...data.notation import Notation
from ...data.read_report import Finding
from ...data.schema import Schema
from ...errors import Note
from ...i18n import N_
from ..table.cells import read_text
from ..table.number_notation import build_cell_pattern
from ..table.roles import ROLES
from ..table.table import Table
from ..table.words.missing_markers import MISSING_MARKERS
from .number_notation import detect_notations

MAX_NAMED = 20  # columns in a message
# Codes of findings about new data that a schema does not answer.
KEPT_CODES = ("file", "sheet", "midnight", "duplicate")
UNITS = N_(
    "`{name}` has the unit {expected} in the training data and {found} here: its numbers are not "
    "converted"
)


def adapt_notations(
    schema: Schema, table: Table
) -> tuple[tuple[Notation, ...], tuple[Finding, ...]]:
    """Find how the numbers of new data are written.

    A column is written as in the training data if all of its cells may be; otherwise its notation
    is detected.

    Returns:
        The notations, and a finding per column whose unit differs.
    """
    known = {notation.column: notation for notation in schema.notations}
    learned = {*known, *schema.features, schema.target}
    roles = {name for role in ROLES if role != "target" for name in schema.list_columns(role)}
    is_wide = schema.layout == "wide"
    skipped = {*schema.unused, *roles} if is_wide else {*table.names} - learned
    forms = {replace(each, column="") for each in schema.notations}
    notations, findings = dict(known), []
    marks = {name: known.get(name, Notation(name)).decimal for name in table.names}
    detected = detect_notations(table, skipped, marks)
    statements = {finding.column: finding for finding in detected.findings}
    for found in detected.notations:
        name = found.column
        if name not in learned:  # a further step, written as others are
            if replace(found, column="") in forms:
                notations[name] = found
            continue
        expected = known.get(name, Notation(name))
        if _has_notation(table, expected) or found.pair != expected.pair:
            continue
        notations[name] = found
        units = [each.prefix or each.suffix for each in (expected, found)]
        if units[0] != units[1] and found.pair == expected.pair:
            shown = [unit or Note("no unit") for unit in units]
            note = Note(UNITS, name=name, expected=shown[0], found=shown[1])
            findings.append(Finding("warning", "changed_unit", note, name))
        elif name in statements:  # how the numbers, which have other marks, are read
            findings.append(replace(statements[name], level="warning", code="changed_notation"))
    return tuple(notations.values()), tuple(findings)


def describe_differences(schema: Schema, table: Table, result: Schema) -> Iterator[Finding]:
    """Describe which columns a table lacks or has in addition, and what its file leaves open.

    Args:
        schema: Schema of the training data.
        table: The new table.
        result: Its schema.
    """
    yield from (finding for finding in result.findings if finding.code in KEPT_CODES)
    if not table.header:
        return
    present = {*table.names}
    for role in ROLES:
        absent = [name for name in schema.list_columns(role) if name not in present]
        if absent:
            template = N_("`{name}`, the {role}, is not in this data")
            note = Note(template, name=absent[0], role=Note(role))
            yield Finding("info", "absent_column", note, absent[0])
    roles = {name for role in ROLES for name in schema.list_columns(role)}
    known = {*schema.features, *schema.unused, *roles, *result.features, schema.steps_after}
    pairs = {name for each in schema.notations for name in (each.column, *each.columns)}
    additional = [name for name in table.names if name not in known | pairs]
    if additional:
        note = Note(
            "columns that are not in the training data are not used: `{names}`",
            names=", ".join(additional[:MAX_NAMED]),
        )
        yield Finding("info", "additional_columns", note)


def _has_notation(table: Table, notation: Notation) -> bool:
    """Return True if every cell of a column is missing or has the notation."""
    cells = pc.utf8_trim_whitespace(read_text(table, notation.column))
    is_missing = pc.is_in(pc.utf8_lower(cells), pa.array(MISSING_MARKERS))
    matches = pc.match_substring_regex(cells, build_cell_pattern(notation))
    return bool(pc.all(pc.or_(is_missing, matches)).as_py())
