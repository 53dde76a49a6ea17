"""Recipe, last run and comparison, which each data set keeps."""

from dataclasses import replace

from core import Recipe
from core.errors import Note
from runs import ComparisonRequest
from ui.session import settings
from ui.session.data import answer, open_data_set, open_example
from ui.session.settings import choose_recipe, edit_settings, record_settings, show_run
from ui.session.state import DataSettings


def test_each_data_set_keeps_its_recipe_run_and_comparison(state, services, open_text):
    choose_recipe(state, services, replace(state.recipe, epochs=3))
    open_text(state, "1\n2,5\n")
    first, comparison = state.data_set, ComparisonRequest({"one": ("run",)}, (0,))
    choose_recipe(state, services, replace(state.recipe, epochs=7))
    state.comparison = comparison
    show_run(state, services, "a run")
    open_text(state, "1\n2,6\n", "b.csv")
    assert (state.run, state.comparison) == (None, None)
    open_example(state, services)
    assert state.recipe.epochs == 3
    open_data_set(state, services, first)
    assert (state.recipe.epochs, state.run, state.comparison) == (7, "a run", comparison)


def test_data_that_is_read_in_another_way_starts_with_the_suggested_recipe(
    state, services, open_text
):
    open_text(state, "id,t,x,z\na,1,2,3\na,2,4,7\nb,1,5,6\n")
    choose_recipe(state, services, replace(state.recipe, epochs=7))
    show_run(state, services, "a run")
    assert answer(state, services, {"features": ["x"]}) is None
    assert (state.recipe, state.run) == (Recipe.suggest(state.data), None)


def test_another_recipe_removes_the_notes_about_a_link(state, services):
    state.address.notes = (Note("padding: “sideways” is not possible here. Using pre."),)
    choose_recipe(state, services, state.recipe)
    assert state.address.notes
    choose_recipe(state, services, replace(state.recipe, epochs=3))
    assert not state.address.notes


def test_the_settings_of_the_data_set_open_longest_ago_are_dropped(state, monkeypatch):
    monkeypatch.setattr(settings, "MAX_DATA_SETS", 2)
    for name in ("first", "second"):
        state.settings[name] = DataSettings(name, state.recipe, None, None)
    record_settings(state)
    assert list(state.settings) == ["second", state.data_key]


def test_settings_are_folded_with_a_new_run_until_they_are_changed_in_every_tab(open_tab, services):
    tab = open_tab()
    choose_recipe(tab, services, replace(tab.recipe, epochs=7))
    show_run(tab, services, "a run")
    assert not open_tab().editing
    edit_settings(tab, services, True)
    assert open_tab().editing
    edit_settings(tab, services, False)
    assert not open_tab().editing
    choose_recipe(tab, services, replace(tab.recipe, epochs=8))  # such as by a link
    assert open_tab().editing


def test_each_data_set_keeps_whether_its_settings_are_shown(state, services, open_text):
    edit_settings(state, services, True)
    open_text(state, "1\n2,5\n")
    assert not state.editing
    open_example(state, services)
    assert state.editing
