"""A comparison on screen: its trainings as they run, then what can be concluded."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.evaluation.metric_formats import METRICS, form_of
from core.experiments.compare import LOWER_IS_BETTER, Comparison
from core.figures import bands_figure, differences_figure
from runs import ACTIVE, Compared, Question, RunLine
from ui import backend
from ui.i18n import _, counted, lasting, loss_name, ngettext, told
from ui.results import predictions_table
from ui.session import requests
from ui.session.state import State
from ui.shell import fragments
from ui.shell.plots import draw, figure_words, is_dark

REFRESH_SECONDS = 0.5


def show(visitor: State, about: Compared) -> None:
    runs = _runs(visitor, about)
    live = any(run.state in ACTIVE for run in runs)
    fragments.live(_progress, REFRESH_SECONDS if live else None, visitor, about, live)
    if not live:
        asked = visitor.asked.get("compared")
        if asked is None or asked[1] != about:
            asked = ("", about, backend.runs().compare(about, visitor.owner.id))
            visitor.asked["compared"] = asked
        requests.answer(asked[2], lambda found: _show(found, visitor), _("Comparing …"))
        _say_what_was_reused(runs)


def _runs(visitor: State, about: Compared) -> list[RunLine]:
    ours = {run for runs in about.entries.values() for run in runs}
    return [run for run in backend.store().runs.list(visitor.owner.id) if run.id in ours]


def _active(visitor: State, about: Compared) -> list[RunLine]:
    """The trainings that have not ended."""
    return [run for run in _runs(visitor, about) if run.state in ACTIVE]


def _say_what_was_reused(runs: list[RunLine]) -> None:
    reused = sum(run.reused for run in runs)
    if reused:
        st.caption(
            ngettext(
                "{n} training is reused: same data, same settings, same seed as one before.",
                "{n} trainings are reused: same data, same settings, same seed as ones before.",
                reused,
            )
        )


def _progress(visitor: State, about: Compared, was_live: bool) -> None:
    left = len(_active(visitor, about))
    if was_live and not left:
        st.rerun()  # the whole page: the conclusion stands outside this fragment
    if not left:
        return
    total = sum(map(len, about.entries.values()))
    bar, stop = st.columns([7, 3], vertical_alignment="bottom")
    done = counted(total - left)
    words = ngettext(
        "{done} of {n} training done", "{done} of {n} trainings done", total, done=done
    )
    bar.progress((total - left) / total, words)
    stop.button(
        _("Stop all"),
        key="compare-stop",
        icon=":material/stop_circle:",
        width="stretch",
        on_click=_stop,
        args=(visitor, about),
    )


def _stop(visitor: State, about: Compared) -> None:
    for run in _active(visitor, about):
        backend.runs().stop(visitor.owner.id, run.id)


def _show(asked: Question, visitor: State) -> None:
    found: Comparison = asked.result
    sure = any(e.difference and e.difference.leaves_zero_out for e in found.entries)
    say = st.success if sure and found.part != "training" else st.info
    say(told(found.sentence), icon=":material/balance:")
    look = {"dark": is_dark(), "words": figure_words()}
    share = found.main == "accuracy"
    main = _(METRICS[found.main][0])
    left, right = st.columns(2, gap="medium")
    with left:
        st.markdown(f"**{_('Loss by epoch')}**")
        draw(
            bands_figure(
                {entry.name: entry.curves for entry in found.entries},
                label=_("loss ({name})").format(name=loss_name(visitor.recipe.loss)),
                **look,
            ),
            key="compare-curves",
            png="comparison-curves",
            alt=_("Loss curves of the recipes, with bands over the seeds"),
        )
    with right:
        first = found.entries[0].name
        st.markdown(f"**{_('Difference from the first recipe')}**")
        draw(
            differences_figure(
                [
                    (entry.name, each.value, each.low, each.high)
                    for entry in found.entries[1:]
                    if (each := entry.difference)
                ],
                label=_("{figure}: difference from {first}").format(figure=main, first=first),
                percent=share,
                lower_is_better=found.main in LOWER_IS_BETTER,
                **look,
            ),
            key="compare-differences",
            png="comparison",
            alt=_("Difference of each recipe from the first, with 95 % intervals"),
        )
        st.caption(
            (
                _(
                    "Lines: 95 % intervals, the wider of two: over the seeds (paired t) and over "
                    "the sequences measured on (bootstrap)."
                )
                if found.rows == "same"
                else _(
                    "Lines: 95 % intervals over the seeds (paired t, corrected for the sequences "
                    "that their trainings share)."
                )
            )
            + " "
            + _("Grey ones hold zero: no difference can be told.")
        )
    frame = _table(found)
    st.dataframe(frame, hide_index=True, height="content")
    st.caption(_part(found))
    st.download_button(
        _("Download as CSV"),
        lambda: predictions_table.as_csv(found.table),
        file_name="comparison.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _part(found: Comparison) -> str:
    words = {
        "test": _("Measured on the test sequences"),
        "validation": _("Measured on the validation sequences"),
        "training": _("Measured on the training sequences"),
    }[found.part]
    if found.rows == "each":
        words = _("Measured on every sequence, by the seed that had not learned from it")
    elif found.rows == "drawn":
        words = _("Measured on the validation sequences, which each seed draws anew")
    seeds = len(found.seeds)
    return words + ngettext("; mean ± sd over {n} seed.", "; mean ± sd over {n} seeds.", seeds)


def _table(found: Comparison) -> pd.DataFrame:
    """A row a recipe, as text."""
    shown = [name for name in METRICS if name in found.entries[0].figures]
    table: dict[str, list[str]] = {_("Recipe"): [entry.name for entry in found.entries]}
    for name in shown:
        spread = [_spread(form_of(name), entry.figures[name]) for entry in found.entries]
        table[_(METRICS[name][0])] = spread
    table[_("Time a training")] = [lasting(entry.seconds) for entry in found.entries]
    table[_("Steps computed")] = [counted(entry.steps) for entry in found.entries]
    return pd.DataFrame(table)


def _spread(form: str, values) -> str:
    if len(values) < 2:
        return form.format(values.mean())
    return f"{form.format(values.mean())} ± {form.format(values.std(ddof=1))}"
