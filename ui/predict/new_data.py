"""New sequences to predict, from typed text or a file."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.data.categories import decode_words
from core.data.schema import Schema
from core.errors import UnpaddedError
from core.reading import Choices, Report
from core.reading.layouts.long import ELAPSED
from core.reading.new_data import Reading, format_steps
from core.reading.to_csv import format_times
from ui.context import get_services
from ui.data.findings import format_finding
from ui.data.reading_report import show_problems, show_rows
from ui.data.remedies import offer_to_read_again
from ui.i18n import _, escape_markdown, ngettext, shorten
from ui.session.data import read_new_data
from ui.session.state import NewData, Place, State
from ui.shell.uploader import File

MAX_SUGGESTED_VALUES = 500  # in a suggested sequence
MAX_CHARACTERS = 300  # of the list of names


def read_typed(visitor: State, place: Place, text: str, reading: Reading) -> Sequences | None:
    """Read sequences from a text box.

    Accepts lists in brackets, numbers with one sequence per line, or CSV with the columns of the
    training data's layout.

    Returns:
        The sequences; None, after showing the reason, if they cannot be read.
    """
    content = text.encode("utf-8", errors="replace")
    return _read_once(visitor, place, (text, reading), lambda: content, reading, is_typed=True)


def suggest_sequence(data: Sequences) -> str:
    """Format the shortest sequence as typed text; "" if even that is long."""
    row = int(np.argmin(data.lengths))
    shortest = data[row]
    if shortest.size > MAX_SUGGESTED_VALUES:
        return ""
    if data.schema is not None and data.categories:
        return format_as_csv(data[[row]], data.schema)
    return format_steps(shortest)


def format_as_csv(data: Sequences, schema: Schema) -> str:
    """Format one sequence as CSV text with the columns it was read from.

    If the elapsed time is a feature, times are counted from 0.
    """
    columns = dict(zip(data.feature_names, data.values.T, strict=True))
    table = pd.DataFrame(index=range(len(data.values)))
    if schema.elapsed and schema.time:
        times = format_times(schema.list_columns("time"), columns[ELAPSED].cumsum())
        table = pd.DataFrame(times)
    for name in schema.features:
        words = data.categories.get(name)
        table[name] = columns[name] if words is None else decode_words(columns[name], words)
    return table.to_csv(index=False, float_format="%.6g", na_rep="")


def read_upload(visitor: State, place: Place, file: File, reading: Reading) -> Sequences | None:
    """Read new sequences from a file with the columns of the training data.

    Returns:
        The sequences; None, after showing the reason, if they cannot be read.
    """
    data = _read_once(visitor, place, file.id, file.read, reading)
    if data is not None:
        file.drop()
    return data


def _read_once(
    visitor: State,
    place: Place,
    source: str | tuple[str, Reading],
    content: Callable[[], bytes],
    reading: Reading,
    is_typed: bool = False,
) -> Sequences | None:
    """Read new sequences, unless this source was read before."""

    def read(choices: Choices) -> NewData | UnpaddedError:
        try:
            return read_new_data(visitor, get_services(), content(), reading, choices, is_typed)
        except UnpaddedError as error:
            return error

    def answer(choices: Choices) -> None:
        place.read.last = source, read(choices)

    result = place.read.get(source, lambda: read({}))
    if isinstance(result, UnpaddedError):
        offer_to_read_again(result, place.name, answer)
        return None
    data, report = result
    show_reading_notes(data, report)
    return data


def show_reading_notes(data: Sequences, report: Report) -> None:
    """Show what differs from the training data, and rows and values that were changed."""
    unused = report.schema.unused
    if unused:
        st.caption(
            _("Not used: {columns}.").format(
                columns=escape_markdown(shorten(", ".join(unused), MAX_CHARACTERS))
            )
        )
    for finding in data.report.select("question", "warning"):
        st.warning(format_finding(finding), icon=":material/warning:")
    if report.counts:
        show_rows(report)
        title = ngettext("{n} note", "{n} notes", sum(report.counts.values()))
        with st.expander(title, icon=":material/rule:"):
            show_problems(report, is_resolved=True)
