"""The runs of a comparison in the list: its conclusion, its recipes and their runs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.evaluation.metric_formats import METRICS, get_format
from core.experiments.compare import LOWER_IS_BETTER, Comparison, Entry
from runs import ACTIVE, ComparisonRequest, Request, RunSummary
from ui import backend
from ui.context import recall_input, remember_input
from ui.i18n import _, add_brackets, escape_markdown, ngettext, shorten, translate, translate_name
from ui.results.run_labels import format_start
from ui.runs import selection
from ui.session.state import State
from ui.shell import requests

RUNS_PAGE = "pages/6_Runs.py"
MAX_TITLE = 80  # characters


def show_group(visitor: State, comparison: str, runs: Sequence[RunSummary]) -> None:
    """Show a comparison, which opens on a click.

    Args:
        visitor: The visitor's state.
        comparison: Id of the comparison.
        runs: Its runs that are left, newest first.
    """
    runs = runs[::-1]  # in the order in which they were started
    entries: dict[str, list[RunSummary]] = {}
    for run in runs:
        entries.setdefault(run.entry, []).append(run)
    title = _format_title(runs[0], list(entries))
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"entry-{comparison}"
    ):
        selection.offer_selection(*runs, label=title)
        key = f"comparison-{comparison}"
        # Its identity includes how it started, which therefore does not change in a session.
        was_open = st.session_state.setdefault(f"{key}-started", recall_input(key, False))
        box = st.expander(
            f"**{escape_markdown(title)}**\n\n:small[:gray[{_format_details(runs)}]]",
            expanded=was_open,
            key=key,
            on_change="rerun",
        )
        remember_input(key, bool(box.open), False)
    if box.open:
        with box:
            _show_entries(visitor, comparison, entries)


def _format_title(run: RunSummary, names: list[str]) -> str:
    """Format the data and the names of the recipes."""
    data = translate_name(run.name).removesuffix(f": {run.entry}")
    return shorten(f"{data}: {' / '.join(names)}", MAX_TITLE)


def _format_details(runs: Sequence[RunSummary]) -> str:
    parts = [ngettext("comparison of {n} run", "comparison of {n} runs", len(runs))]
    n_active = sum(run.state in ACTIVE for run in runs)
    if n_active:
        parts.append(ngettext("{n} still training", "{n} still training", n_active))
    return " · ".join(escape_markdown(part) for part in [*parts, format_start(runs[0])])


def _show_entries(visitor: State, comparison: str, entries: dict[str, list[RunSummary]]) -> None:
    """Show the conclusion as soon as all runs have ended, and the runs of each recipe."""
    runs = [run for runs in entries.values() for run in runs]
    seeds = [{run.recipe.seed for run in runs} for runs in entries.values()]
    is_complete = len(entries) > 1 and all(each == seeds[0] for each in seeds)
    has_results = all(run.has_predictions for run in runs)
    result = None
    if is_complete and has_results:
        request = _request(visitor, comparison, entries)
        requests.show_result(request, _show_conclusion, _("Comparing …"))
        result = request.result if request.done and request.error is None else None
    elif not any(run.state in ACTIVE for run in runs):
        st.caption(_("Some runs failed, were stopped or deleted, so there is no conclusion."))
    for name, own in entries.items():
        st.markdown(_format_entry(name, own, result))
        with st.container(horizontal=True, gap="small"):
            for run in own:
                st.page_link(
                    RUNS_PAGE,
                    label=_("seed {n}").format(n=run.recipe.seed),
                    query_params={"run": run.id},
                    icon="",
                )


def _request(
    visitor: State, comparison: str, entries: dict[str, list[RunSummary]]
) -> Request[Comparison]:
    """Request the comparison, once per session."""
    sent = visitor.results.conclusions
    if comparison not in sent:
        by_seed = {
            name: sorted(runs, key=lambda run: run.recipe.seed) for name, runs in entries.items()
        }
        seeds = tuple(run.recipe.seed for run in next(iter(by_seed.values())))
        ids = {name: tuple(run.id for run in runs) for name, runs in by_seed.items()}
        sent[comparison] = backend.get_runs().compare(
            ComparisonRequest(ids, seeds), visitor.owner.id
        )
    return sent[comparison]


def _show_conclusion(request: Request[Comparison]) -> None:
    st.markdown(translate(request.result.sentence))


def _format_entry(name: str, runs: list[RunSummary], result: Comparison | None) -> str:
    """Format a recipe, its mean score and how it compares with the first one."""
    parts = [f"**{escape_markdown(name)}**"]
    if result is not None:
        entry = next(each for each in result.entries if each.name == name)
        template, values = get_format(result.main), entry.figures[result.main]
        label = _(METRICS[result.main][0])
        score = f"{label} {template.format(float(values.mean()))}"
        parts.append(add_brackets(score, _(result.part)))
        parts.append(_mark(entry, result))
    parts.append(ngettext("{n} run", "{n} runs", len(runs)))
    return " · ".join(part for part in parts if part)


def _mark(entry: Entry, result: Comparison) -> str:
    """Mark a recipe as better than the first one, or as the best, if that is conclusive."""
    first, *others = result.entries
    if result.part == "training":
        return ""
    sign = -1 if result.main in LOWER_IS_BETTER else 1
    if entry is first:
        is_best = all(
            other.difference is not None
            and other.difference.excludes_zero
            and sign * other.difference.value < 0
            for other in others
        )
        return f":green-badge[{_('best')}]" if is_best else ""
    difference = entry.difference
    if difference is None or not difference.excludes_zero or sign * difference.value <= 0:
        return ""
    if len(others) == 1:
        return f":green-badge[{_('best')}]"
    text = _("better than {name}").format(name=escape_markdown(shorten(first.name, 40)))
    return f":green-badge[{text}]"
