"""Figure of per-step predictions for one sequence, which the visitor chooses."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.figures import plot_step_predictions, plot_step_probabilities
from core.figures.sequence_lines import MAX_LINE_STEPS
from runs import Prediction
from ui.i18n import _, format_count, shorten
from ui.mask import padding_form
from ui.shell.plots import draw, get_figure_labels, is_dark
from ui.shell.target_name import TargetName


def show_figure(result: Prediction, data: Sequences, target: TargetName, key: str) -> None:
    """Show the figure."""
    row = padding_form.choose_sequence(data, f"{key}-sequence", f"{key}-by-step")
    first = int(data.offsets[row])
    steps = slice(first, first + int(data.lengths[row]))
    targets = data.targets[steps] if data.targets is not None and data.per_step else None
    dark, labels = is_dark(), get_figure_labels(target.label)
    if result.probabilities is None or result.classes is None:
        figure = plot_step_predictions(result.values[steps], targets, dark=dark, labels=labels)
    else:
        figure = plot_step_probabilities(
            result.classes, result.probabilities[steps], targets, dark=dark, labels=labels
        )
    draw(
        figure,
        key=f"{key}-by-step",
        alt=_("Predictions at every step of sequence {id}").format(id=shorten(data.ids[row])),
    )
    if data.lengths[row] > MAX_LINE_STEPS:
        st.caption(
            _("Drawn: the first {steps} of {all} steps.").format(
                steps=format_count(MAX_LINE_STEPS), all=format_count(data.lengths[row])
            )
        )
