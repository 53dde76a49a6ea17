"""Opening of data: samples, files and pasted text."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypedDict

import streamlit as st

from core.errors import Note, UnpaddedError
from core.reading import Schema
from core.reading.editable import Grid
from runs.reading import reading_jobs
from ui.context import get_services
from ui.data import columns_form, file_layouts, library, reading_report, table_editor
from ui.data.file_layouts import LAYOUT_NAMES
from ui.data.reading_report import explain
from ui.data.remedies import offer_to_read_again
from ui.i18n import _, escape_markdown, ngettext, translate
from ui.samples import PUBLISHED_ACCURACIES, SAMPLES, Sample
from ui.session.data import describe_file, open_sample, open_table, read_again
from ui.session.refusal import Refusal
from ui.session.state import State
from ui.shell.uploader import show_uploader, take_file
from ui.shell.widgets import get_widget_key

PASTE_KEY = "paste-text"  # key of the only text box in a form
# What a benchmark reports on the chosen settings.
Record = TypedDict(
    "Record", {"chosen": str, "mean": float, "sd": float, "test accuracy": list[float]}
)


def show_sources(visitor: State) -> None:
    """Show the sources of data; each replaces the open data only if it can be read.

    All of them open it in a callback, before the page runs: the sidebar is drawn first and names
    the data in use.
    """
    upload, sample, paste, saved = st.tabs(
        [_("Upload a file"), _("Samples"), _("Paste text"), _("Your data")], key="data-source"
    )
    with upload:
        _show_upload(visitor)
        library.show_retention(visitor)
    with sample:
        _show_samples(visitor)
    with paste:
        _show_paste(visitor)
        library.show_retention(visitor)
    with saved:
        library.show_data_sets(visitor)


def _show_upload(visitor: State) -> None:
    file = show_uploader(
        _("A file of sequences"),
        key="upload",
        on_change=_open_changed_upload,
        args=(visitor,),
        help=_(
            "CSV or TSV with one sequence a line, one step a row with an id, one step a column, "
            "or lists in cells; Excel (.xlsx); JSON Lines or a JSON array; Parquet; Feather; NumPy "
            "(.npy, .npz); .ts; ARFF; or a ZIP with a file for each sequence. Any of them may be "
            "compressed by gzip. The layout is detected."
        ),
    )
    file_layouts.show_limits()
    refusal = _open_upload(visitor)
    if file is not None and refusal is not None:
        _offer_to_repair(visitor, refusal, "upload", partial(_keep_outcome, visitor, file.id))
    file_layouts.show_samples()


def _keep_outcome(visitor: State, file: str, outcome: Refusal | None) -> None:
    visitor.results.upload.last = file, outcome


def _open_changed_upload(visitor: State) -> None:
    _open_upload(visitor)


def _open_upload(visitor: State) -> Refusal | None:
    """Open the file in the uploader, once; returns why it was refused."""
    file = take_file("upload")
    if file is None:
        return None
    refusal = visitor.results.upload.get(
        file.id, lambda: open_table(visitor, get_services(), file.name, file.read)
    )
    if refusal is None:
        file.drop()
    return refusal


def _show_samples(visitor: State) -> None:
    for sample in SAMPLES:
        text, button = st.columns([4, 1], vertical_alignment="center")
        text.markdown(f"**{_(sample.name)}**  \n{_(sample.about)}")
        if sample.record is not None:
            text.caption(_format_accuracy(sample.record))
        button.button(
            _("Open"),
            key=f"sample-{sample.name}",
            width="stretch",
            on_click=try_sample,
            args=(visitor, sample),
        )
    show_sample_error(visitor)


@st.cache_data(show_spinner=False)
def _load_record(path: Path) -> Record:
    record: Record = json.loads(path.read_text(encoding="utf-8"))["settings"]
    return record


def _format_accuracy(path: Path) -> str:
    record = _load_record(path)
    measured_here = _(
        "Accuracy on the published test part: {mean:.1%} here (mean of {n} seeds, standard "
        "deviation {sd:.1%}; {settings}, chosen by cross-validation on the training part alone)."
    ).format(
        mean=record["mean"],
        n=len(record["test accuracy"]),
        sd=record["sd"],
        settings=escape_markdown(record["chosen"]),
    )
    published = "; ".join(f"{accuracy:.1%} ({who})" for accuracy, who in PUBLISHED_ACCURACIES)
    return measured_here + " " + _("Published: {others}.").format(others=published)


def try_sample(visitor: State, sample: Sample) -> None:
    """Open a sample by a button; ``show_sample_error`` reports a failure."""
    try:
        open_sample(visitor, get_services(), sample)
    except UnpaddedError as error:
        visitor.refusals.sample = error


def show_sample_error(visitor: State) -> None:
    """Show why a sample could not be opened."""
    error, visitor.refusals.sample = visitor.refusals.sample, None
    if error is not None:
        explain(error)


def _show_paste(visitor: State) -> None:
    with st.form("paste", border=False):
        st.text_area(
            _("Sequences, one a line, or any CSV text"),
            key=PASTE_KEY,
            height=140,
            placeholder="1\n2, 5\n3, 9, 9, 4, 8",
        )
        st.form_submit_button(_("Read"), on_click=_open_paste, args=(visitor,))

    def keep(outcome: Refusal | None) -> None:
        visitor.refusals.pasted = outcome

    if visitor.refusals.pasted is not None:
        _offer_to_repair(visitor, visitor.refusals.pasted, "pasted", keep, text_key=PASTE_KEY)


def _open_paste(visitor: State) -> None:
    text = st.session_state[PASTE_KEY].encode("utf-8", errors="replace")
    visitor.refusals.pasted = open_table(visitor, get_services(), _("Pasted text"), lambda: text)


def _offer_to_repair(
    visitor: State,
    refusal: Refusal,
    key: str,
    keep: Callable[[Refusal | None], None],
    replaces: str = "",
    text_key: str | None = None,
) -> None:
    """Show why a file was refused, with all ways to open it: remedies, editor and columns form.

    Args:
        visitor: The visitor's state.
        refusal: Why it was refused.
        key: Prefix of the widget keys.
        keep: Called with the result of another attempt.
        replaces: Id of the data set that it replaces; "" for none.
        text_key: Key of the text box that holds the content; None for a file.
    """
    editor_key, services = f"{key}-edit-{refusal.checksum}", get_services()

    def open_again(
        read: Callable[[], bytes], schema_of: reading_jobs.SchemaOf, is_edited: bool
    ) -> Refusal | None:
        name = refusal.name
        return open_table(visitor, services, name, read, schema_of, is_edited, replaces)

    def read(schema_of: reading_jobs.SchemaOf, schema_of_edited: reading_jobs.SchemaOf) -> None:
        content = refusal.grid and table_editor.get_unread_edits(
            editor_key, refusal.grid, refusal.rows
        )
        if content:
            read_edited(content, schema_of_edited)
            return
        outcome = open_again(refusal.read, schema_of, refusal.is_edited)
        if outcome is not None and outcome.schema is None:  # the choice fits no column
            outcome = replace(refusal, error=outcome.error)
        keep(outcome)

    def read_edited(content: bytes, schema_of: reading_jobs.SchemaOf | None = None) -> None:
        schema_of = schema_of or reading_jobs.redetect(refusal.schema)
        if text_key is not None:
            st.session_state[text_key] = content.decode()
        keep(open_again(lambda: content, schema_of, is_edited=True))

    def refuse(error: UnpaddedError) -> None:
        keep(replace(refusal, error=error))

    offer_to_read_again(
        refusal.error,
        key,
        lambda schema: read(reading_jobs.use_schema(schema), reading_jobs.redetect(schema)),
    )
    if refusal.grid is not None:
        table_editor.show_table(
            editor_key, refusal.name, refusal.grid, read_edited, refusal.rows, refusal.is_edited
        )
    if refusal.columns is not None and not refusal.columns.lists:
        schema = refusal.schema or Schema("long")
        with st.expander(_("Choose what its columns are"), icon=":material/view_column:"):
            # The choice is kept while this file is refused, but not for another file.
            form_id = zlib.crc32(repr((schema.missing, schema.fixes)).encode(), refusal.checksum)
            columns_form.show_form(
                f"{key}-{form_id}",
                refusal.columns.names,
                schema,
                lambda schema_of: read(schema_of, schema_of),
                refuse,
            )


def show_columns(visitor: State) -> None:
    """Show the detected schema, the form to change it, and what happened to the rows."""
    try:
        file, schema = describe_file(visitor, get_services()), visitor.data.schema
    except UnpaddedError as error:  # its file was deleted in another tab
        explain(error)
        return
    if schema is None:  # not read from a table
        return
    st.markdown(
        f"**{_(LAYOUT_NAMES[schema.layout]).capitalize()}**"
        + "".join(f"  \n:small[{_quote_columns(reason)}]" for reason in schema.reasons)
    )
    for doubt in schema.doubts:
        st.warning(
            _("Please check: {doubt}.").format(doubt=_quote_columns(doubt)), icon=":material/help:"
        )
    reading_report.show_constant_features(file.report)
    if schema.cut:
        st.caption(_describe_cut(schema))

    key = get_widget_key(visitor, "columns")

    def use(schema_of: reading_jobs.SchemaOf) -> None:
        try:
            refused = read_again(visitor, get_services(), schema_of)
        except UnpaddedError as error:
            refuse(error)
            return
        visitor.refusals.columns = None if refused is None else refused.error
        if refused is None and visitor.data.schema is not None:
            columns_form.update_form(key, visitor.data.schema)

    def refuse(error: UnpaddedError) -> None:
        visitor.refusals.columns = error

    columns_form.show_form(key, file.columns.names, schema, use, refuse)
    if visitor.refusals.columns is not None:
        offer_to_read_again(
            visitor.refusals.columns,
            "columns",
            lambda schema: use(reading_jobs.use_schema(schema)),
        )
    reading_report.show_rows(file.report)
    _show_editor(visitor, file.columns.grid)


def _show_editor(visitor: State, grid: Grid | None) -> None:
    """Show the editor of the open table, or of its edited copy while that is refused."""
    key, data_set_id = get_widget_key(visitor, "edited"), visitor.data_key

    def keep(outcome: Refusal | None) -> None:
        visitor.refusals.edited = outcome

    def read(content: bytes) -> None:
        schema_of = reading_jobs.redetect(visitor.data.schema)
        name, services = visitor.name, get_services()
        keep(open_table(visitor, services, name, lambda: content, schema_of, True, data_set_id))

    if visitor.refusals.edited is not None:
        _offer_to_repair(visitor, visitor.refusals.edited, key, keep, data_set_id)
        st.button(_("Take the edits back"), icon=":material/undo:", on_click=keep, args=(None,))
        return
    if grid is not None:
        table_editor.show_table(get_widget_key(visitor, "edit"), visitor.name, grid, read)


def _describe_cut(schema: Schema) -> str:
    steps = ngettext("{n} step", "{n} steps", schema.cut_steps)
    stride = ngettext("{n} step", "{n} steps", schema.cut_every)
    if schema.cut == "windows":
        return _("Cut into windows of up to {steps}, one more every {every}.").format(
            steps=steps, every=stride
        )
    return _("Cut into growing prefixes: of {steps}, and one more every {every}.").format(
        steps=steps, every=stride
    )


def _quote_columns(reason: Note) -> str:
    """Translate a reason, with `column` names in quotes, as escaped text."""
    return re.sub(r"(?<!\\)`((?:[^`]|\\`)*?)(?<!\\)`", r"“\1”", translate(reason))
