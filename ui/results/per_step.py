"""The picture of answers at every step: one sequence at a time, the visitor says which."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.figures import answers_figure, class_answers_figure
from core.figures.lines import LINE_STEPS
from runs import Answer
from ui.i18n import _, counted, shortened
from ui.mask import padding_form
from ui.shell.plots import draw, figure_words, is_dark


def picture(result: Answer, data: Sequences, key: str) -> None:
    row = padding_form.one_sequence(data, f"{key}-sequence")
    first = int(data.offsets[row])
    steps = slice(first, first + int(data.lengths[row]))
    targets = data.targets[steps] if data.per_step else None
    look = {"dark": is_dark(), "words": figure_words()}
    if result.probabilities is None:
        figure = answers_figure(result.values[steps], targets, **look)
    else:
        figure = class_answers_figure(result.classes, result.probabilities[steps], targets, **look)
    draw(
        figure,
        key=f"{key}-by-step",
        alt=_("The answers at every step of sequence {id}").format(id=shortened(data.ids[row])),
    )
    if data.lengths[row] > LINE_STEPS:
        st.caption(
            _("Drawn: the first {steps} of {all} steps.").format(
                steps=counted(LINE_STEPS), all=counted(data.lengths[row])
            )
        )
