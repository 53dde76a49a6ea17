"""New sequences to predict: typed into a box, or in a file like the training data's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from core import DataError, Sequences
from core.data.missing import indicator_name
from core.reading import Report, Schema
from core.reading.layouts.columns import category_names
from core.reading.layouts.long import ELAPSED
from core.reading.new_data import Reading, as_typed
from runs.reading import jobs
from ui import backend
from ui.data.read_report import offer_to_read_again, rows
from ui.i18n import _, plain, shortened
from ui.session.state import State
from ui.shell.uploader import File

MAX_SUGGESTED = 500  # values in a suggested sequence
MAX_CHARACTERS = 300  # of the names that are listed


def typed_sequences(visitor: State, text: str, reading: Reading) -> Sequences | None:
    """Sequences typed into a box: lists in brackets, numbers with one sequence a line, or CSV
    with the columns of the training data's layout. None, and the reason on screen, when they
    cannot be read; nothing typed is passed over in silence."""
    content = text.encode("utf-8", errors="replace")
    return _read_once(visitor, "typed", (text, reading), lambda: content, reading)


def a_short_sequence(data: Sequences) -> str:
    """The shortest sequence, to begin with, as it is typed; nothing when even that is long."""
    where = int(np.argmin(data.lengths))
    shortest = data[where]
    if shortest.size > MAX_SUGGESTED:
        return ""
    if data.schema is not None and data.schema.layout == "long" and data.schema.categories:
        return as_table(shortest, data.feature_names, data.schema)
    names = data.feature_names
    said = {indicator_name(name) for name in names}
    return as_typed(shortest[:, [name not in said for name in names]])


def as_table(steps: np.ndarray, names: tuple[str, ...], schema: Schema) -> str:
    """A sequence, (steps, features), as CSV text of the columns it was read from; where the time
    since the last step is a feature, with times that count from 0."""
    columns = dict(zip(names, steps.T, strict=True))
    table = pd.DataFrame(index=range(len(steps)))
    if schema.elapsed and schema.time:
        table[schema.time] = columns[ELAPSED].cumsum()
    for name in schema.features:
        if name in schema.categories:
            features = category_names(name, schema.categories[name])
            words = np.array([each.removeprefix(f"{name}=") for each in features], dtype=object)
            chosen = np.stack([columns[each] for each in features], axis=1)
            table[name] = np.where(np.isnan(chosen[:, 0]), "", words[chosen.argmax(axis=1)])
        else:
            table[name] = columns[name]
    return table.to_csv(index=False, float_format="%.6g", na_rep="")


def uploaded_sequences(visitor: State, reading: Reading, file: File) -> Sequences | None:
    """New sequences from a file that has the columns the model was trained on. None, and the
    reason on screen, when they cannot be read."""
    data = _read_once(visitor, "predict", file.id, file.read, reading)
    if data is not None:
        file.drop()
    return data


def _read_once(
    visitor: State, place: str, about: Any, content: Callable[[], bytes], reading: Reading
) -> Sequences | None:
    """about: tells whether it was read already."""

    def read(chosen: Schema | None = None) -> tuple[Sequences, Report] | DataError:
        most, typed = backend.store().limits.steps, place == "typed"
        try:
            new = visitor.have_read(jobs.read_new, content(), reading, most, chosen, typed)
            return new.sequences(), new.report
        except DataError as error:
            return error

    found = visitor.once(place, about, read)
    if isinstance(found, DataError):
        offer_to_read_again(found, place, lambda schema: visitor.keep(place, about, read(schema)))
        return None
    data, report = found
    say_what_was_read(report.schema, report)
    return data


def say_what_was_read(schema: Schema, report: Report) -> None:
    """Columns that play no part, and rows and words that were not taken as they stand."""
    if schema.unused:
        st.caption(
            _("Not used: {columns}.").format(
                columns=plain(shortened(", ".join(schema.unused), MAX_CHARACTERS))
            )
        )
    if report.found:
        rows(report)
