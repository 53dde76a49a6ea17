"""What a trained model is worth on sequences it has not seen, beside simple models."""

from __future__ import annotations

import pandas as pd
import streamlit as st
from plotly.graph_objects import Figure

from core.errors import Note
from core.evaluation.metric_formats import METRICS, written
from core.evaluation.report import NAMES, Evaluation
from core.figures import confidence_figure, confusion_figure, predicted_figure, residuals_figure
from runs import Question, Run
from ui import backend
from ui.i18n import _, counted, ngettext, plain, told
from ui.session import requests
from ui.shell.plots import draw, drawn_once


def comparison(run: Run, mine: bool) -> None:
    """For a run that was measured; ids of sequences are its owner's to see."""
    requests.answer(
        backend.runs().evaluation(run),
        lambda asked: _show(asked, run, mine),
        _("Comparing with simple models …"),
    )


def _show(asked: Question, run: Run, mine: bool) -> None:
    found: Evaluation = asked.result
    if found.part == "training":
        st.info(
            _(
                "No sequences were set apart, so these figures say how well the network remembers, "
                "not how well it does on new sequences."
            ),
            icon=":material/info:",
        )
    for number, note in enumerate(found.notes):
        _verdict(found, note) if number == 0 else st.warning(told(note), icon=":material/warning:")
    if found.copies:
        st.warning(
            ngettext(
                "{n} of these sequences stands among those the network learned from, too: the "
                "figures are too good by that much.",
                "{n} of these sequences stand among those the network learned from, too: the "
                "figures are too good by that much.",
                found.copies,
            )
            + (" " + _("One is {id}.").format(id=plain(found.copied)) if mine else ""),
            icon=":material/content_copy:",
        )
    if found.rivals:
        st.dataframe(
            _table(found),
            hide_index=True,
            height="content",
            column_config={_("Model"): st.column_config.Column(width=260, pinned=True)},
        )
        st.caption(
            ngettext(
                "Measured on {n} sequence, in brackets 95 % intervals (bootstrap over sequences). "
                "The simple models learned from the same sequences as the network.",
                "Measured on {n} sequences, in brackets 95 % intervals (bootstrap over sequences). "
                "The simple models learned from the same sequences as the network.",
                found.sequences,
            )
            + (" " + _flattered() if found.part == "validation" and run.best_epoch else "")
        )
    _pictures(found, run.id)


def _flattered() -> str:
    return _(
        "These sequences also chose the epoch that was kept, which flatters the network a little: "
        "mark some as test to know better."
    )


def _verdict(found: Evaluation, note: Note) -> None:
    ahead = min(rival.ahead.value for rival in found.rivals)
    sure = all(rival.ahead.leaves_zero_out for rival in found.rivals)
    if ahead > 0 and sure:
        st.success(told(note), icon=":material/check_circle:")
    elif ahead > 0:
        st.info(told(note), icon=":material/help:")
    else:
        st.warning(told(note), icon=":material/warning:")


def _table(found: Evaluation) -> pd.DataFrame:
    """A row a model, the best by the main figure first among the simple ones."""
    shown = [name for name in METRICS if name in found.figures]
    rivals = sorted(found.rivals, key=lambda rival: rival.ahead.value)
    models = {_("this network"): found.figures}
    models |= {told(NAMES[rival.name]): rival.figures for rival in rivals}
    table = {_("Model"): list(models)}
    for name in shown:
        table[_(METRICS[name][0])] = [
            written(name, figures[name]) if name in figures else "" for figures in models.values()
        ]
    return pd.DataFrame(table)


def figures(found: Evaluation, run_id: str) -> dict[str, Figure]:
    """Two pictures of what the network answered, by their titles."""
    shown, key = found.pictures, (run_id,)
    if "points" in shown:
        return {
            _("Predicted and true"): drawn_once(key, predicted_figure, shown["points"]),
            _("Errors by length"): drawn_once(key, residuals_figure, shown["points"]),
        }
    return {
        _("What was taken for what"): drawn_once(
            key, confusion_figure, shown["classes"], shown["confusion"]
        ),
        _("How far to trust a probability"): drawn_once(
            key, confidence_figure, shown["confidence"]
        ),
    }


def _pictures(found: Evaluation, run_id: str) -> None:
    pair = figures(found, run_id).items()
    for number, (place, (title, figure)) in enumerate(
        zip(st.columns(2, gap="medium"), pair, strict=True)
    ):
        with place:
            st.markdown(f"**{title}**")
            draw(figure, key=f"merit-{number}-{run_id}", alt=title, png="evaluation")
    drawn = len(found.pictures.get("points", ()))
    if 0 < drawn < found.sequences:
        st.caption(_("Drawn: {n} of them.").format(n=counted(drawn)))
