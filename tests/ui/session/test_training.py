"""Training on the open data: what a limit refuses leaves neither runs nor another state."""

import secrets
from dataclasses import replace

import pytest

from core import LSTM, Recipe
from core.errors import DataError, QuotaError
from runs import RunState
from tests.support.cluster_runs import QUICK, wait_until_ended
from tests.support.sessions import copy_state
from ui.session.data import open_example
from ui.session.training import (
    continue_run,
    start_comparison,
    start_training,
    train_alone,
    train_example,
)

TOO_LARGE = replace(QUICK, layers=(LSTM(1024),) * 8)  # weights


def list_runs(state, services) -> list[str]:
    return [run.id for run in services.store.runs.list(state.owner.id)]


def make_recipe() -> Recipe:
    """Make a recipe that no other test trains, so that no result is reused."""
    return replace(QUICK, seed=secrets.randbelow(10**6))


def test_a_run_is_trained_on_the_open_data_and_shown(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, 'sequence,target\n[1],1.5\n"[2, 5]",2.5\n')
    run_id = start_training(tab, services, make_recipe())
    assert (tab.run, tab.last_run) == (run_id, run_id)
    assert open_tab().run == run_id
    run = wait_until_ended(services.runs, run_id)
    assert (run.state, run.name, run.data) == (RunState.FINISHED, "a.csv", tab.digest)
    assert run.reading["schema"]["layout"] == "list"


def test_the_same_training_reuses_the_result_until_it_is_trained_alone(state, services):
    recipe = make_recipe()
    first = start_training(state, services, recipe)
    wait_until_ended(services.runs, first)
    reused = start_training(state, services, recipe)
    assert services.runs.get(reused).reused
    state.example_run = reused
    alone = train_alone(state, services, reused)
    assert (state.run, state.example_run) == (alone, alone)
    assert not wait_until_ended(services.runs, alone).reused


def test_a_run_that_is_not_shown_is_trained_alone_in_the_background(state, services):
    recipe = make_recipe()
    wait_until_ended(services.runs, start_training(state, services, recipe))
    reused = start_training(state, services, recipe)
    shown = start_training(state, services, make_recipe())
    assert train_alone(state, services, reused) != reused
    assert (state.run, state.example_run) == (shown, None)


def test_a_network_beyond_the_limit_is_refused(state, services):
    before = copy_state(state)
    with pytest.raises(QuotaError, match="weights"):
        start_training(state, services, TOO_LARGE)
    assert state == before
    assert list_runs(state, services) == []


def test_data_deleted_in_another_tab_cannot_be_trained_on(state, services, open_text):
    open_text(state, f"1\n2,{secrets.randbelow(10**9)}\n")
    services.store.data_sets.delete(state.owner.id, state.data_set.id)
    before = copy_state(state)
    with pytest.raises(DataError, match="no longer on the server"):
        start_training(state, services, make_recipe())
    assert state == before


def test_the_home_page_trains_the_example_whatever_data_is_open(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, "1\n2,5\n")
    train_example(tab, services)
    assert tab.run is None
    assert services.runs.get(tab.example_run).recipe == Recipe.example()
    assert open_tab().example_run == tab.example_run
    services.runs.stop(tab.owner.id, tab.example_run)


def test_a_comparison_trains_each_recipe_with_each_seed(open_tab, services, open_text):
    tab = open_tab()
    recipes = {"one": QUICK, "two": replace(QUICK, mask="none")}
    start_comparison(tab, services, recipes, seeds=(3, 5))
    comparison = tab.comparison
    assert {name: len(runs) for name, runs in comparison.entries.items()} == {"one": 2, "two": 2}
    for name, run_ids in comparison.entries.items():
        runs = [services.runs.get(run_id) for run_id in run_ids]
        assert [run.recipe for run in runs] == [replace(recipes[name], seed=s) for s in (3, 5)]
        assert {run.name for run in runs} == {f"Three sequences: {name}"}
        assert {run.entry for run in runs} == {name}
    summaries = services.store.runs.list(tab.owner.id)
    assert len({run.comparison for run in summaries} - {None}) == 1
    assert tab.run is None
    open_text(tab, "1\n2,5\n")
    assert tab.comparison is None
    open_example(tab, services)
    assert tab.comparison == comparison
    for run_id in list_runs(tab, services):
        services.runs.stop(tab.owner.id, run_id)


def test_a_comparison_that_exceeds_a_limit_keeps_no_run(state, services):
    before = copy_state(state)
    with pytest.raises(QuotaError, match="weights"):
        start_comparison(state, services, {"one": make_recipe(), "two": TOO_LARGE}, seeds=(0, 1))
    assert state == before
    assert list_runs(state, services) == []


def test_a_continued_run_is_shown_where_the_first_one_was(state, services):
    first = start_training(state, services, make_recipe())
    run = wait_until_ended(services.runs, first)
    continued = continue_run(state, services, run, epochs=5)
    assert state.run == continued
    assert len(wait_until_ended(services.runs, continued).history["loss"]) == 5
    assert continue_run(state, services, run, epochs=4) != state.run == continued


def test_a_deleted_run_is_not_continued(state, services):
    first = start_training(state, services, make_recipe())
    run = wait_until_ended(services.runs, first)
    services.store.runs.delete(state.owner.id, first)
    before = copy_state(state)
    with pytest.raises(DataError, match="no longer on the server"):
        continue_run(state, services, run, epochs=5)
    assert state == before
