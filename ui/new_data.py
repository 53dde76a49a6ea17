"""New sequences to predict: typed into a box, or in a file like the training data's."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core import DataError, Sequences
from core.missing import indicator_name
from core.reading import (
    Report,
    Schema,
    Table,
    detect_schema,
    open_lists,
    open_table,
    read_table,
    refuse_many_steps,
    schema_like,
)
from core.reading.columns import category_names
from core.reading.long import ELAPSED
from core.reading.words import is_missing, is_number
from ui import server
from ui.problems import offer_to_read_again, rows
from ui.reading import Reading
from ui.shell.uploader import File
from ui.state import State
from ui.words import _, as_typed, plain, shortened

MOST_SUGGESTED = 500  # values in a suggested sequence


def typed_sequences(visitor: State, text: str, reading: Reading) -> Sequences | None:
    """Sequences typed into a box: lists in brackets, numbers with one sequence a line, or CSV
    with the columns of the training data's layout. None, and the reason on screen, when they
    cannot be read; nothing typed is passed over in silence."""
    try:
        table = _typed_table(text)
        chosen = visitor.once("typed", text, lambda: None)  # about what is missing in this text
        found = chosen or _schema_for(reading, table)
        data, report = read_table(table, found)
        if data.features == 1 < reading.features and not table.header:
            nested = re.match(r"\s*\[\s*\[", text) is not None
            data = _by_steps(data, reading.features, nested)
        if not table.header and chosen is None:
            data = replace(data, missing=reading.missing)  # of whole steps, not of numbers in one
    except DataError as error:
        offer_to_read_again(error, "typed", lambda schema: visitor.keep("typed", text, schema))
        return None
    say_what_was_read(found, report)
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
    lengths = [len(steps)] if nested else np.ones(len(steps), dtype=int)
    return Sequences(steps, lengths, missing="mean")


def a_short_sequence(data: Sequences) -> str:
    """The shortest sequence, to begin with, as it is typed; nothing when even that is long."""
    where = int(np.argmin(data.lengths))
    shortest = data[where]
    if shortest.size > MOST_SUGGESTED:
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
    """New sequences from a file that has the columns the model was trained on. Read once a
    file; None, and the reason on screen, when they cannot be read."""
    found = visitor.once("predict", file.id, lambda: _read(reading, file))
    if isinstance(found, DataError):
        offer_to_read_again(
            found,
            "predict",
            lambda schema: visitor.keep("predict", file.id, _read(reading, file, schema)),
        )
        return None
    file.drop()
    data, report = found
    say_what_was_read(data.schema, report)
    return data


def _read(
    reading: Reading, file: File, schema: Schema | None = None
) -> tuple[Sequences, Report] | DataError:
    try:
        most = server.store().limits.steps
        table = open_table(io.BytesIO(file.read()), most)
        data, report = read_table(table, schema or _schema_for(reading, table))
        refuse_many_steps(int(data.lengths.sum()), most)
        if schema is None and not table.header:
            data = replace(data, missing=reading.missing)
        return data, report
    except DataError as error:
        return error


def _schema_for(reading: Reading, table: Table) -> Schema:
    """How new data is read: as the training data was, where both have columns with names."""
    if reading.schema is None:
        return detect_schema(table)
    if not table.header:  # lists and bare numbers, whatever the training data looked like
        missing = "refuse" if reading.missing == "refuse" else "mean"
        return replace(detect_schema(table), missing=missing, indicated=())
    return schema_like(reading.schema, table)


def say_what_was_read(schema: Schema, report: Report) -> None:
    """Columns that play no part, and rows and words that were not taken as they stand."""
    if schema.unused:
        st.caption(_("Not used: {columns}.").format(columns=plain(", ".join(schema.unused))))
    if report.found:
        rows(report)
