"""Apply the schema of one table to another, or to the same table after an edit."""

from __future__ import annotations

from dataclasses import replace

from ...data.schema import Columns, Schema
from ...errors import DataError
from ..table.number_notation import apply_notations
from ..table.roles import ROLES, find_missing_targets
from ..table.table import Table
from .detect import detect_with_roles
from .differences import adapt_notations, describe_differences
from .step_columns import find_feature_columns


def adapt_schema(schema: Schema, table: Table) -> Schema:
    """Adapt the schema of the training data to a table of new data.

    Columns keep their roles, the kind of their values, and the treatment of missing values and
    duplicates. Only the features are required; a target that some rows lack is ignored. In the
    wide layout, the number of steps may differ from the training data. Windows are cut in the same
    way; a model trained on growing prefixes receives the whole sequences.

    Args:
        schema: Schema of the training data.
        table: Table of the new data.

    Raises:
        DataError: For a feature without a column.
    """
    notations, changed_units = adapt_notations(schema, table)
    original, table = table, apply_notations(table, notations)
    roles: dict[str, Columns] = {
        role: getattr(schema, role) if {*names} <= {*table.names} else ""
        for role in ROLES
        if (names := schema.list_columns(role)) and role != "group"
    }
    if schema.remaining_steps is not None:  # the target is no column
        roles["target"] = ""
    if len(schema.channels) > 1 and table.header:
        columns = find_feature_columns(schema.channels, table.names)
        result = detect_with_roles(table, "wide", roles, columns, notations=())
        result = replace(result, channels=schema.channels)
    elif schema.layout in ("rows", "wide"):
        present_roles = {role: name for role, name in roles.items() if name}
        role_columns = [name for role in present_roles for name in schema.list_columns(role)]
        known = {*schema.features, *schema.unused, *role_columns}
        # Without a header, the number of columns.
        has_same_columns = table.header or known == {*table.names}
        is_same = table.header or has_numbered_columns(schema, table)
        layout = schema.layout if is_same else "auto"
        present_roles = present_roles if has_same_columns else {}
        result = detect_with_roles(table, layout, present_roles, notations=())
        if table.header:  # one feature; columns that were not its steps are not steps now
            unused_columns = {schema.group, schema.steps_after, *schema.unused}
            steps = tuple(name for name in result.features if name not in unused_columns)
            result = replace(result, features=steps or result.features, channels=schema.channels)
    else:
        features, layout = None, "auto"
        if table.header or has_numbered_columns(schema, table):
            features, layout = schema.features, schema.layout
            _refuse_absent_features(features, table)
        if schema.time is None:  # the steps were in the order of the file
            roles["time"] = ""
        if schema.layout == "long" and schema.id is None:  # the whole table was one sequence
            roles["id"] = ""
        result = detect_with_roles(
            table, layout, roles, features, schema.target_at, schema.dayfirst, notations=()
        )
    if schema.elapsed and schema.time is not None and result.time is None:
        _refuse_absent_features(schema.list_columns("time"), table)
    has_target_lists = result.layout == "list" and result.per_step
    if (
        result.target is not None
        and not has_target_lists
        and find_missing_targets(table, result.target).any()
    ):
        result = replace(result, target=None)
    if schema.cut == "windows":
        result = _copy_cut(schema, result)
    differences = describe_differences(schema, original, result)
    return replace(
        result,
        findings=(*changed_units, *differences),
        categories=tuple(name for name in schema.categories if name in result.features),
        notations=notations,
        missing=schema.missing,
        padding=schema.padding,
        duplicates=schema.duplicates,
        elapsed=schema.elapsed,
        dayfirst=schema.dayfirst if result.time else None,
    )


def has_numbered_columns(schema: Schema, table: Table) -> bool:
    """Return True if both tables have no header, and the same number of columns with roles."""
    roles = [name for role in ROLES for name in schema.list_columns(role)]
    used = {name for name in (*schema.features, *schema.unused, *roles) if name.isdecimal()}
    columns = {name for name in table.names if name.isdecimal()}
    is_numbered = schema.layout in ("long", "wide") and not table.header
    return is_numbered and bool(columns) and used == columns


def _copy_cut(source: Schema, schema: Schema) -> Schema:
    return replace(schema, cut=source.cut, cut_steps=source.cut_steps, cut_every=source.cut_every)


def _refuse_absent_features(features: tuple[str, ...], table: Table) -> None:
    names = set(table.names)
    absent = [name for name in features if name not in names]
    if absent:
        raise DataError(
            "There is no column {feature!r}, but the model was trained on this feature. The "
            "columns are {columns}.",
            feature=absent[0],
            columns=", ".join(table.names),
        )
