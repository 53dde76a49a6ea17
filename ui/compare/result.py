"""Result of a comparison: its runs in progress, then the conclusion."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.evaluation.metric_formats import METRICS, get_format
from core.experiments.compare import LOWER_IS_BETTER, Comparison
from core.figures import plot_differences, plot_loss_bands
from runs import ACTIVE, ComparisonRequest, Request, RunSummary
from ui import backend
from ui.i18n import _, format_count, format_duration, ngettext, translate
from ui.recipe.format import format_field
from ui.results.spreadsheet_csv import to_csv
from ui.session.state import State
from ui.shell import fragments, requests
from ui.shell.plots import draw, get_figure_labels, is_dark

REFRESH_SECONDS = 0.5


def show_comparison(visitor: State, comparison: ComparisonRequest) -> None:
    """Show a comparison."""
    runs = _list_runs(visitor, comparison)
    is_live = any(run.state in ACTIVE for run in runs)
    fragments.run_fragment(
        _show_progress, REFRESH_SECONDS if is_live else None, visitor, comparison, is_live
    )
    if not is_live:
        request = visitor.results.comparison.get(
            comparison, lambda: backend.get_runs().compare(comparison, visitor.owner.id)
        )
        requests.show_result(
            request, lambda request: _show_result(request, visitor), _("Comparing …")
        )
        _show_reuse(runs)


def _list_runs(visitor: State, comparison: ComparisonRequest) -> list[RunSummary]:
    run_ids = {run for runs in comparison.entries.values() for run in runs}
    return [run for run in backend.get_store().runs.list(visitor.owner.id) if run.id in run_ids]


def _list_active_runs(visitor: State, comparison: ComparisonRequest) -> list[RunSummary]:
    """List the runs that have not ended."""
    return [run for run in _list_runs(visitor, comparison) if run.state in ACTIVE]


def _show_reuse(runs: list[RunSummary]) -> None:
    reused = sum(run.reused for run in runs)
    if reused:
        st.caption(
            ngettext(
                "{n} training is reused: same data, same settings, same seed as one before.",
                "{n} trainings are reused: same data, same settings, same seed as ones before.",
                reused,
            )
        )


def _show_progress(visitor: State, comparison: ComparisonRequest, was_live: bool) -> None:
    n_left = len(_list_active_runs(visitor, comparison))
    if was_live and not n_left:
        st.rerun()  # the whole page, because the conclusion is outside this fragment
    if not n_left:
        return
    total = sum(map(len, comparison.entries.values()))
    bar, stop = st.columns([7, 3], vertical_alignment="bottom")
    done = format_count(total - n_left)
    label = ngettext(
        "{done} of {n} training done", "{done} of {n} trainings done", total, done=done
    )
    bar.progress((total - n_left) / total, label)
    stop.button(
        _("Stop all"),
        key="compare-stop",
        icon=":material/stop_circle:",
        width="stretch",
        on_click=_stop,
        args=(visitor, comparison),
    )


def _stop(visitor: State, comparison: ComparisonRequest) -> None:
    for run in _list_active_runs(visitor, comparison):
        backend.get_runs().stop(visitor.owner.id, run.id)


def _show_result(request: Request[Comparison], visitor: State) -> None:
    result: Comparison = request.result
    is_conclusive = any(e.difference and e.difference.excludes_zero for e in result.entries)
    show_message = st.success if is_conclusive and result.part != "training" else st.info
    show_message(translate(result.sentence), icon=":material/balance:")
    dark, labels = is_dark(), get_figure_labels()
    is_share = result.main == "accuracy"
    metric_name = _(METRICS[result.main][0])
    curves_column, differences_column = st.columns(2, gap="medium")
    with curves_column:
        st.markdown(f"**{_('Loss by epoch')}**")
        draw(
            plot_loss_bands(
                {entry.name: entry.curves for entry in result.entries},
                label=_("loss ({name})").format(name=format_field(visitor.recipe, "loss")),
                dark=dark,
                labels=labels,
            ),
            key="compare-curves",
            png="comparison-curves",
            alt=_("Loss curves of the recipes, with bands over the seeds"),
        )
    with differences_column:
        baseline = result.entries[0].name
        st.markdown(f"**{_('Difference from the first recipe')}**")
        draw(
            plot_differences(
                [
                    (entry.name, each.value, each.low, each.high)
                    for entry in result.entries[1:]
                    if (each := entry.difference)
                ],
                label=_("{figure}: difference from {first}").format(
                    figure=metric_name, first=baseline
                ),
                percent=is_share,
                lower_is_better=result.main in LOWER_IS_BETTER,
                dark=dark,
                labels=labels,
            ),
            key="compare-differences",
            png="comparison",
            alt=_("Difference of each recipe from the first, with 95 % intervals"),
        )
        st.caption(
            _(
                "Lines: 95 % intervals, the wider of two: over the seeds and over the sequences "
                "measured on. They hold for all recipes at once. Grey ones contain zero: no "
                "difference can be told."
            )
        )
    frame = build_table(result)
    st.dataframe(frame, hide_index=True, height="content")
    st.caption(_describe_part(result))
    st.download_button(
        _("Download as CSV"),
        lambda: to_csv(result.table),
        file_name="comparison.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
    )


def _describe_part(result: Comparison) -> str:
    text = {
        "test": _("Measured on the test sequences"),
        "validation": _("Measured on the validation sequences"),
        "training": _("Measured on the training sequences"),
    }[result.part]
    if result.rows == "each":
        text = _("Measured on every sequence, by the seed that had not learned from it")
    elif result.rows == "drawn":
        text = _("Measured on the validation sequences, which each seed draws anew")
    seeds = len(result.seeds)
    return text + ngettext("; mean ± sd over {n} seed.", "; mean ± sd over {n} seeds.", seeds)


def build_table(result: Comparison) -> pd.DataFrame:
    """Build a table with one row per recipe, as text."""
    names = [name for name in METRICS if name in result.entries[0].figures]
    table: dict[str, list[str]] = {_("Recipe"): [entry.name for entry in result.entries]}
    for name in names:
        spread = [_format_spread(get_format(name), entry.figures[name]) for entry in result.entries]
        table[_(METRICS[name][0])] = spread
    table[_("Time a training")] = [format_duration(entry.seconds) for entry in result.entries]
    table[_("Steps computed")] = [format_count(entry.steps) for entry in result.entries]
    return pd.DataFrame(table)


def _format_spread(form: str, values: np.ndarray) -> str:
    if len(values) < 2:
        return form.format(values.mean())
    return f"{form.format(values.mean())} ± {form.format(values.std(ddof=1))}"
