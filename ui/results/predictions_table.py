"""Table of predictions, on screen and as a download."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from core import Sequences
from core.evaluation.evaluation_set import EvaluationSet
from core.figures import plot_probabilities
from core.i18n import N_
from core.reading.new_data import format_steps
from runs import Prediction, Request
from ui.i18n import (
    _,
    add_brackets,
    escape_markdown,
    format_count,
    join_list,
    ngettext,
    shorten,
    translate,
)
from ui.results import per_step
from ui.results.metrics import show_metrics
from ui.results.spreadsheet_csv import to_csv
from ui.shell.plots import draw, get_figure_labels, is_dark
from ui.shell.target_name import TARGET, UNNAMED, TargetName

MAX_ROWS = 1000  # on screen; the CSV has all
MAX_NAME_STEPS = 100  # steps of a sequence that is named by its values
MAX_DRAWN = 20  # sequences, and classes, in the figure of probabilities
COLUMNS = (N_("sequence"), N_("step"), N_("steps"), N_("prediction"), N_("probability"))


def show_predictions(
    prediction: Request[Prediction],
    data: Sequences,
    target: TargetName = UNNAMED,
    key: str = "typed",
    file: str = "predictions",
) -> None:
    """Show notes, metrics for known targets, the table and its downloads.

    Args:
        prediction: The predictions.
        data: Sequences that were predicted on.
        target: Names of the target.
        key: Prefix of the widget keys.
        file: Name of downloaded files, without extension.
    """
    result = prediction.result
    for note in result.notes:
        st.warning(translate(note), icon=":material/content_cut:")
    for part, figures in result.metrics.items():
        st.markdown(f"**{format_heading(part, data)}**")
        show_metrics(figures)
    if result.per_step:
        per_step.show_figure(result, data, target, key)
    frame = build_table(prediction, data, target.column)
    st.dataframe(
        label_columns(frame.head(MAX_ROWS), target.label),
        hide_index=True,
        column_config={
            _("probability"): st.column_config.ProgressColumn(
                format="percent", min_value=0, max_value=1
            )
        },
    )
    if len(frame) > MAX_ROWS:
        st.caption(
            _("Shown: the first {rows} of {all} rows. The download has all.").format(
                rows=format_count(MAX_ROWS), all=format_count(len(frame))
            )
        )
    with st.container(horizontal=True):
        show_downloads(
            lambda: add_probabilities(frame, prediction),
            file,
            _("Download"),
            _("All rows, with the probability of each class."),
            key=key,
        )
    classes = result.classes
    if classes is not None and result.probabilities is not None and not result.per_step:
        draw(
            plot_probabilities(
                data.ids,
                classes,
                result.probabilities,
                dark=is_dark(),
                labels=get_figure_labels(target.label),
            ),
            key=f"{key}-probabilities",
            png="probabilities",
            alt=_("Probability of each class, for the first sequences"),
        )
        parts = []
        if len(frame) > MAX_DRAWN:
            parts.append(_("the first {rows} sequences").format(rows=MAX_DRAWN))
        if len(classes) > MAX_DRAWN:
            parts.append(_("the {classes} most probable classes").format(classes=MAX_DRAWN))
        if parts:
            st.caption(_("Drawn: {parts}.").format(parts=join_list(parts)))


def format_heading(part: str, data: Sequences) -> str:
    """Format a heading that names the sequences of the metrics."""
    if part == "all":
        return ngettext(
            "On this {n} sequence with a known target",
            "On these {n} sequences with known targets",
            len(data),
        )
    number = int(np.sum(data.split == part))
    return ngettext(
        "On the {n} sequence marked {part}",
        "On the {n} sequences marked {part}",
        number,
        part=_(part),
    )


def _format_sequence(steps: np.ndarray) -> str:
    """Format a sequence as typed, truncated if it is long."""
    if len(steps) <= MAX_NAME_STEPS:
        return format_steps(steps)
    return format_steps(steps[:MAX_NAME_STEPS]).removesuffix("]") + ", …]"


def show_example_predictions(
    prediction: Request[Prediction], data: Sequences, example: Sequences
) -> None:
    """Show the first prediction, and all of them in a table beside the targets of the example."""
    numbers = prediction.result.values
    names = [_format_sequence(data[i]) for i in range(min(len(data), MAX_ROWS))]
    st.metric(
        _("Prediction for {sequence}").format(sequence=escape_markdown(names[0])),
        f"{numbers[0]:.2f}",
    )
    known = () if example.targets is None else example.targets.tolist()
    targets = {_format_sequence(example[i]): float(target) for i, target in enumerate(known)}
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


def label_columns(frame: pd.DataFrame, target: str | None) -> pd.DataFrame:
    """Return a ``build_table`` result with the names of its columns on screen.

    Args:
        frame: The table.
        target: Name of the target on screen; None for the general word.
    """
    names = {name: _(name) for name in COLUMNS}
    label = _(TARGET) if target is None else shorten(" ".join(target.split()))
    if label in names.values():
        label = _(TARGET)
    return frame.rename(columns=lambda name: names.get(name, label))


def build_table(
    prediction: Request[Prediction], data: Sequences, target: str = TARGET
) -> pd.DataFrame:
    """Build the table of predictions.

    Column names are English, as in the CSV, so that scripts work in every language.

    Args:
        prediction: The predictions.
        data: Sequences that were predicted on.
        target: Name of the column of the targets.

    Returns:
        One row per sequence: id, steps, prediction, its probability, and the target if known. For
        per-step predictions, one row per step, with its number.
    """
    result = prediction.result
    targets = data.targets if data.per_step == result.per_step else None
    columns = (data.ids, data.lengths, result.values, result.probabilities, targets)
    return _assemble_table(result.per_step, target, *columns)


def build_evaluation_table(
    evaluation: EvaluationSet, per_step: bool, target: str = TARGET
) -> pd.DataFrame:
    """Build the table for the evaluated sequences of a run, with the probability of each class.

    Args:
        evaluation: The predictions, and what is known about their sequences.
        per_step: The predictions are per step.
        target: Name of the column of the targets.
    """
    columns = (
        evaluation.ids,
        evaluation.lengths,
        evaluation.values,
        evaluation.probabilities,
        evaluation.targets,
    )
    frame = _assemble_table(per_step, target, *columns)
    return _append_probabilities(frame, evaluation.classes, evaluation.probabilities)


def add_probabilities(frame: pd.DataFrame, prediction: Request[Prediction]) -> pd.DataFrame:
    """Add one column per class to a ``build_table`` result: its probability."""
    return _append_probabilities(frame, prediction.result.classes, prediction.result.probabilities)


def show_downloads(
    frame: Callable[[], pd.DataFrame], file: str, label: str, description: str, key: str = ""
) -> None:
    """Show a CSV and a Parquet button for a table.

    The table is built on download, on a thread that does not know the visitor's language.

    Args:
        frame: Builds the table.
        file: File name without extension.
        label: Label of the buttons.
        description: Help text of the buttons.
        key: Prefix of the widget keys.
    """
    formats: dict[str, tuple[Callable[[pd.DataFrame], bytes], str, str]] = {
        "CSV": (to_csv, "csv", "text/csv"),
        "Parquet": (to_parquet, "parquet", "application/vnd.apache.parquet"),
    }
    for name, (write, extension, mime) in formats.items():
        st.download_button(
            add_brackets(label, name),
            partial(_write, write, frame),
            file_name=f"{file}.{extension}",
            mime=mime,
            key=f"{key}-{file}-{extension}",
            on_click="ignore",
            icon=":material/download:",
            help=description,
        )


def _write(write: Callable[[pd.DataFrame], bytes], frame: Callable[[], pd.DataFrame]) -> bytes:
    return write(frame())


def to_parquet(frame: pd.DataFrame) -> bytes:
    """Convert a table to Parquet, with unchanged types and text."""
    return frame.to_parquet(index=False)


def _assemble_table(
    per_step: bool,
    target: str,
    ids: np.ndarray,
    lengths: np.ndarray,
    values: np.ndarray,
    probabilities: np.ndarray | None,
    targets: np.ndarray | None,
) -> pd.DataFrame:
    top_probabilities = None if probabilities is None else probabilities.max(axis=1)
    if len(values) != len(lengths):  # one row per step
        starts = np.cumsum(lengths) - lengths
        ids = np.repeat(ids, lengths)
        lengths = np.arange(len(values)) - np.repeat(starts, lengths) + 1
    sequence, step, steps, prediction, probability = COLUMNS
    names = (sequence, step if per_step else steps, prediction, probability)
    columns = zip(
        (*names, TARGET if target in COLUMNS else target),
        (ids, lengths, values, top_probabilities, targets),
        strict=True,
    )
    return pd.DataFrame({name: column for name, column in columns if column is not None})


def _append_probabilities(
    frame: pd.DataFrame, classes: np.ndarray | None, probabilities: np.ndarray | None
) -> pd.DataFrame:
    if probabilities is None or classes is None:
        return frame
    names = [f"p({name})" for name in classes]
    if frame.columns[-1] in names:
        frame = frame.rename(columns={frame.columns[-1]: TARGET})
    return pd.concat([frame, pd.DataFrame(probabilities, columns=names)], axis=1)
