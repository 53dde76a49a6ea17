"""Result of a comparison: its runs in progress, then the conclusion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import streamlit as st

from core import Recipe
from core.evaluation.estimate import Estimate
from core.evaluation.metric_formats import METRICS, get_format
from core.experiments.compare import LOWER_IS_BETTER, Comparison, Entry
from core.families.registry import get_family
from core.figures import format_difference, plot_differences, plot_loss_bands
from runs import ComparisonRequest, RunSummary
from ui import backend
from ui.compare.entry_names import match_names, rename_entries
from ui.compare.progress import Entries, list_active, list_entries, show_progress
from ui.context import get_services
from ui.i18n import (
    _,
    escape_markdown,
    format_count,
    format_duration,
    join_clauses,
    join_list,
    ngettext,
    translate,
)
from ui.recipe.format import format_field
from ui.results.spreadsheet_csv import to_csv
from ui.session.data import renew_widgets
from ui.session.settings import choose_recipe
from ui.session.state import State
from ui.shell import fragments, requests
from ui.shell.plots import draw, get_figure_labels, is_dark

REFRESH_SECONDS = 1.0
RUNS_PAGE = "pages/6_Runs.py"


def show_comparison(
    visitor: State,
    comparison: ComparisonRequest,
    recipes: Mapping[str, Recipe] | None,
    seeds: tuple[int, ...],
) -> None:
    """Show a comparison.

    Args:
        visitor: The visitor.
        comparison: Its runs.
        recipes: Recipes that the form describes now; None if it is invalid.
        seeds: Seeds that the form describes now.
    """
    entries = list_entries(visitor, comparison)
    names = match_names(entries, comparison.seeds, recipes, seeds)
    if names is None:
        st.caption(
            ngettext(
                "The result below is of other settings: {names}, with {n} seed.",
                "The result below is of other settings: {names}, with {n} seeds.",
                len(comparison.seeds),
                names=escape_markdown(join_list(comparison.entries)),
            )
        )
    is_live = bool(list_active(entries))
    fragments.run_fragment(
        _watch, REFRESH_SECONDS if is_live else None, visitor, comparison, names or {}, is_live
    )
    if not is_live:
        request = visitor.results.comparison.get(
            comparison, lambda: backend.get_runs().compare(comparison, visitor.owner.id)
        )
        requests.show_result(
            request,
            lambda request: _show_result(
                rename_entries(request.result, names or {}), visitor, _rename(entries, names or {})
            ),
            _("Comparing …"),
        )
        _show_reuse([run for runs in entries.values() for run in runs])


def _rename(entries: Entries, names: Mapping[str, str]) -> Entries:
    return {names.get(name, name): runs for name, runs in entries.items()}


def _show_reuse(runs: list[RunSummary]) -> None:
    reused = sum(run.reused for run in runs)
    if reused:
        st.caption(
            ngettext(
                "{n} run is reused: same data, settings and seed as an earlier one.",
                "{n} runs are reused: same data, settings and seed as earlier ones.",
                reused,
            )
        )


def _watch(
    visitor: State, comparison: ComparisonRequest, names: Mapping[str, str], was_live: bool
) -> None:
    entries = list_entries(visitor, comparison)
    is_live = bool(list_active(entries))
    if was_live and not is_live:
        st.rerun()  # the whole page, because the conclusion is outside this fragment
    if is_live:
        show_progress(visitor, _rename(entries, names))


def _show_result(result: Comparison, visitor: State, entries: Entries) -> None:
    is_conclusive = any(e.difference and e.difference.excludes_zero for e in result.entries)
    show_message = st.success if is_conclusive and result.part != "training" else st.info
    show_message(translate(result.sentence), icon=":material/balance:")
    _show_differences(result)
    for number, entry in enumerate(result.entries):
        _show_row(visitor, result, entry, number, next(iter(entries[entry.name]), None))
    with st.expander(_("All metrics")):
        st.dataframe(build_table(result), hide_index=True, height="content")
        st.download_button(
            _("Download as CSV"),
            lambda: to_csv(result.table),
            file_name="comparison.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
        )
    if all(get_family(run.recipe).has_epochs for runs in entries.values() for run in runs):
        _show_curves(result, visitor)


def _show_differences(result: Comparison) -> None:
    """Show the interval of the difference of each recipe from the reference."""
    reference, *others = result.entries
    # in the unit of the conclusion
    differences = [
        (entry.name, *_scale(entry.difference, result.percent_factor))
        for entry in others
        if entry.difference is not None
    ]
    if result.main == "accuracy":
        heading = _("{metric}: difference from “{name}” in percentage points")
        label, unit = _("percentage points, more is better"), ""
    else:
        heading = _("{metric}: difference from “{name}” in percent")
        label, unit = _("percent of the reference, less is better"), "%"
    heading = heading.format(metric=_(METRICS[result.main][0]), name=reference.name)
    st.markdown(f"**{escape_markdown(heading)}**")
    texts = [
        f"{name}: {format_difference(value, low, high, unit)}"
        for name, value, low, high in differences
    ]
    draw(
        plot_differences(
            differences,
            label=label,
            unit=unit,
            lower_is_better=result.main in LOWER_IS_BETTER,
            dark=is_dark(),
            labels=get_figure_labels(),
        ),
        key="compare-differences",
        png="comparison",
        alt=_("{what}, with 95% confidence intervals. {texts}").format(
            what=heading, texts=join_clauses(texts)
        ),
    )
    st.caption(
        _("95% confidence intervals, for all recipes at once. Grey: the interval includes zero.")
        + " "
        + _describe_part(result)
    )


def _scale(difference: Estimate, factor: float) -> tuple[float, float | None, float | None]:
    """Multiply a difference and its limits, if it has any, by a factor."""
    if difference.limits is None:
        return factor * difference.value, None, None
    low, high = difference.limits
    return factor * difference.value, factor * low, factor * high


def _show_row(
    visitor: State, result: Comparison, entry: Entry, number: int, run: RunSummary | None
) -> None:
    """Show one recipe: its main metric, and what can be done with it unless it was deleted."""
    recipe = None if run is None else _get_recipe(visitor, run)
    is_current = recipe is not None and recipe.resolve() == visitor.recipe.resolve()
    marks = [_("reference")] if number == 0 else []
    marks += [_("current settings")] if is_current else []
    metric = _format_spread(get_format(result.main), entry.figures[result.main])
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        st.markdown(
            f"**{escape_markdown(entry.name)}**"
            + "".join(f" :gray-badge[{mark}]" for mark in marks)
            + f"  \n{_(METRICS[result.main][0])}: {metric}",
            width="stretch",
        )
        if run is None:
            return
        if not is_current:
            st.button(
                _("Use these settings"),
                key=f"compare-use-{number}",
                icon=":material/check:",
                on_click=_use_recipe,
                args=(visitor, recipe),
                help=_("Sets the recipe of Train, Mask and the next comparison."),
            )
        st.page_link(
            RUNS_PAGE,
            label=_("Open this run"),
            icon=":material/open_in_new:",
            query_params={"run": run.id},
            help=_("Opens the run with seed {n}.").format(n=run.recipe.seed),
        )


def _get_recipe(visitor: State, run: RunSummary) -> Recipe:
    """Return the recipe of a run with the visitor's own seed and validation set."""
    own = visitor.recipe
    recipe = replace(run.recipe, seed=own.seed)
    if recipe.validation_rows == "folds":
        recipe = replace(
            recipe, validation_rows=own.validation_rows, validation_split=own.validation_split
        )
    return recipe


def _use_recipe(visitor: State, recipe: Recipe) -> None:
    choose_recipe(visitor, get_services(), recipe)
    renew_widgets(visitor)  # so that all forms show it


def _show_curves(result: Comparison, visitor: State) -> None:
    st.markdown(f"**{_('Loss per epoch')}**")
    draw(
        plot_loss_bands(
            {entry.name: entry.curves for entry in result.entries},
            label=_("loss ({name})").format(name=format_field(visitor.recipe, "loss")),
            dark=is_dark(),
            labels=get_figure_labels(),
        ),
        key="compare-curves",
        png="comparison-curves",
        alt=_("Loss curves of the recipes, with bands over the seeds"),
    )


def _describe_part(result: Comparison) -> str:
    text = {
        "test": _("Evaluated on the test set"),
        "validation": _("Evaluated on the validation set"),
        "training": _("Evaluated on the training set"),
    }[result.part]
    if result.rows == "each":
        text = _("Evaluated on every sequence once, by cross-validation")
    elif result.rows == "drawn":
        text = _("Evaluated on the validation set, which each seed draws")
    seeds = len(result.seeds)
    return text + ngettext("; mean ± sd over {n} seed.", "; mean ± sd over {n} seeds.", seeds)


def build_table(result: Comparison) -> pd.DataFrame:
    """Build a table with one row per recipe, as text."""
    names = [name for name in METRICS if name in result.entries[0].figures]
    table: dict[str, list[str]] = {_("Recipe"): [entry.name for entry in result.entries]}
    for name in names:
        spread = [_format_spread(get_format(name), entry.figures[name]) for entry in result.entries]
        table[_(METRICS[name][0])] = spread
    table[_("Time per run")] = [format_duration(entry.seconds) for entry in result.entries]
    table[_("Steps computed")] = [format_count(entry.steps) for entry in result.entries]
    return pd.DataFrame(table)


def _format_spread(form: str, values: np.ndarray) -> str:
    if len(values) < 2:
        return form.format(values.mean())
    return f"{form.format(values.mean())} ± {form.format(values.std(ddof=1))}"
