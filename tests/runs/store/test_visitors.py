"""Who was here, what they had open, and what becomes of it."""

from dataclasses import replace

import pytest

from core import DataError
from runs.store import Store, visitors
from tests.runs.store.conftest import PACKED, RECIPE, queued, together
from tests.runs.store.test_blobs import FILE, SET


def test_a_workspace_comes_back(store: Store):
    empty, born = store.visitors.welcome("new", lasting=False)
    assert empty == {}
    assert store.visitors.save("new", born, {"run": "abc", "typed": {"box": "[1\u00005] ✓"}})
    kept, same = store.visitors.welcome("new", lasting=False)
    assert kept["typed"]["box"] == "[1\u00005] ✓"
    assert same == born


def test_tabs_change_what_they_changed_and_nothing_else(store: Store):
    _, born = store.visitors.welcome("new", lasting=False)
    store.visitors.save("new", born, {"data": "one", "typed": {"a": "1", "b": "2"}})
    store.visitors.save("new", born, {"typed": {"b": "3", "a": None}})
    assert store.visitors.welcome("new", lasting=False)[0] == {"data": "one", "typed": {"b": "3"}}


def test_a_tab_from_before_everything_was_deleted_saves_nothing(store: Store):
    _, born = store.visitors.welcome("new", lasting=False)
    store.visitors.delete("new")
    assert not store.visitors.save("new", born, {"typed": {"box": "secret"}})
    assert store.visitors.welcome("new", lasting=False)[0] == {}
    assert not store.visitors.save("new", born, {"typed": {"box": "secret"}})
    assert store.visitors.welcome("new", lasting=False)[0] == {}


def test_a_visitor_of_many_tabs_is_welcomed_once(new_store):
    stores = [new_store() for _ in range(4)]
    together(lambda number: stores[number].visitors.welcome("new", lasting=False), 4)
    assert stores[0].visitors.usage("new").runs == 0


@pytest.mark.parametrize("again", range(10))
def test_visitors_who_come_and_go_with_the_same_data_do_not_disturb_each_other(new_store, again):
    """Contents are shared: one visitor's may be removed as another refers to them."""
    stores = [new_store() for _ in range(6)]

    def come_and_go(number: int) -> None:
        visitor, store = f"visitor {number}", stores[number]
        store.visitors.welcome(visitor, lasting=False)
        store.contents.keep(visitor, SET, PACKED, FILE)
        run = queued(store, visitor)
        assert store.contents.read(PACKED.digest) == PACKED.content
        if number % 2:
            store.visitors.delete(visitor)
        else:
            store.runs.delete(visitor, run)

    together(come_and_go, 6)
    assert stores[0].contents.read(PACKED.digest) == PACKED.content


def test_delete_all_my_data_leaves_nothing_of_mine_and_everything_of_others(store: Store):
    store.visitors.welcome("bob", lasting=False)
    store.contents.keep("ada", SET, PACKED, FILE)
    mine, his = queued(store), queued(store, "bob")
    store.work.claim(mine, "worker")
    store.work.keep_checkpoint(mine, 1, b"state")
    assert store.visitors.usage("ada").bytes > 0
    store.visitors.delete("ada")
    assert store.runs.line(mine) is None
    assert store.contents.read(FILE.digest) is None
    assert store.visitors.usage("ada") == visitors.Usage(0, 0, 0)
    assert store.runs.line(his) is not None
    assert store.contents.read(PACKED.digest) is not None
    assert store.visitors.welcome("ada", lasting=False)[0] == {}


def test_old_visitors_without_a_login_are_removed(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.visitors.welcome("guest", lasting=False)
    store.visitors.welcome("member", lasting=True)
    runs = {visitor: queued(store, visitor) for visitor in ("ada", "guest", "member")}
    assert store.visitors.remove_old() == 0
    now = visitors.time.time()
    monkeypatch.setattr(visitors.time, "time", lambda: now + 20 * visitors.DAY)
    store.visitors.welcome("ada", lasting=False)  # came back
    monkeypatch.setattr(visitors.time, "time", lambda: now + 31 * visitors.DAY)
    assert store.visitors.remove_old() == 1
    assert [store.runs.line(runs[who]) is None for who in runs] == [False, True, False]


def test_another_tab_goes_on_after_everything_was_deleted(store: Store):
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    store.visitors.delete("ada")
    with pytest.raises(DataError, match="no longer on the server"):
        store.runs.create("ada", "", RECIPE, kept.data, {}, 1.0)
    with pytest.raises(DataError, match="no longer on the server"):
        store.contents.keep("ada", kept, PACKED, FILE)
    assert queued(store)
    assert store.contents.keep("ada", SET, PACKED, FILE)


def test_names_that_no_database_takes_are_made_readable(store: Store):
    kept = store.contents.keep("ada", replace(SET, name="a\0b\ud800c" + "x" * 300), PACKED, FILE)
    assert kept.name.startswith("ab?c")
    assert len(kept.name) == 200
    run = queued(store, name="a\0b")
    store.runs.change("ada", run, name="c\0d")
    assert store.runs.line(run).name == "cd"
