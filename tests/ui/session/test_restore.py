"""Restoring a session, also from what earlier versions and other tabs have stored."""

import secrets
from dataclasses import replace

from core import LSTM, Recipe
from runs import ComparisonRequest, StoreError
from runs.store.visitors import Visitors
from ui.session import restore
from ui.session.data import open_example
from ui.session.settings import choose_recipe, show_run
from ui.session.workspace import remember_text, set_language


def test_the_workspace_is_restored(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, "1\n2,5\n")
    tab.comparison = ComparisonRequest({"one": ("r1", "r2")}, (0, 1))
    choose_recipe(tab, services, replace(tab.recipe, epochs=7))
    show_run(tab, services, "a run")
    remember_text(tab, services, "box", "[1.5]")
    set_language(tab, services, "zh_CN")
    again = open_tab()
    assert (again.name, again.data, again.data_set) == ("a.csv", tab.data, tab.data_set)
    assert (again.recipe, again.run, again.comparison) == (tab.recipe, "a run", tab.comparison)
    assert (again.typed_texts, again.language) == ({"box": "[1.5]"}, "zh_CN")


# Of commit 3c4f589, which remembered neither texts nor a language; see tests/compatibility.
EARLIER_RECIPE = {
    "task": "regression",
    "return_sequences": False,
    "layers": [{"kind": "LSTM", "units": 6, "bidirectional": True, "dropout": 0.3}],
    "pooling": "mean",
    "dense": [],
    "mask": "lengths",
    "mask_value": 0.0,
    "maxlen": None,
    "padding": "pre",
    "truncating": "pre",
    "value": 0.0,
    "standardize": True,
    "loss": "mse",
    "optimizer": "adam",
    "learning_rate": 0.001,
    "schedule": "constant",
    "weight_decay": 0.0,
    "clip_norm": None,
    "class_weight": "none",
    "epochs": 4,
    "batch_size": 1,
    "validation_split": 0.2,
    "validation_rows": "random",
    "patience": 15,
    "seed": 0,
}


def store(state, services, **workspace) -> None:
    """Store a workspace as another version or tab does."""
    visitors = services.store.visitors
    _stored, created = visitors.record_visit(state.owner.id, lasting=False)
    assert visitors.save(state.owner.id, created, workspace)


def store_settings(state, services, recipe: dict) -> None:
    """Store the open data with a recipe, a run and a comparison."""
    settings = {
        "data": state.digest,
        "recipe": recipe,
        "run": "a run",
        "compared": {"entries": {"by lengths": ["r1"], "no mask": ["r2"]}, "seeds": [0]},
    }
    data_set = None if state.is_example else state.data_set.id
    store(state, services, data_set=data_set, units={state.data_key: settings})


def test_a_workspace_of_an_earlier_version_is_restored(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, "1\n2,5\n")
    store_settings(tab, services, EARLIER_RECIPE)
    again = open_tab()
    assert again.name == "a.csv"
    assert again.recipe.layers == (LSTM(6, bidirectional=True, dropout=0.3),)
    assert again.recipe.epochs == 4
    assert again.run == "a run"
    assert again.comparison == ComparisonRequest({"by lengths": ("r1",), "no mask": ("r2",)}, (0,))


def test_a_recipe_of_another_version_falls_back_to_the_suggested_one(open_tab, services, open_text):
    tab = open_tab()
    open_text(tab, "1\n2,5\n")
    store_settings(tab, services, {"a field of a later version": 1})
    again = open_tab()
    assert (again.name, again.run) == ("a.csv", "a run")
    assert again.recipe == Recipe.suggest(again.data)


def test_settings_of_another_version_stay_stored_until_their_data_is_opened(open_tab, services):
    tab = open_tab()
    later = {"data": "a digest", "recipe": {"later": 1}, "run": None, "compared": None}
    store(tab, services, units={"an id": later})
    again = open_tab()
    choose_recipe(again, services, replace(again.recipe, epochs=7))
    stored, _created = services.store.visitors.record_visit(tab.owner.id, lasting=False)
    assert stored["units"]["an id"] == later
    assert stored["units"]["example"]["recipe"]["epochs"] == 7


def test_an_older_tab_does_not_overwrite_what_a_newer_one_opened(open_tab, services, open_text):
    older, newer = open_tab(), open_tab()
    open_text(newer, "1\n2,5\n")
    show_run(newer, services, "a run")
    choose_recipe(older, services, replace(older.recipe, epochs=9))  # of the example
    again = open_tab()
    assert (again.name, again.run) == ("a.csv", "a run")
    open_example(again, services)
    assert again.recipe.epochs == 9


def test_an_unreadable_workspace_is_not_overwritten(open_tab, services, open_text, monkeypatch):
    open_text(open_tab(), "1\n2,5\n")

    def fail(*_):
        raise StoreError("The database does not respond.")

    with monkeypatch.context() as patch:
        patch.setattr(Visitors, "record_visit", fail)
        other = open_tab()
    assert other.memory.error is not None
    assert other.is_example
    choose_recipe(other, services, replace(other.recipe, epochs=9))
    monkeypatch.setattr(restore, "RETRY_SECONDS", 0)
    restore.retry(other, services)  # as the next run of a page does, some seconds later
    assert other.memory.error is None
    again = open_tab()
    assert again.name == "a.csv"
    open_example(again, services)
    assert again.recipe.epochs == 9


def test_a_workspace_that_becomes_readable_is_restored(open_tab, services, open_text, monkeypatch):
    open_text(open_tab(), "1\n2,5\n")

    def fail(*_):
        raise StoreError("The database does not respond.")

    with monkeypatch.context() as patch:
        patch.setattr(Visitors, "record_visit", fail)
        other = open_tab()
    monkeypatch.setattr(restore, "RETRY_SECONDS", 0)
    restore.retry(other, services)
    assert other.name == "a.csv"


def test_deleted_data_is_replaced_by_the_example_with_its_settings(open_tab, services, open_text):
    tab = open_tab()
    choose_recipe(tab, services, replace(tab.recipe, epochs=3))
    open_text(tab, f"1\n2,{secrets.randbelow(10**9)}\n")
    services.store.data_sets.delete(tab.owner.id, tab.data_set.id)
    again = open_tab()
    assert (again.is_example, again.recipe.epochs) == (True, 3)
