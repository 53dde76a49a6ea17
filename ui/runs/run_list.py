"""List of the visitor's runs: search, pages, comparisons as groups."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from runs import ACTIVE, RunLine, RunState
from ui import backend, samples
from ui.context import get_services, recall_input, remember_input
from ui.i18n import _, format_count, get_language, translate_name
from ui.results.run_labels import describe_recipe
from ui.runs import comparison_group, run_entry, selection
from ui.runs.grouping import Group, complete_comparisons, group_lines
from ui.runs.run_entry import STATES
from ui.session import workspace
from ui.session.state import State
from ui.shell import fragments

REFRESH_SECONDS = 1.0
GROUPS_PER_PAGE = 20
SEARCH_BOX, STATES_BOX, PAGE_BOX = "runs-search", "runs-states", "runs-page"


def show_runs(visitor: State) -> None:
    """Show the list, and what can be done with the selected runs."""
    lines = backend.get_store().runs.list_lines(visitor.owner.id)
    if not lines:
        st.info(_("No runs yet. Every model you train is listed here."))
        st.page_link("pages/3_Train.py", label=_("Train a model"), icon=":material/arrow_forward:")
        return
    if any(line.state in ACTIVE for line in lines):
        fragments.run_fragment(_watch, REFRESH_SECONDS, visitor, _get_states(lines))
    names = {line.data: _name_data(line) for line in lines}
    found = complete_comparisons(_filter_lines(visitor, lines, names), lines)
    selection.show_actions(visitor, lines, found)
    if not found:
        st.caption(_("No run matches."))
        return
    groups = group_lines(found)
    pages = -(-len(groups) // GROUPS_PER_PAGE)
    page = min(st.session_state.get(PAGE_BOX, recall_input(PAGE_BOX, 1)), pages)
    remember_input(PAGE_BOX, page, 1)
    shown = groups[(page - 1) * GROUPS_PER_PAGE : page * GROUPS_PER_PAGE]
    _show_groups(visitor, shown, names)
    if pages > 1:
        st.session_state[PAGE_BOX] = page  # fewer runs match than before
        st.pagination(pages, key=PAGE_BOX)
    if len(found) < len(lines):
        st.caption(
            _("{n} of {all} runs match.").format(
                n=format_count(len(found)), all=format_count(len(lines))
            )
        )


def _show_groups(visitor: State, groups: Sequence[Group], names: dict[str, str]) -> None:
    ids = [id for group in groups for id in group.runs]
    summaries = {run.id: run for run in backend.get_store().runs.list_some(visitor.owner.id, ids)}
    with st.container(gap="xsmall", key="run-list"):
        for group in groups:
            runs = [summaries[id] for id in group.runs if id in summaries]
            if not runs:  # deleted just now, or of another version
                continue
            if group.comparison is None:
                run_entry.show_entry(runs[0], names.get(runs[0].data, ""))
            else:
                comparison_group.show_group(visitor, group.comparison, runs)


def _watch(visitor: State, states: dict[str, str]) -> None:
    """Run the page again as soon as a run has another state."""
    if _get_states(backend.get_store().runs.list_lines(visitor.owner.id)) != states:
        st.rerun()


def _get_states(lines: Sequence[RunLine]) -> dict[str, str]:
    return {line.id: line.state.value for line in lines}


def _name_data(line: RunLine) -> str:
    """Return the name of the data of a run on screen; "" if it was deleted."""
    if line.data_name:
        return translate_name(line.data_name)
    digests = {samples.compute_digest(each.path): each.name for each in samples.SAMPLES}
    return _(digests.get(line.data, ""))


def _filter_lines(
    visitor: State, lines: Sequence[RunLine], names: dict[str, str]
) -> Sequence[RunLine]:
    """Show the search and the choice of states. Returns the lines that match."""
    search_column, state_column = st.columns([3, 2])
    query = search_column.text_input(
        _("Search"),
        value=visitor.typed_texts.get(SEARCH_BOX, ""),
        key=SEARCH_BOX,
        placeholder=_("Search name, note, recipe or data"),
        icon=":material/search:",
        label_visibility="collapsed",
    )
    workspace.remember_text(visitor, get_services(), SEARCH_BOX, query)
    values = [state.value for state in STATES]
    states = state_column.multiselect(
        _("State"),
        list(STATES),
        default=[RunState(each) for each in recall_input(STATES_BOX, [], values)],
        format_func=lambda state: _(STATES[state]),
        key=STATES_BOX,
        placeholder=_("Any state"),
        label_visibility="collapsed",
    )
    remember_input(STATES_BOX, [state.value for state in states], [])
    lines = [line for line in lines if not states or line.state in states]
    query = " ".join(query.casefold().split())
    if not query:
        return lines
    recipes = _describe_recipes(visitor.owner.id, lines)
    texts = {
        line.id: " ".join(
            (translate_name(line.name), line.note, names[line.data], recipes.get(line.id, ""))
        ).casefold()
        for line in lines
    }
    # All words anywhere would find "seed 1" in many runs, so the phrase comes first.
    phrase = [line for line in lines if query in texts[line.id]]
    return phrase or [
        line for line in lines if all(word in texts[line.id] for word in query.split())
    ]


def _describe_recipes(owner: str, lines: Sequence[RunLine]) -> dict[str, str]:
    """Return the description of the recipe of each run, which never changes."""
    cache: dict[str, str] = st.session_state.setdefault(f"run-recipes-{get_language()}", {})
    unknown = [line.id for line in lines if line.id not in cache]
    if unknown:
        runs = backend.get_store().runs.list_some(owner, unknown)
        cache |= dict.fromkeys(unknown, "") | {run.id: describe_recipe(run) for run in runs}
    return cache
