"""Opening of data: samples, files and pasted text."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TypedDict

import streamlit as st

from core.errors import UnpaddedError
from ui.context import get_services
from ui.data import file_layouts, library
from ui.data.reading_report import explain
from ui.data.repair import offer_to_repair
from ui.i18n import _, add_brackets, escape_markdown, join_clauses, translate_name
from ui.samples import PUBLISHED_ACCURACIES, SAMPLES, Sample
from ui.session.data import open_sample, open_table
from ui.session.refusal import Refusal
from ui.session.state import State
from ui.shell.uploader import show_uploader, take_file

PASTE_KEY = "paste-text"  # key of the only text box in a form
# What a benchmark reports on the chosen settings.
Record = TypedDict(
    "Record", {"chosen": str, "mean": float, "sd": float, "test accuracy": list[float]}
)


def show_sources(visitor: State) -> bool:
    """Show the sources of data; each replaces the open data only if it can be read.

    All of them open it in a callback, before the page runs: the sidebar is drawn first and names
    the data in use.

    Returns:
        True if a file or a text was refused, and the page is about it.
    """
    upload, sample, paste, saved = st.tabs(
        [_("Upload a file"), _("Samples"), _("Paste text"), _("Your data")], key="data-source"
    )
    with upload:
        is_refused = _show_upload(visitor)
        library.show_retention(visitor)
    with sample:
        _show_samples(visitor)
    with paste:
        _show_paste(visitor)
        library.show_retention(visitor)
    with saved:
        library.show_data_sets(visitor)
    return is_refused or visitor.refusals.pasted is not None


def show_data_in_use(visitor: State) -> None:
    """Show, below a refused file, which data is still in use, with a button back to it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        name = escape_markdown(translate_name(visitor.name))
        st.markdown(_("Still in use: {name}").format(name=f"**{name}**"), width="content")
        st.button(
            _("Show it"),
            key="back-to-data",
            icon=":material/arrow_back:",
            type="tertiary",
            on_click=_dismiss_refusals,
            args=(visitor,),
        )


def _dismiss_refusals(visitor: State) -> None:
    visitor.refusals.pasted = None
    file = take_file("upload")
    if file is not None:
        _keep_outcome(visitor, file.id, None)
        file.drop()


def _show_upload(visitor: State) -> bool:
    """Show the uploader, and why a file was refused; returns True if one was."""
    file = show_uploader(
        _("A file of sequences"),
        key="upload",
        several=True,
        on_change=_open_changed_upload,
        args=(visitor,),
        help=_(
            "CSV, TSV, Excel (.xlsx), JSON Lines, a JSON array, Parquet, Feather, NumPy"
            " (.npy, .npz), .ts or ARFF. A ZIP may hold one file per sequence. Files "
            "may be compressed with gzip. The layout is detected."
        ),
    )
    file_layouts.show_limits()
    refusal = _open_upload(visitor)
    is_refused = file is not None and refusal is not None
    if file is not None and refusal is not None:
        offer_to_repair(visitor, refusal, "upload", partial(_keep_outcome, visitor, file.id))
    file_layouts.show_samples()
    return is_refused


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
        "Test accuracy: {mean:.1%} (mean of {n} seeds, standard deviation "
        "{sd:.1%}). Settings: {settings}, chosen by cross-validation on the "
        "training set."
    ).format(
        mean=record["mean"],
        n=len(record["test accuracy"]),
        sd=record["sd"],
        settings=escape_markdown(record["chosen"]),
    )
    published = join_clauses(
        add_brackets(f"{accuracy:.1%}", who) for accuracy, who in PUBLISHED_ACCURACIES
    )
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
            _("One sequence per line, or CSV text"),
            key=PASTE_KEY,
            height=140,
            placeholder="1\n2, 5\n3, 9, 9, 4, 8",
        )
        st.form_submit_button(_("Read"), on_click=_open_paste, args=(visitor,))

    def keep(outcome: Refusal | None) -> None:
        visitor.refusals.pasted = outcome

    if visitor.refusals.pasted is not None:
        offer_to_repair(visitor, visitor.refusals.pasted, "pasted", keep, text_key=PASTE_KEY)


def _open_paste(visitor: State) -> None:
    text = st.session_state[PASTE_KEY].encode("utf-8", errors="replace")
    visitor.refusals.pasted = open_table(visitor, get_services(), _("Pasted text"), lambda: text)
