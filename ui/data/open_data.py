"""Opening data: from a sample, a file or pasted text into the visitor's state."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from core import DataError
from core.errors import Note
from core.reading import Schema, detect_schema
from core.reading.editable import Grid
from runs.reading import jobs
from ui import backend
from ui.data import columns_form, file_layouts, library, read_report, table_editor
from ui.data.file_layouts import LAYOUT_NAMES
from ui.data.read_report import explain, offer_to_read_again
from ui.data.rejected import Refusal
from ui.i18n import _, ngettext, plain, told
from ui.samples import PUBLISHED, SAMPLES, Sample
from ui.session.state import PASTED, State
from ui.shell.uploader import file_in, uploader


def source(visitor: State) -> None:
    """The ways to bring data; each replaces what is open only when it can be read.

    All of them open it in a callback, before the page runs: the sidebar is drawn first and names
    the data in use."""
    upload, sample, paste, kept = st.tabs(
        [_("Upload a file"), _("Samples"), _("Paste text"), _("Your data")], key="data-source"
    )
    with upload:
        _upload(visitor)
        library.promise(visitor)
    with sample:
        _samples(visitor)
    with paste:
        _paste(visitor)
        library.promise(visitor)
    with kept:
        library.data_sets(visitor)


def _upload(visitor: State) -> None:
    file = uploader(
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
    file_layouts.limits()
    refused = _open_upload(visitor)
    if refused is not None:
        _offer(
            visitor,
            refused,
            "upload",
            lambda outcome: visitor.keep("upload", file.id, outcome),
        )
    file_layouts.samples()


def _open_upload(visitor: State) -> Refusal | None:
    """Open the file in the uploader, once; returns why it was refused."""
    file = file_in("upload")
    if file is None:
        return None
    refused = visitor.once("upload", file.id, lambda: _open(visitor, file.name, file.read))
    if refused is None:
        file.drop()
    return refused


def _samples(visitor: State) -> None:
    for sample in SAMPLES:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{_(sample.name)}**  \n{_(sample.about)}")
        if sample.record is not None:
            words.caption(_reached(sample.record))
        button.button(
            _("Open"),
            key=f"sample-{sample.name}",
            width="stretch",
            on_click=try_sample,
            args=(visitor, sample),
        )
    explain_refused_sample(visitor)


@st.cache_data(show_spinner=False)
def _record(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))["settings"]


def _reached(path: Path) -> str:
    found = _record(path)
    ours = _(
        "Accuracy on the published test part: {mean:.1%} here (mean of {n} seeds, standard "
        "deviation {sd:.1%}; {settings}, chosen by cross-validation on the training part alone)."
    ).format(
        mean=found["mean"],
        n=len(found["test accuracy"]),
        sd=found["sd"],
        settings=plain(found["chosen"]),
    )
    others = "; ".join(f"{accuracy:.1%} ({who})" for accuracy, who in PUBLISHED)
    return ours + " " + _("Published: {others}.").format(others=others)


def open_sample(visitor: State, sample: Sample) -> None:
    """Work on it from now on. Raises DataError when there is no room for it."""
    if sample.path is None:
        visitor.open_example()
        return
    refused = _open(visitor, sample.name, sample.path.read_bytes)
    if refused is not None:
        raise refused.error


def try_sample(visitor: State, sample: Sample) -> None:
    """As ``open_sample``, for a button; ``explain_refused_sample`` says why it was not possible."""
    try:
        open_sample(visitor, sample)
    except DataError as error:
        visitor.refuse("sample", error)


def explain_refused_sample(visitor: State) -> None:
    refused = visitor.refused.pop("sample", None)
    if refused is not None:
        explain(refused)


def _paste(visitor: State) -> None:
    with st.form("paste", border=False):
        st.text_area(
            _("Sequences, one a line, or any CSV text"),
            key=PASTED,
            height=140,
            placeholder="1\n2, 5\n3, 9, 9, 4, 8",
        )
        st.form_submit_button(_("Read"), on_click=_open_paste, args=(visitor,))
    refused = visitor.refused.get("paste")
    if refused is not None:
        _offer(
            visitor,
            refused,
            "pasted",
            lambda outcome: visitor.refuse("paste", outcome),
            box=PASTED,
        )


def _open_paste(visitor: State) -> None:
    text = st.session_state[PASTED].encode("utf-8", errors="replace")
    visitor.refuse("paste", _open(visitor, _("Pasted text"), lambda: text))


def _open(
    visitor: State,
    name: str,
    read: Callable[[], bytes],
    schema_of: jobs.SchemaOf = detect_schema,
    edited: bool = False,
    known: str = "",
) -> Refusal | None:
    """read: gives its content, as often as needed; known: the data set that it takes the place of.
    Returns why it was refused."""
    about, opened = 0, None
    try:
        content = read()
        about = zlib.crc32(content)
        most = backend.store().limits.steps
        opened = visitor.have_read(jobs.open_file, content, most, schema_of)
        if isinstance(opened, jobs.Refused):
            return Refusal.of(opened, name, read, about, edited)
        visitor.open(name, content, opened, known)
    except DataError as error:
        if opened is None:  # it was too much for the process that read it
            return Refusal(error, name, read, about, edited=edited)
        columns, schema = opened.columns, opened.report.schema
        return Refusal(error, name, read, about, columns.grid, columns, schema, edited)
    return None


def _offer(
    visitor: State,
    refused: Refusal,
    key: str,
    keep: Callable[[Refusal | None], None],
    known: str = "",
    box: str | None = None,
) -> None:
    """Why it was refused, the ways to open it nevertheless, its cells to edit, and all of its
    columns to choose from. ``keep`` gets what comes of it. known: the data set that it takes the
    place of; box: the key of the box it was typed into."""

    place = f"{key}-edit-{refused.about}"

    def read(schema_of: jobs.SchemaOf, once_edited: jobs.SchemaOf) -> None:
        content = refused.grid and table_editor.unread(place, refused.grid, refused.rows)
        if content:
            read_edited(content, once_edited)
            return
        outcome = _open(visitor, refused.name, refused.read, schema_of, refused.edited, known)
        if outcome is not None and outcome.schema is None:  # what was chosen goes with no column
            outcome = replace(refused, error=outcome.error)
        keep(outcome)

    def read_edited(content: bytes, schema_of: jobs.SchemaOf | None = None) -> None:
        schema_of = schema_of or jobs.edited(refused.schema)
        if box is not None:
            st.session_state[box] = content.decode()
        keep(_open(visitor, refused.name, lambda: content, schema_of, True, known))

    def refuse(error: DataError) -> None:
        keep(replace(refused, error=error))

    offer_to_read_again(
        refused.error, key, lambda schema: read(jobs.given(schema), jobs.edited(schema))
    )
    if refused.grid is not None:
        table_editor.table(
            place, refused.name, refused.grid, read_edited, refused.rows, refused.edited
        )
    if refused.columns is not None and not refused.columns.lists:
        schema = refused.schema or Schema("long")
        with st.expander(_("Choose what its columns are"), icon=":material/view_column:"):
            # What was chosen stays while it is refused, and not for another file.
            about = zlib.crc32(repr((schema.missing, schema.fixes)).encode(), refused.about)
            columns_form.show(
                f"{key}-{about}",
                refused.columns.names,
                schema,
                lambda chosen: read(chosen, chosen),
                refuse,
            )


def columns(visitor: State) -> None:
    """What was detected, the way to choose otherwise, and what became of the rows."""
    try:
        found, report, schema = visitor.columns, visitor.report, visitor.data.schema
    except DataError as error:  # its file was deleted, in another tab
        explain(error)
        return
    st.markdown(
        f"**{_(LAYOUT_NAMES[schema.layout]).capitalize()}**"
        + "".join(f"  \n:small[{_quoted(reason)}]" for reason in schema.reasons)
    )
    for doubt in schema.doubts:
        st.warning(_("Please check: {doubt}.").format(doubt=_quoted(doubt)), icon=":material/help:")
    read_report.constant(report)
    if schema.cut:
        st.caption(_cut(schema))

    key = visitor.key("columns")

    def use(schema_of: jobs.SchemaOf) -> None:
        try:
            refused = visitor.read_again(schema_of)
        except DataError as error:
            refuse(error)
            return
        visitor.refuse(key, refused and refused.error)
        if refused is None:
            columns_form.follow(key, visitor.data.schema)

    def refuse(error: DataError) -> None:
        visitor.refuse(key, error)

    columns_form.show(key, found.names, schema, use, refuse)
    refused = visitor.refused.get(key)
    if refused is not None:
        offer_to_read_again(refused, "columns", lambda schema: use(jobs.given(schema)))
    read_report.rows(report)
    _edit(visitor, found.grid)


def _edit(visitor: State, grid: Grid | None) -> None:
    """The open table's cells; an edited one that is refused, until it can be read."""
    place, known = visitor.key("edited"), visitor.kept.id

    def keep(outcome: Refusal | None) -> None:
        visitor.refuse(place, outcome)

    def read(content: bytes) -> None:
        schema = visitor.data.schema
        keep(_open(visitor, visitor.name, lambda: content, jobs.edited(schema), True, known))

    refused = visitor.refused.get(place)
    if refused is not None:
        _offer(visitor, refused, place, keep, known)
        st.button(_("Take the edits back"), icon=":material/undo:", on_click=keep, args=(None,))
        return
    if grid is not None:
        table_editor.table(visitor.key("edit"), visitor.name, grid, read)


def _cut(schema: Schema) -> str:
    steps = ngettext("{n} step", "{n} steps", schema.cut_steps)
    every = ngettext("{n} step", "{n} steps", schema.cut_every)
    if schema.cut == "windows":
        return _("Cut into windows of up to {steps}, one more every {every}.").format(
            steps=steps, every=every
        )
    return _("Cut into growing prefixes: of {steps}, and one more every {every}.").format(
        steps=steps, every=every
    )


def _quoted(reason: Note) -> str:
    """A reason with its `column` names in quotes, as plain text."""
    return re.sub(r"(?<!\\)`((?:[^`]|\\`)*?)(?<!\\)`", r"“\1”", told(reason))
