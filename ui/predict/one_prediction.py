"""The prediction for one evaluated sequence, beside its true target."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.figures import plot_class_probabilities, plot_step_predictions, plot_step_probabilities
from core.figures.class_probabilities import format_share
from core.figures.text import format_number
from runs import Run
from ui.i18n import _, escape_markdown, format_count, shorten
from ui.predict.evaluated_rows import EvaluatedRows
from ui.predict.row_choice import format_value
from ui.results.file_names import name_file
from ui.shell.plots import draw, draw_once
from ui.shell.target_name import TargetName, get_run_time_name


def show_prediction(rows: EvaluatedRows, row: int, run: Run, target: TargetName) -> None:
    """Show prediction, true target and probabilities of one sequence."""
    if rows.per_step:
        _show_steps(rows, row, run, target)
        return
    part = rows.evaluation
    value, true = part.values[row], part.targets[row]
    numbers, picture = st.columns([2, 3], gap="medium")
    predicted_name, true_name = _("Prediction"), _("True value")
    if target.label is not None:
        name = escape_markdown(shorten(target.label, 40))
        predicted_name, true_name = _("Predicted {name}"), _("True {name}")
        predicted_name, true_name = predicted_name.format(name=name), true_name.format(name=name)
    with numbers.container(horizontal=True, gap="large"):
        st.metric(predicted_name, escape_markdown(format_value(value)), width="content")
        st.metric(true_name, escape_markdown(format_value(true)), width="content")
        if part.classes is None:
            error = format_number(float(value) - float(true)).replace("-", "−")
            st.metric(_("Error"), error, width="content", help=_("Prediction − true value."))
    if part.classes is None:
        return
    with numbers:
        if value == true:
            st.badge(_("Correct"), icon=":material/check:", color="green")
        else:
            st.badge(_("Wrong"), icon=":material/close:", color="red")
    if part.probabilities is not None:
        with picture:
            _draw_probabilities(rows, row, run)


def _draw_probabilities(rows: EvaluatedRows, row: int, run: Run) -> None:
    part = rows.evaluation
    assert part.classes is not None
    assert part.probabilities is not None
    probabilities = part.probabilities[row]
    true_class = next(
        (place for place, name in enumerate(part.classes) if name == part.targets[row]), None
    )
    best = int(np.argmax(probabilities))
    draw(
        draw_once(
            (run.id, "own", row),
            plot_class_probabilities,
            part.classes,
            probabilities,
            true_class,
        ),
        key="own-probabilities",
        alt=_("Probability of each class; the highest is {name} with {share}").format(
            name=shorten(str(part.classes[best])), share=format_share(probabilities[best])
        ),
        png=name_file(run, "probabilities"),
    )


def _show_steps(rows: EvaluatedRows, row: int, run: Run, target: TargetName) -> None:
    """Show the predictions at every step beside the targets."""
    part, first = rows.evaluation, int(rows.starts[row])
    steps = slice(first, first + int(part.lengths[row]))
    key = (run.id, "own", row)
    if part.probabilities is None or part.classes is None:
        figure = draw_once(
            key,
            plot_step_predictions,
            part.values[steps],
            part.targets[steps],
            target=target.label,
            time=get_run_time_name(run),
        )
    else:
        correct = int(np.count_nonzero(part.values[steps] == part.targets[steps]))
        st.metric(
            _("Correct steps"),
            f"{format_count(correct)} / {format_count(int(part.lengths[row]))}",
            help=_("Steps whose predicted class is the true one."),
        )
        figure = draw_once(
            key,
            plot_step_probabilities,
            part.classes,
            part.probabilities[steps],
            part.targets[steps],
            target=target.label,
            time=get_run_time_name(run),
        )
    draw(
        figure,
        key="own-steps",
        alt=_("Predictions and targets at every step of sequence {id}").format(
            id=shorten(str(part.ids[row]))
        ),
        png=name_file(run, "predictions"),
    )
