"""Form for the columns of a table and the treatment of their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from core import DataError
from core.data.schema import as_columns
from core.errors import UnpaddedError
from core.i18n import N_
from core.reading import Choices, Schema
from core.reading.detection.candidates import REMAINING_STEPS
from core.reading.table.joined_columns import SEPARATOR
from ui.data.choice_labels import DATE_NAMES, DUPLICATE_NAMES, MISSING_NAMES
from ui.data.file_layouts import LAYOUT_NAMES
from ui.i18n import _

NONE = ""  # the choice "no such column", as in ``read_sequences``
REMAINING = ("remaining",)  # the choice of the remaining steps as the target
MAX_COLUMNS = 500  # offered in a list; more would slow down every rerun
ROLES = {
    "id": N_("Sequence ID"),
    "time": N_("Time"),
    "target": N_("Target"),
    "split": N_("Train / test split"),
    "group": N_("Group"),
}
TARGET_NAMES = {
    "sequence": N_("one per sequence"),
    "step": N_("one per step"),
    "end": N_("value at the last step"),
}
CUT_NAMES = {"": N_("off"), "windows": N_("windows"), "prefixes": N_("growing prefixes")}
FIRST_STEPS, MAX_STEPS = 50, 1_000_000  # of a window: default and maximum


def show_form(
    key: str,
    columns: Sequence[str],
    schema: Schema,
    answer: Callable[[Choices], None],
    refuse: Callable[[UnpaddedError], None],
) -> None:
    """Show the form.

    Args:
        key: Prefix of the widget keys.
        columns: Names of all columns.
        schema: Schema that the form shows first.
        answer: Called with what was chosen.
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
            more = (REMAINING,) if role == "target" and schema.layout == "long" else ()
            options = list(dict.fromkeys((NONE, *names, values[role], *more)))
            column.selectbox(
                _(label),
                options,
                index=options.index(values[role]),
                format_func=_format_role,
                key=f"{key}-{role}",
            )
        if schema.layout in ("long", "list") and len(columns) <= MAX_COLUMNS:
            st.multiselect(_("Features"), names, default=values["features"], key=f"{key}-features")
        if schema.target is not None and schema.layout in ("long", "list"):
            st.selectbox(
                _("Kind of target"),
                list(TARGET_NAMES),
                index=list(TARGET_NAMES).index(values["target_at"]),
                format_func=lambda name: _(TARGET_NAMES[name]),
                key=f"{key}-target_at",
                help=_("With one per step, the model predicts at every step."),
            )
        if schema.remaining_steps is not None:
            st.number_input(
                _("Maximum remaining steps"),
                1,
                MAX_STEPS,
                value=schema.remaining_steps,
                key=f"{key}-most",
                help=_("A machine that runs to failure shows no wear in its first steps."),
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
            on_click=_choose,
            args=(key, schema, answer, refuse),
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
        **({} if schema.remaining_steps is None else {"target": REMAINING}),
        "features": list(schema.features),
        "cut_steps": schema.cut_steps or FIRST_STEPS,
        "cut_every": schema.cut_every or FIRST_STEPS,
    }


def _format_role(choice: str | tuple[str, ...]) -> str:
    if choice == REMAINING:
        return _("remaining steps")
    return SEPARATOR.join(as_columns(choice)) or _("none")


def _show_cutting(key: str, values: dict[str, Any]) -> None:
    with st.expander(
        _("Split long sequences into windows"),
        icon=":material/content_cut:",
        expanded=bool(values["cut"]),
    ):
        kind, steps, stride = st.columns(3, vertical_alignment="bottom")
        kind.selectbox(
            _("Method"),
            list(CUT_NAMES),
            index=list(CUT_NAMES).index(values["cut"]),
            format_func=lambda name: _(CUT_NAMES[name]),
            key=f"{key}-cut",
            help=_(
                "A window is predicted from its own steps only. Prefixes grow from the "
                "start, for predictions while a sequence is still running."
            ),
        )
        steps.number_input(
            _("Steps per window or first prefix"),
            1,
            MAX_STEPS,
            value=values["cut_steps"],
            key=f"{key}-cut_steps",
        )
        stride.number_input(
            _("Stride (steps)"),
            1,
            MAX_STEPS,
            value=values["cut_every"],
            key=f"{key}-cut_every",
        )
        st.caption(
            _(
                "Windows of one sequence are always in the same set. The last window may be"
                " shorter, so that no step is lost."
            )
        )


def _choose(
    key: str,
    schema: Schema,
    answer: Callable[[Choices], None],
    refuse: Callable[[UnpaddedError], None],
) -> None:
    """Answer with the current values of the form."""
    values = {name: st.session_state.get(f"{key}-{name}", NONE) for name in ("layout", *ROLES)}
    layout = values.pop("layout")
    is_same_layout = layout == schema.layout
    features = st.session_state.get(f"{key}-features")
    if features == [] and schema.features and is_same_layout:
        refuse(DataError("No feature is chosen. Choose at least one column that holds values."))
        return
    choices: Choices = {"layout": layout, "features": None, "target_at": None}
    for name in ("missing", "duplicates", "elapsed", "cut", "cut_steps", "cut_every"):
        choices[name] = st.session_state.get(f"{key}-{name}", getattr(schema, name))
    if not choices["cut"]:
        choices |= {"cut_steps": 0, "cut_every": 0}
    choices["remaining_steps"] = None
    if values["target"] == REMAINING:
        values["target"] = NONE
        choices["remaining_steps"] = st.session_state.get(f"{key}-most", REMAINING_STEPS)
    if layout != "rows":
        choices |= values  # type: ignore[typeddict-item]  # a column or none per role
    if features and is_same_layout:  # in another layout the columns have other meanings
        taken = {name for choice in values.values() for name in as_columns(choice)}
        choices["features"] = [name for name in features if name not in taken]
    if is_same_layout and values["target"] == (schema.target or NONE):
        choices["target_at"] = st.session_state.get(f"{key}-target_at")
    if values["time"] == (schema.time or NONE):
        choices["dayfirst"] = st.session_state.get(f"{key}-dayfirst", schema.dayfirst)
    answer(choices)
