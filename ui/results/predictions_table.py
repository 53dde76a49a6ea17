"""Predictions as a table, on screen and as CSV."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.data.tokens import is_number
from core.evaluation.predictions import Measured
from core.figures import probabilities_figure
from core.i18n import N_
from core.reading.new_data import as_typed
from runs import Question
from ui.i18n import _, counted, listed, ngettext, plain, told
from ui.results import per_step as by_step
from ui.results.metrics import metrics
from ui.shell.plots import draw, figure_words, is_dark

MAX_ROWS = 1000  # on screen; the CSV holds all
MAX_NAMED = 100  # steps, of a sequence that its own numbers name
MAX_DRAWN = 20  # sequences, and classes, in the picture of probabilities


def predictions(prediction: Question, data: Sequences, key: str = "typed") -> None:
    """Notes, metrics where the targets are known, the table, its download."""
    result = prediction.result
    for note in result.notes:
        st.warning(told(note), icon=":material/content_cut:")
    for part, figures in result.metrics.items():
        st.markdown(f"**{_measured_on(part, data)}**")
        metrics(figures)
    if result.per_step:
        by_step.picture(result, data, key)
    frame = table(prediction, data)
    st.dataframe(
        frame.head(MAX_ROWS).rename(columns=_),
        hide_index=True,
        column_config={
            _("probability"): st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            )
        },
    )
    if len(frame) > MAX_ROWS:
        st.caption(
            _("Shown: the first {rows} of {all}; the CSV holds all.").format(
                rows=counted(MAX_ROWS), all=counted(len(frame))
            )
        )
    with st.container(horizontal=True):
        downloads(
            lambda: with_probabilities(frame, prediction),
            "predictions",
            _("Download"),
            _("Every row, with the probability of each class."),
            key=key,
        )
    if result.probabilities is not None and not result.per_step:
        draw(
            probabilities_figure(
                data.ids, result.classes, result.probabilities, dark=is_dark(), words=figure_words()
            ),
            key=f"{key}-probabilities",
            png="probabilities",
            alt=_("Probability of each class, for the first sequences"),
        )
        drawn = []
        if len(frame) > MAX_DRAWN:
            drawn.append(_("the first {rows} sequences").format(rows=MAX_DRAWN))
        if len(result.classes) > MAX_DRAWN:
            drawn.append(_("the {classes} most probable classes").format(classes=MAX_DRAWN))
        if drawn:
            st.caption(_("Drawn: {parts}.").format(parts=listed(drawn)))


def _measured_on(part: str, data: Sequences) -> str:
    """A heading that says which of the new sequences the figures are about."""
    if part == "all":
        return ngettext(
            "On this {n} sequence with a known target",
            "On these {n} sequences with known targets",
            len(data),
        )
    number = int((data.split == part).sum())
    return ngettext(
        "On the {n} sequence marked {part}",
        "On the {n} sequences marked {part}",
        number,
        part=_(part),
    )


def _named(steps: np.ndarray) -> str:
    """A sequence as it was typed, the beginning of a long one."""
    if len(steps) <= MAX_NAMED:
        return as_typed(steps)
    return as_typed(steps[:MAX_NAMED]).removesuffix("]") + ", …]"


def example_predictions(prediction: Question, data: Sequences, example: Sequences) -> None:
    """The first answer large, all of them in a table beside the example's targets."""
    numbers = prediction.result.values
    names = [_named(data[i]) for i in range(min(len(data), MAX_ROWS))]
    st.metric(_("Prediction for {sequence}").format(sequence=plain(names[0])), f"{numbers[0]:.2f}")
    targets = {_named(example[i]): float(example.targets[i]) for i in range(len(example))}
    st.dataframe(
        pd.DataFrame(
            {
                _("Sequence"): names,
                _("Prediction"): numbers[:MAX_ROWS],
                _("Target"): [targets.get(name, np.nan) for name in names],
            }
        ),
        hide_index=True,
        column_config={
            _("Prediction"): st.column_config.NumberColumn(format="%.2f"),
            _("Target"): st.column_config.NumberColumn(format="%g"),
        },
        placeholder="–",
    )


def table(prediction: Question, data: Sequences) -> pd.DataFrame:
    """One row a sequence: id, steps, prediction, its probability, and the target if known; or a
    row a step, with its number. Columns are named in English, as they are in the CSV, so that
    scripts can tell them in any language."""
    result = prediction.result
    targets = data.targets if data.per_step == result.per_step else None
    columns = (data.ids, data.lengths, result.values, result.probabilities, targets)
    return _table(result.per_step, *columns)


def measured(answers: Measured, per_step: bool) -> pd.DataFrame:
    """As ``table``, with the probability of each class, for the rows a run was measured on."""
    columns = (answers.ids, answers.lengths, answers.values, answers.probabilities, answers.targets)
    frame = _table(per_step, *columns)
    return _with_probabilities(frame, answers.classes, answers.probabilities)


def with_probabilities(frame: pd.DataFrame, prediction: Question) -> pd.DataFrame:
    """A ``table`` with one more column a class: its probability."""
    return _with_probabilities(frame, prediction.result.classes, prediction.result.probabilities)


def downloads(
    frame: Callable[[], pd.DataFrame], file: str, label: str, about: str, key: str = ""
) -> None:
    """Two buttons for a table that is made when it is asked for, outside the script's thread,
    where the visitor's language is not known."""
    ways = {
        "CSV": (as_csv, "csv", "text/csv"),
        "Parquet": (as_parquet, "parquet", "application/vnd.apache.parquet"),
    }
    for way, (write, ending, mime) in ways.items():
        st.download_button(
            f"{label} ({way})",
            lambda write=write: write(frame()),
            file_name=f"{file}.{ending}",
            mime=mime,
            key=f"{key}-{file}-{ending}",
            on_click="ignore",
            icon=":material/download:",
            help=about,
        )


def as_parquet(frame: pd.DataFrame) -> bytes:
    """Types and text as they are."""
    return frame.to_parquet(index=False)


def as_csv(frame: pd.DataFrame) -> bytes:
    """Safe to open in a spreadsheet: text that would be taken for a formula is marked as text."""
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(_no_formula)
    return safe.rename(columns=_no_formula).to_csv(index=False).encode()


def _no_formula(cell: object) -> object:
    begins = isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@"))
    return f"'{cell}" if begins and not is_number(cell) else cell


def _table(
    per_step: bool,
    ids: np.ndarray,
    lengths: np.ndarray,
    values: np.ndarray,
    probabilities: np.ndarray | None,
    targets: np.ndarray | None,
) -> pd.DataFrame:
    surest = None if probabilities is None else probabilities.max(axis=1)
    if len(values) != len(lengths):  # a row a step
        starts = np.cumsum(lengths) - lengths
        ids = np.repeat(ids, lengths)
        lengths = np.arange(len(values)) - np.repeat(starts, lengths) + 1
    steps = N_("step") if per_step else N_("steps")
    names = (N_("sequence"), steps, N_("prediction"), N_("probability"), N_("target"))
    columns = zip(names, (ids, lengths, values, surest, targets), strict=True)
    return pd.DataFrame({name: column for name, column in columns if column is not None})


def _with_probabilities(
    frame: pd.DataFrame, classes: np.ndarray | None, probabilities: np.ndarray | None
) -> pd.DataFrame:
    if probabilities is None:
        return frame
    names = [f"p({name})" for name in classes]
    return pd.concat([frame, pd.DataFrame(probabilities, columns=names)], axis=1)
