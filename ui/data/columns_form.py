"""Form for the columns of a table and the treatment of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core import DataError
from core.data.schema import as_columns
from core.errors import UnpaddedError
from core.i18n import N_
from core.reading import Schema
from core.reading.table.joined_columns import SEPARATOR
from runs.reading import reading_jobs
from ui.data.file_layouts import LAYOUT_NAMES
from ui.i18n import _

NONE = ""  # the choice "no such column", as in ``detect_schema``
MAX_COLUMNS = 500  # offered in a list; more would slow down every rerun
ROLES = {
    "id": N_("Sequence id"),
    "time": N_("Time"),
    "target": N_("Target"),
    "split": N_("Train / test split"),
    "group": N_("Group"),
}
MISSING_NAMES = {
    "refuse": N_("refuse the file"),
    "drop": N_("drop the step"),
    "forward": N_("carry the last value forward, else the mean"),
    "mean": N_("take the mean, and say where"),
}
DUPLICATE_NAMES = {
    "keep": N_("keep all of them"),
    "first": N_("keep the first"),
    "last": N_("keep the last"),
    "mean": N_("take their mean"),
}
TARGET_NAMES = {
    "sequence": N_("one, the same in all its rows"),
    "step": N_("one for each of its steps"),
    "end": N_("that of its last step"),
}
DATE_NAMES = {True: N_("day before month"), False: N_("month before day")}
CUT_NAMES = {"": N_("do not cut"), "windows": N_("windows"), "prefixes": N_("growing prefixes")}
FIRST_STEPS, MAX_STEPS = 50, 1_000_000  # of a window: default and maximum


def show_form(
    key: str,
    columns: Sequence[str],
    schema: Schema,
    read: Callable[[reading_jobs.SchemaOf], None],
    refuse: Callable[[UnpaddedError], None],
) -> None:
    """Show the form.

    Args:
        key: Prefix of the widget keys.
        columns: Names of all columns.
        schema: Schema that the form shows first.
        read: Called with the chosen schema.
        refuse: Called with the reason if the choice is invalid.
    """
    values = _read_values(schema)
    # Those with a role are offered beyond MAX_COLUMNS, too.
    roles = [name for role in ROLES for name in schema.list_columns(role)]
    pairs = {each.column: each.pair_columns for each in schema.notations if each.pair}
    single_columns = (each for name in columns[:MAX_COLUMNS] for each in pairs.get(name, (name,)))
    names = list(dict.fromkeys((*single_columns, *roles)))
    with st.form(key):
        layout, missing = st.columns([2, 1])
        layout.selectbox(
            _("Layout"),
            list(LAYOUT_NAMES),
            index=list(LAYOUT_NAMES).index(values["layout"]),
            format_func=lambda name: f"{name}: {_(LAYOUT_NAMES[name])}",
            key=f"{key}-layout",
        )
        missing.selectbox(
            _("Missing values"),
            list(MISSING_NAMES),
            index=list(MISSING_NAMES).index(values["missing"]),
            format_func=lambda name: _(MISSING_NAMES[name]),
            key=f"{key}-missing",
        )
        for column, (role, label) in zip(st.columns(len(ROLES)), ROLES.items(), strict=True):
            options = list(dict.fromkeys((NONE, *names, values[role])))
            column.selectbox(
                _(label),
                options,
                index=options.index(values[role]),
                format_func=lambda choice: SEPARATOR.join(as_columns(choice)) or _("none"),
                key=f"{key}-{role}",
            )
        if schema.layout in ("long", "list") and len(columns) <= MAX_COLUMNS:
            st.multiselect(_("Features"), names, default=values["features"], key=f"{key}-features")
        if schema.target is not None and schema.layout in ("long", "list"):
            st.selectbox(
                _("Which target a sequence has"),
                list(TARGET_NAMES),
                index=list(TARGET_NAMES).index(values["target_at"]),
                format_func=lambda name: _(TARGET_NAMES[name]),
                key=f"{key}-target_at",
                help=_("With one for each step the network answers at every step."),
            )
        if schema.time is not None:
            duplicates, elapsed = st.columns(2, vertical_alignment="bottom")
            duplicates.selectbox(
                _("Steps at the same time"),
                list(DUPLICATE_NAMES),
                index=list(DUPLICATE_NAMES).index(values["duplicates"]),
                format_func=lambda name: _(DUPLICATE_NAMES[name]),
                key=f"{key}-duplicates",
            )
            elapsed.checkbox(
                _("Time since the last step as a feature"),
                value=values["elapsed"],
                key=f"{key}-elapsed",
                help=_("For steps at irregular times; in seconds where times are dates."),
            )
        if schema.dayfirst is not None:
            st.selectbox(
                _("Dates"),
                list(DATE_NAMES),
                index=list(DATE_NAMES).index(values["dayfirst"]),
                format_func=lambda is_day_first: _(DATE_NAMES[is_day_first]),
                key=f"{key}-dayfirst",
            )
        _show_cutting(key, values)
        st.form_submit_button(
            _("Use these columns"),
            icon=":material/check:",
            # A callback runs before the rerun. A second rerun could swallow a click.
            on_click=_read_again,
            args=(key, schema, read, refuse),
        )


def update_form(key: str, schema: Schema) -> None:
    """Set the form to the schema by which a table was read, whatever chose it."""
    for name, value in _read_values(schema).items():
        if f"{key}-{name}" in st.session_state:
            st.session_state[f"{key}-{name}"] = value


def _read_values(schema: Schema) -> dict[str, Any]:
    """Return the values of the form for a schema."""
    names = ("layout", "missing", "target_at", "duplicates", "elapsed", "dayfirst", "cut")
    return {
        **{name: getattr(schema, name) for name in names},
        **{role: getattr(schema, role) or NONE for role in ROLES},
        "features": list(schema.features),
        "cut_steps": schema.cut_steps or FIRST_STEPS,
        "cut_every": schema.cut_every or FIRST_STEPS,
    }


def _show_cutting(key: str, values: dict[str, Any]) -> None:
    with st.expander(
        _("Cut long sequences into pieces"),
        icon=":material/content_cut:",
        expanded=bool(values["cut"]),
    ):
        kind, steps, stride = st.columns(3, vertical_alignment="bottom")
        kind.selectbox(
            _("Pieces"),
            list(CUT_NAMES),
            index=list(CUT_NAMES).index(values["cut"]),
            format_func=lambda name: _(CUT_NAMES[name]),
            key=f"{key}-cut",
            help=_(
                "A window is asked about what it holds alone; prefixes grow from the beginning, "
                "for answers while a sequence is still going on."
            ),
        )
        steps.number_input(
            _("Steps of a window, or the first prefix"),
            1,
            MAX_STEPS,
            value=values["cut_steps"],
            key=f"{key}-cut_steps",
        )
        stride.number_input(
            _("Another one every so many steps"),
            1,
            MAX_STEPS,
            value=values["cut_every"],
            key=f"{key}-cut_every",
        )
        st.caption(
            _(
                "The pieces of a sequence stay together: all of them are trained on, or none. A "
                "last piece may be shorter, so that no step is lost."
            )
        )


def _read_again(
    key: str,
    schema: Schema,
    read: Callable[[reading_jobs.SchemaOf], None],
    refuse: Callable[[UnpaddedError], None],
) -> None:
    """Read the table with the current values of the form."""
    roles_and_layout = {role: st.session_state[f"{key}-{role}"] for role in ("layout", *ROLES)}
    layout, roles = roles_and_layout.pop("layout"), roles_and_layout
    features = None
    if schema.layout in ("long", "list"):
        features = st.session_state.get(f"{key}-features")
    # In another layout the columns have other meanings, so the features are dropped.
    features_to_keep = features if features and layout == schema.layout else None
    if features_to_keep is not None:
        role_columns = {name for choice in roles.values() for name in as_columns(choice)}
        features_to_keep = [name for name in features_to_keep if name not in role_columns]
    if layout == "rows":
        roles, features_to_keep = dict.fromkeys(roles), None
    options: reading_jobs.ChosenFields = {"fixes": schema.fixes}
    for name in ("missing", "duplicates", "elapsed", "cut", "cut_steps", "cut_every"):
        options[name] = st.session_state.get(f"{key}-{name}", getattr(schema, name))
    if not options["cut"]:
        options |= {"cut_steps": 0, "cut_every": 0}
    target_at = st.session_state.get(f"{key}-target_at")
    if roles["target"] != (schema.target or NONE) or layout != schema.layout:
        target_at = None  # the choice was for another column
    if features == [] and schema.features and layout == schema.layout:
        refuse(DataError("No feature is chosen. Choose at least one column that holds values."))
        return
    dayfirst = st.session_state.get(f"{key}-dayfirst") if roles["time"] == schema.time else None
    read(
        reading_jobs.choose(
            layout, features_to_keep, options, target_at=target_at, dayfirst=dayfirst, **roles
        )
    )
