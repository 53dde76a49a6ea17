"""Opening data: from a sample, a file or pasted text into the visitor's state."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import streamlit as st

from core import DataError
from core.reading import Schema, detect_schema, open_table, read_table
from ui import keeping, problems
from ui.problems import MISSING_NAMES, explain, offer_to_read_again
from ui.samples import SAMPLES, Sample
from ui.state import State, seeded
from ui.words import _, plain

NONE = ""  # the choice "no such column", as ``detect_schema`` takes it
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
DUPLICATE_NAMES = {
    "keep": "keep all of them",
    "first": "keep the first",
    "last": "keep the last",
    "mean": "take their mean",
}


def source(visitor: State) -> None:
    """The ways to bring data; each replaces what is open only when it can be read.

    All of them open it in a callback, before the page runs: the sidebar is drawn first and names
    the data in use."""
    upload, sample, paste, kept = st.tabs(
        [_("Upload a file"), _("Samples"), _("Paste text"), _("Your data")], key="data-source"
    )
    with upload:
        _upload(visitor)
        keeping.promise(visitor)
    with sample:
        _samples(visitor)
    with paste:
        _paste(visitor)
        keeping.promise(visitor)
    with kept:
        keeping.data_sets(visitor)


def _upload(visitor: State) -> None:
    file = st.file_uploader(
        _("A file of sequences"),
        key="upload",
        on_change=_open_upload,
        args=(visitor,),
        help=_(
            "CSV or TSV with one sequence a line, one step a row with an id, one step a column, "
            "or lists in cells; Parquet; .ts; or a ZIP with a file for each sequence. Any of them "
            "may be compressed by gzip. The layout is detected."
        ),
    )
    refused = _open_upload(visitor)
    if refused is not None:
        offer_to_read_again(
            refused,
            "upload",
            lambda schema: visitor.keep(
                "upload", file.file_id, _open(visitor, file.name, file, schema)
            ),
        )


def _open_upload(visitor: State) -> DataError | None:
    """Open the file in the uploader, once; returns why it was refused."""
    file = st.session_state["upload"]
    if file is None:
        return None
    return visitor.once("upload", file.file_id, lambda: _open(visitor, file.name, file))


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
        st.text_area(
            _("Sequences, one a line, or any CSV text"),
            key="paste-text",
            height=140,
            placeholder="1\n2, 5\n3, 9, 9, 4, 8",
        )
        st.form_submit_button(_("Read"), on_click=_open_paste, args=(visitor,))
    refused = visitor.refused.pop("paste", None)
    if refused is not None:
        offer_to_read_again(refused, "paste", lambda schema: _open_paste(visitor, schema))


def _open_paste(visitor: State, schema: Schema | None = None) -> None:
    text = io.StringIO(st.session_state["paste-text"])
    error = _open(visitor, _("Pasted text"), text, schema)
    if error is not None:
        visitor.refused["paste"] = error


def _open(visitor: State, name: str, file, schema: Schema | None = None) -> DataError | None:
    try:
        file.seek(0)
        content = file.read()
        if isinstance(content, str):
            content = content.encode("utf-8", errors="replace")
        table = open_table(io.BytesIO(content))
        data, report = read_table(table, schema or detect_schema(table))
        visitor.open(name, content, table, data, report)
    except DataError as error:
        return error
    return None


def columns(visitor: State) -> None:
    """What was detected, the way to choose otherwise, and what became of the rows."""
    try:
        table, report, schema = visitor.table, visitor.report, visitor.data.schema
    except DataError as error:  # its file was deleted, in another tab
        explain(error)
        return
    st.markdown(
        f"**{_(LAYOUT_NAMES[schema.layout]).capitalize()}**"
        + "".join(f"  \n:small[{_quoted(_(reason))}]" for reason in schema.reasons)
    )
    for doubt in schema.doubts:
        st.warning(
            _("Please check: {doubt}.").format(doubt=_quoted(_(doubt))), icon=":material/help:"
        )
    names = list(table.names[:MOST_COLUMNS])
    with st.form(visitor.key("columns")):
        how, missing = st.columns([2, 1])
        how.selectbox(
            _("Layout"),
            list(LAYOUT_NAMES),
            format_func=lambda name: f"{name}: {_(LAYOUT_NAMES[name])}",
            key=seeded(visitor.key("layout"), schema.layout),
        )
        missing.selectbox(
            _("Missing values"),
            list(MISSING_NAMES),
            format_func=lambda name: _(MISSING_NAMES[name]),
            key=seeded(visitor.key("missing"), schema.missing),
        )
        for place, (role, label) in zip(st.columns(len(ROLES)), ROLES.items(), strict=True):
            place.selectbox(
                _(label),
                [NONE, *names],
                format_func=lambda name: name or _("none"),
                key=seeded(visitor.key(role), getattr(schema, role) or NONE),
            )
        if schema.layout in ("long", "list") and len(table.names) <= MOST_COLUMNS:
            st.multiselect(
                _("Features"), names, key=seeded(visitor.key("features"), list(schema.features))
            )
        if schema.time is not None:
            twice, since = st.columns(2, vertical_alignment="bottom")
            twice.selectbox(
                _("Steps at the same time"),
                list(DUPLICATE_NAMES),
                format_func=lambda name: _(DUPLICATE_NAMES[name]),
                key=seeded(visitor.key("duplicates"), schema.duplicates),
            )
            since.checkbox(
                _("Time since the last step as a feature"),
                key=seeded(visitor.key("elapsed"), schema.elapsed),
                help=_("For steps at irregular times; in seconds where times are dates."),
            )
        st.form_submit_button(
            _("Use these columns"),
            icon=":material/check:",
            # Before the rerun, so that the page needs no second one, which could swallow a click.
            on_click=_read_again,
            args=(visitor,),
        )
    refused = visitor.refused.pop("columns", None)
    if refused is not None:
        offer_to_read_again(refused, "columns", lambda schema: _use(visitor, schema))
    problems.rows(report)


def _quoted(reason: str) -> str:
    """A reason with its `column` names in quotes, as plain text."""
    return plain(re.sub("`([^`]*)`", r"“\1”", reason))


def _read_again(visitor: State) -> None:
    """Read the open table with what the form holds now."""
    before = visitor.data.schema
    typed = {role: st.session_state[visitor.key(role)] for role in ("layout", *ROLES)}
    chosen, roles = typed.pop("layout"), typed
    features = st.session_state.get(visitor.key("features"))
    # Another layout gives the columns other meanings, so only what was named stays.
    kept = features if features and chosen == before.layout else None
    if kept is not None:
        taken = {name for name in roles.values() if name}
        kept = [name for name in kept if name not in taken]
    if chosen == "rows":
        roles, kept = dict.fromkeys(roles), None
    try:
        found = detect_schema(visitor.table, chosen, features=kept, **roles)
    except DataError as error:
        visitor.refused["columns"] = error
        return
    choices = {
        name: st.session_state.get(visitor.key(name), getattr(before, name))
        for name in ("missing", "duplicates", "elapsed")
    }
    _use(visitor, replace(found, fixes=before.fixes, **choices))


def _use(visitor: State, schema: Schema) -> None:
    try:
        visitor.use(*read_table(visitor.table, schema))
    except DataError as error:
        visitor.refused["columns"] = error
