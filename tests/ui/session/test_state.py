"""One dataclass a tab, and what the server remembers of it."""

import secrets
from dataclasses import replace

import pytest

from core import DataError
from runs import StoreError
from runs.reading import jobs
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

    assert [state.once("upload", file, read) for file in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_the_home_pages_run_serves_as_long_as_the_example_is_open(state):
    state.example_run = "home"
    assert state.trained == "home"
    state.run = "own"
    assert state.trained == "own"
    state.open_example()
    assert state.trained == "home"


@pytest.fixture
def tabs():
    """Opens tabs of one visitor, and of another one at every call of a new test."""
    owner = Owner(f"cookie:{secrets.token_hex(8)}", lasting=True, login=None)

    def opened() -> State:
        tab = State(owner)
        tab.restore()
        return tab

    return opened


def open_file(tab: State, text: str, name: str = "a.csv") -> None:
    content = text.encode()
    read = tab.have_read(jobs.open_file, content, 10**6, jobs.detected())
    tab.open(name, content, read)


def test_what_was_open_is_there_again(tabs):
    tab = tabs()
    open_file(tab, "1\n2,5\n")
    tab.choose(replace(tab.recipe, epochs=7))
    tab.show("a run")
    tab.remember("box", "[1.5]")
    again = tabs()
    assert (again.name, again.recipe, again.run) == ("a.csv", tab.recipe, "a run")
    assert again.data == tab.data
    assert again.typed == {"box": "[1.5]"}


def test_the_language_that_was_chosen_is_remembered(tabs):
    tabs().read_in("zh_CN")
    tab = tabs()
    assert tab.language == "zh_CN"
    tab.read_in("a language of a later version")
    assert tabs().language is None


def test_each_data_set_has_the_recipe_and_the_run_it_was_left_with(tabs):
    tab = tabs()
    tab.choose(replace(tab.recipe, epochs=3))
    open_file(tab, "1\n2,5\n")
    first = tab.kept
    tab.choose(replace(tab.recipe, epochs=7))
    tab.show("a run")
    open_file(tab, "1\n2,6\n", "b.csv")
    assert tab.run is None
    tab.open_example()
    assert tab.recipe.epochs == 3
    tab.open_kept(first)
    assert (tab.recipe.epochs, tab.run) == (7, "a run")


def test_an_older_tab_does_not_take_back_what_a_newer_one_opened(tabs):
    older, newer = tabs(), tabs()
    open_file(newer, "1\n2,5\n")
    newer.show("a run")
    older.choose(replace(older.recipe, epochs=9))  # of the example, which it has open
    again = tabs()
    assert (again.name, again.run) == ("a.csv", "a run")
    again.open_example()
    assert again.recipe.epochs == 9


def test_a_tab_from_before_everything_was_deleted_brings_nothing_back(tabs):
    tab, other = tabs(), tabs()
    tab.remember("box", "[777, 888]")
    backend.store().visitors.delete(tab.owner.id)
    other.remember("box", "[999]")
    tab.choose(replace(tab.recipe, epochs=9))
    assert tab.memory.forgotten
    assert other.memory.forgotten
    assert tabs().typed == {}


def test_a_workspace_that_could_not_be_read_is_not_overwritten(tabs, monkeypatch):
    tab = tabs()
    open_file(tab, "1\n2,5\n")

    def broken(*_):
        raise StoreError("The database does not answer.")

    with monkeypatch.context() as patch:
        patch.setattr(Visitors, "welcome", broken)
        other = tabs()
        assert other.memory.trouble is not None
        assert other.is_example
    other.choose(replace(other.recipe, epochs=9))
    other.restore()  # as the next run of a page does, some seconds later
    assert other.memory.trouble is None
    again = tabs()
    assert again.name == "a.csv"
    again.open_example()
    assert again.recipe.epochs == 9


def test_data_deleted_in_another_tab_is_told_and_the_rest_goes_on(tabs):
    tab = tabs()
    open_file(tab, f"1\n2,{secrets.randbelow(10**6)}\n")
    kept = tab.kept
    other = tabs()
    backend.store().contents.delete(tab.owner.id, kept.id)
    with pytest.raises(DataError, match="no longer on the server"):
        tab.open_kept(kept)
    with pytest.raises(DataError, match="no longer on the server"):
        other.columns  # noqa: B018
    assert tabs().is_example
