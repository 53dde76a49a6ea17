"""The state of a tab, and what the server stores of it."""

import secrets
from dataclasses import replace

import pytest

from core.errors import UnpaddedError
from runs import StoreError
from runs.reading import reading_jobs
from runs.store.visitors import Visitors
from ui import backend
from ui.session.state import State
from ui.shell.auth import Owner


@pytest.fixture
def state() -> State:
    return State(Owner("somebody", lasting=False, login=None))


def test_a_file_is_read_once_until_another_comes(state):
    reads = []

    def read():
        reads.append(None)
        return len(reads)

    assert [state.read_once("upload", file, read) for file in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_the_home_pages_run_is_the_last_run_while_the_example_is_open(state):
    state.example_run = "home"
    assert state.last_run == "home"
    state.run = "own"
    assert state.last_run == "own"
    state.open_example()
    assert state.last_run == "home"


@pytest.fixture
def tabs():
    """Open tabs of one visitor, a different one per test."""
    owner = Owner(f"cookie:{secrets.token_hex(8)}", lasting=True, login=None)

    def open_tab() -> State:
        tab = State(owner)
        tab.restore()
        return tab

    return open_tab


def open_file(tab: State, text: str, name: str = "a.csv") -> None:
    content = text.encode()
    read = tab.run_reading_job(reading_jobs.open_file, content, 10**6, reading_jobs.detect())
    tab.open(name, content, read)


def test_the_workspace_is_restored(tabs):
    tab = tabs()
    open_file(tab, "1\n2,5\n")
    tab.choose_recipe(replace(tab.recipe, epochs=7))
    tab.show_run("a run")
    tab.remember_text("box", "[1.5]")
    again = tabs()
    assert (again.name, again.recipe, again.run) == ("a.csv", tab.recipe, "a run")
    assert again.data == tab.data
    assert again.typed_texts == {"box": "[1.5]"}


def test_the_chosen_language_is_remembered(tabs):
    tabs().set_language("zh_CN")
    tab = tabs()
    assert tab.language == "zh_CN"
    tab.set_language("a language of a later version")
    assert tabs().language is None


def test_each_data_set_keeps_its_recipe_and_run(tabs):
    tab = tabs()
    tab.choose_recipe(replace(tab.recipe, epochs=3))
    open_file(tab, "1\n2,5\n")
    first = tab.data_set
    tab.choose_recipe(replace(tab.recipe, epochs=7))
    tab.show_run("a run")
    open_file(tab, "1\n2,6\n", "b.csv")
    assert tab.run is None
    tab.open_example()
    assert tab.recipe.epochs == 3
    tab.open_data_set(first)
    assert (tab.recipe.epochs, tab.run) == (7, "a run")


def test_an_older_tab_does_not_overwrite_what_a_newer_one_opened(tabs):
    older, newer = tabs(), tabs()
    open_file(newer, "1\n2,5\n")
    newer.show_run("a run")
    older.choose_recipe(replace(older.recipe, epochs=9))  # of the example, which it has open
    again = tabs()
    assert (again.name, again.run) == ("a.csv", "a run")
    again.open_example()
    assert again.recipe.epochs == 9


def test_a_tab_from_before_a_deletion_restores_nothing(tabs):
    tab, other = tabs(), tabs()
    tab.remember_text("box", "[777, 888]")
    backend.get_store().visitors.delete(tab.owner.id)
    other.remember_text("box", "[999]")
    tab.choose_recipe(replace(tab.recipe, epochs=9))
    assert tab.memory.is_deleted
    assert other.memory.is_deleted
    assert tabs().typed_texts == {}


def test_an_unreadable_workspace_is_not_overwritten(tabs, monkeypatch):
    tab = tabs()
    open_file(tab, "1\n2,5\n")

    def broken(*_):
        raise StoreError("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(Visitors, "record_visit", broken)
        other = tabs()
        assert other.memory.error is not None
        assert other.is_example
    other.choose_recipe(replace(other.recipe, epochs=9))
    other.restore()  # as the next run of a page does, some seconds later
    assert other.memory.error is None
    again = tabs()
    assert again.name == "a.csv"
    again.open_example()
    assert again.recipe.epochs == 9


def test_data_deleted_in_another_tab_is_reported_and_the_rest_works(tabs):
    tab = tabs()
    open_file(tab, f"1\n2,{secrets.randbelow(10**6)}\n")
    data_set = tab.data_set
    other = tabs()
    backend.get_store().data_sets.delete(tab.owner.id, data_set.id)
    with pytest.raises(UnpaddedError, match="no longer on the server"):
        tab.open_data_set(data_set)
    with pytest.raises(UnpaddedError, match="no longer on the server"):
        other.columns  # noqa: B018
    assert tabs().is_example
