"""New data, read as the data of a schema was."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ...data.schema import Schema
from ...errors import DataError
from ..table.roles import ROLES, without_target
from ..table.table import Table
from .detect import detect_schema
from .step_columns import columns_of


def schema_like(schema: Schema, table: Table) -> Schema:
    """The schema of new data: its columns play the roles they have in the training data's, its
    words have the same vocabulary, and what is missing or twice there is treated alike. Only the
    features must be there; a target that some rows lack is none. In the wide layout there may be
    other steps than in the training data. Windows are cut alike; of a model of growing prefixes
    the question is what it says about all there is.

    Raises DataError for a feature that no column has.
    """
    roles = {
        role: name if name in table.names else ""
        for role in ROLES
        if (name := getattr(schema, role)) is not None and role != "group"
    }
    if schema.channels and table.header:
        columns = columns_of(schema.channels, table.names)
        found = replace(
            detect_schema(table, "wide", features=columns, **roles), channels=schema.channels
        )
    elif schema.layout in ("rows", "wide"):
        there = {role: name for role, name in roles.items() if name}
        columns = {*schema.features, *schema.unused, *there.values()}
        alike = table.header or columns == {*table.names}  # without names, of as many columns
        layout = schema.layout if table.header else "auto"
        found = detect_schema(table, layout, **(there if alike else {}))
        if table.header:  # one feature, and what was no step of it is none now
            others = {schema.group, *schema.unused}
            steps = tuple(name for name in found.features if name not in others)
            found = replace(found, features=steps or found.features, channels=())
    else:
        features = None
        if table.header:
            features = schema.features
            _refuse_absent(features, table)
        layout = schema.layout if table.header else "auto"
        at = schema.target_at
        found = detect_schema(table, layout, features=features, target_at=at, **roles)
    if schema.elapsed and schema.time is not None and found.time is None:
        _refuse_absent((schema.time,), table)
    of_lists = found.layout == "list" and found.per_step
    if found.target is not None and not of_lists and without_target(table, found.target).any():
        found = replace(found, target=None)
    return replace(
        found,
        categories={n: w for n, w in schema.categories.items() if n in found.features},
        missing=schema.missing,
        # A model that was trained without features that say what is missing gets none.
        indicated=schema.indicated if schema.missing == "mean" else (),
        fixes=schema.fixes,
        duplicates=schema.duplicates,
        elapsed=schema.elapsed,
        **(_cut(schema) if schema.cut == "windows" else {}),
    )


def schema_again(schema: Schema, table: Table) -> Schema:
    """The schema of the same table after it was edited: what was chosen otherwise than it would be
    detected stays, as long as the columns are there; the words of categories are found anew.

    Raises DataError as ``detect_schema``.
    """
    roles = {role: getattr(schema, role) or "" for role in ROLES}
    columns = {*filter(None, roles.values()), *schema.features}
    if _is_detected(schema, table) or schema.layout == "rows" or not columns <= set(table.names):
        found = detect_schema(table)
    else:
        features = None if schema.layout == "wide" else schema.features
        at = schema.target_at
        found = detect_schema(table, schema.layout, features=features, target_at=at, **roles)
    return replace(
        found,
        **_cut(schema),
        missing=schema.missing,
        fixes=schema.fixes,
        duplicates=schema.duplicates,
        elapsed=schema.elapsed,
    )


def _cut(schema: Schema) -> dict[str, Any]:
    return {name: getattr(schema, name) for name in ("cut", "cut_steps", "cut_every")}


def _is_detected(schema: Schema, table: Table) -> bool:
    try:
        found = detect_schema(table)
    except DataError:
        return False
    same = ("layout", "features", "target_at", *ROLES)
    return all(getattr(found, name) == getattr(schema, name) for name in same)


def _refuse_absent(features: tuple[str, ...], table: Table) -> None:
    names = set(table.names)
    absent = [name for name in features if name not in names]
    if absent:
        raise DataError(
            "The model was trained on a feature {feature!r}, but there is no column {feature!r}. "
            "The columns are {columns}.",
            feature=absent[0],
            columns=", ".join(table.names),
        )
