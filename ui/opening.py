"""Opening data: from a sample, a file or pasted text into the visitor's state."""

from __future__ import annotations

import io
import re

import streamlit as st

from core import DataError
from core.reading import Layout, detect_layout, open_table, sequences_from
from ui.samples import SAMPLES, Sample
from ui.state import State, seeded
from ui.words import _, plain, told

NONE = ""  # the choice "no such column", as ``detect_layout`` takes it
MOST_COLUMNS = 500  # offered in a list of choices; more would weigh on every rerun
ROLES = {
    "id": "Sequence id",
    "time": "Time",
    "target": "Target",
    "split": "Train / test split",
    "group": "Group",
}
LAYOUT_NAMES = {
    "rows": "one sequence a line, lines of unequal length",
    "list": "one sequence a row, written as a list in a cell",
    "long": "one step a row, with an id",
    "wide": "one sequence a row, one step a column",
}


def source(visitor: State) -> None:
    """The three ways to bring data; each replaces what is open only when it can be read."""
    upload, sample, paste = st.tabs(
        [_("Upload a file"), _("Samples"), _("Paste text")], key="data-source"
    )
    with upload:
        _upload(visitor)
    with sample:
        _samples(visitor)
    with paste:
        _paste(visitor)


def _upload(visitor: State) -> None:
    file = st.file_uploader(
        _("A CSV file of sequences"),
        key="upload",
        help=_(
            "One sequence a line, one step a row with an id, one step a column, or lists in "
            "cells: the layout is detected."
        ),
    )
    if file is None:
        return
    refused = visitor.once("upload", file.file_id, lambda: _open(visitor, file.name, file))
    if refused is not None:
        explain(refused)


def _samples(visitor: State) -> None:
    for sample in SAMPLES:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{_(sample.name)}**  \n{_(sample.about)}")
        button.button(
            _("Open"),
            key=f"sample-{sample.name}",
            width="stretch",
            on_click=_open_sample,
            args=(visitor, sample),
        )


def _open_sample(visitor: State, sample: Sample) -> None:
    if sample.path is None:
        visitor.open_example()
    else:
        with sample.path.open("rb") as file:
            _open(visitor, sample.name, file)


def _paste(visitor: State) -> None:
    with st.form("paste", border=False):
        text = st.text_area(
            _("Sequences, one a line, or any CSV text"),
            key="paste-text",
            height=140,
            placeholder="1\n2, 5\n3, 9, 9, 4, 8",
        )
        if st.form_submit_button(_("Read")):
            error = _open(visitor, _("Pasted text"), io.StringIO(text))
            if error is not None:
                explain(error)


def _open(visitor: State, name: str, file) -> DataError | None:
    try:
        table = open_table(file)
        layout = detect_layout(table)
        visitor.open(name, table, layout, sequences_from(table, layout))
    except DataError as error:
        return error
    return None


def explain(error: DataError) -> None:
    """What is wrong, where, and what to do; what was open stays open."""
    row, column = error.values.get("row"), error.values.get("column")
    where = [
        _("row {row}").format(row=row) if row is not None else "",
        _("column {column}").format(column=plain(column)) if column is not None else "",
    ]
    place = ", ".join(filter(None, where))
    st.error((f"**{place}**  \n" if place else "") + told(error), icon=":material/error:")


def columns(visitor: State) -> None:
    """What was detected, and the way to choose otherwise."""
    table, layout = visitor.table, visitor.layout
    st.markdown(
        f"**{_(LAYOUT_NAMES[layout.layout]).capitalize()}**"
        + "".join(f"  \n:small[{_quoted(_(reason))}]" for reason in layout.reasons)
    )
    names = list(table.names[:MOST_COLUMNS])
    with st.form(visitor.key("columns")):
        st.selectbox(
            _("Layout"),
            list(LAYOUT_NAMES),
            format_func=lambda name: f"{name}: {_(LAYOUT_NAMES[name])}",
            key=seeded(visitor.key("layout"), layout.layout),
        )
        for place, (role, label) in zip(st.columns(len(ROLES)), ROLES.items(), strict=True):
            place.selectbox(
                _(label),
                [NONE, *names],
                format_func=lambda name: name or _("none"),
                key=seeded(visitor.key(role), getattr(layout, role) or NONE),
            )
        if layout.layout in ("long", "list") and len(table.names) <= MOST_COLUMNS:
            st.multiselect(
                _("Features"), names, key=seeded(visitor.key("features"), list(layout.features))
            )
        st.form_submit_button(
            _("Use these columns"),
            icon=":material/check:",
            # Before the rerun, so that the page needs no second one, which could swallow a click.
            on_click=_read_again,
            args=(visitor,),
        )
    if visitor.refused is not None:
        explain(visitor.refused)
        visitor.refused = None


def _quoted(reason: str) -> str:
    """A reason with its `column` names in quotes, as plain text."""
    return plain(re.sub("`([^`]*)`", r"“\1”", reason))


def _read_again(visitor: State) -> None:
    """Read the open table with what the form holds now."""
    typed = {role: st.session_state[visitor.key(role)] for role in ("layout", *ROLES)}
    chosen, roles = typed.pop("layout"), typed
    features = st.session_state.get(visitor.key("features"))
    table = visitor.table
    # Another layout gives the columns other meanings, so only what was named stays.
    kept = features if features and chosen == visitor.layout.layout else None
    if kept is not None:
        taken = {name for name in roles.values() if name}
        kept = [name for name in kept if name not in taken]
    if chosen == "rows":
        roles, kept = dict.fromkeys(roles), None
    try:
        layout: Layout = detect_layout(table, chosen, features=kept, **roles)
        visitor.use(layout, sequences_from(table, layout))
    except DataError as error:
        visitor.refused = error
