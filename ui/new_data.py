"""New sequences to predict: typed into a box, or in a file like the training data's."""

from __future__ import annotations

import io
import re

import numpy as np
import streamlit as st

from core import DataError, Sequences
from core.missing import Missing
from core.reading import Layout, Table, detect_layout, open_lists, open_table, sequences_from
from core.reading.words import is_missing, is_number
from ui.opening import explain, offer_to_read_again
from ui.reading import Reading
from ui.state import State
from ui.words import _, as_typed, plain, shortened

MOST_SUGGESTED = 500  # values in a suggested sequence


def typed_sequences(text: str, reading: Reading) -> Sequences | None:
    """Sequences typed into a box: lists in brackets, numbers with one sequence a line, or CSV
    with the columns of the training data's layout. None, and the reason on screen, when they
    cannot be read; nothing typed is passed over in silence."""
    try:
        table = _typed_table(text)
        found = _layout_like(reading.layout if table.header else None, table)
        data = sequences_from(table, found, reading.missing)
        if data.features == 1 < reading.features and not table.header:
            nested = re.match(r"\s*\[\s*\[", text) is not None
            data = _by_steps(data, reading.features, nested)
    except DataError as error:
        explain(error)
        return None
    if found.unused:
        st.caption(_("Not used: {columns}.").format(columns=plain(", ".join(found.unused))))
    return data


def _typed_table(text: str) -> Table:
    lines = text.strip().splitlines() or [""]
    if '"' not in text:  # quotes are for lists in the cells of a CSV text
        if re.search(r"[\[\]]", lines[0]):
            return open_lists(io.StringIO(text))
        if len(lines) == 1:
            _refuse_words(text)
    return open_table(io.StringIO(text))


def _refuse_words(line: str) -> None:
    for cell in re.split(r"[,;\s]+", line.strip()):
        if not is_number(cell) and not is_missing(cell):
            raise DataError(
                "{found!r} is not a number. Write each sequence as a list of numbers, such as "
                "[1.5] or [2, 5].",
                found=cell,
            )


def _by_steps(data: Sequences, features: int, nested: bool) -> Sequences:
    """Lists of numbers as steps of several features. Lists inside a pair of brackets,
    [[1, 2], [3, 4]], are the steps of one sequence; else each is a sequence of one step."""
    other = data.lengths != features
    if other.any():
        raise DataError(
            "A step of this model takes {features} numbers, and {found!r} is none. Write each "
            "step in brackets and the sequence in another pair: [[…], […]].",
            features=features,
            found=shortened(as_typed(data[int(np.argmax(other))])),
        )
    steps = data.values.reshape(-1, features)
    return Sequences.from_lists([steps] if nested else steps[:, None, :])


def a_short_sequence(data: Sequences) -> str:
    """The shortest sequence, to begin with; nothing when even that is long to read."""
    shortest = data[int(np.argmin(data.lengths))]
    return as_typed(shortest) if shortest.size <= MOST_SUGGESTED else ""


def uploaded_sequences(visitor: State, reading: Reading, file) -> Sequences | None:
    """New sequences from a file that has the columns the model was trained on. Read once a
    file; None, and the reason on screen, when they cannot be read."""

    def read(missing: Missing) -> Sequences | DataError:
        return _read_like(reading.layout, missing, file)

    found = visitor.once("predict", file.file_id, lambda: read(reading.missing))
    if isinstance(found, DataError):
        offer_to_read_again(
            found,
            "predict",
            lambda missing: visitor.keep("predict", file.file_id, read(missing)),
        )
        return None
    return found


def _read_like(layout: Layout | None, missing: Missing, file) -> Sequences | DataError:
    try:
        file.seek(0)
        table = open_table(file)
        return sequences_from(table, _layout_like(layout, table), missing)
    except DataError as error:
        return error


def _layout_like(layout: Layout | None, table: Table) -> Layout:
    """The layout of new data: its columns play the roles they have in the training data's."""
    if layout is None or layout.layout not in ("long", "list"):
        return detect_layout(table)
    # Only features must be there.
    roles = {
        role: name if name in table.names else ""
        for role in ("id", "time", "target", "split")
        if (name := getattr(layout, role)) is not None
    }
    features = layout.features if table.header else None
    return detect_layout(table, features=features, **roles)
