"""How early in a sequence a model's answer is as good as at its end."""

from __future__ import annotations

import streamlit as st

from core import Sequences
from core.evaluation.metric_formats import METRICS
from core.figures import early_figure
from runs import Question, Run
from ui import backend
from ui.i18n import _, ngettext, told
from ui.session import requests
from ui.session.state import State
from ui.shell.plots import draw, figure_words, is_dark


def section(visitor: State, run: Run, data: Sequences | None, key: str) -> None:
    """Of sequences whose targets are known, None: those the run was measured on; computed once it
    is opened."""
    if run.recipe.return_sequences or (data is not None and data.targets is None):
        return
    with st.container(border=True):
        wanted = st.toggle(
            _("How early? ask about beginnings of the sequences"),
            key=f"{visitor.key(f'{key}-early')}-{run.id}",
            help=_(
                "The same figure after a tenth, two tenths, … of each sequence: for those who must "
                "answer before a sequence has ended."
            ),
        )
        if wanted:
            asked = requests.ask(visitor, f"{key}-early", run, data, backend.runs().early)
            requests.answer(
                asked, lambda found: _show(found, key, data), _("Asking about beginnings …")
            )


def _show(asked: Question, key: str, data: Sequences | None) -> None:
    found = asked.result
    st.markdown(told(found.note))
    label, _form, _about = METRICS[found.main]
    draw(
        early_figure(
            found.shares,
            [(each.value, each.low, each.high) for each in found.figures],
            label=_(label),
            percent=found.main == "accuracy",
            enough=found.enough,
            dark=is_dark(),
            words=figure_words(),
        ),
        key=f"{key}-early-figure",
        png="how-early",
        alt=_("How good the answers are after each share of the sequences"),
    )
    words = ngettext(
        "Of {n} sequence; the band is the 95 % interval (bootstrap over sequences).",
        "Of {n} sequences; the band is the 95 % interval (bootstrap over sequences).",
        found.sequences,
    )
    if data is not None and data.split is not None and found.sequences < len(data):
        words += " " + _("Those not marked test are left out.")
    st.caption(words)
