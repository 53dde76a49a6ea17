"""Visitors, their workspaces, and the removal of their data."""

from dataclasses import replace

import pytest

from core import DataError
from runs.store import Store, visitors
from tests.support.stores import FILE, PACKED, RECIPE, SET, call_in_parallel, create_queued


def test_a_workspace_comes_back(store: Store):
    empty, born = store.visitors.record_visit("new", lasting=False)
    assert empty == {}
    assert store.visitors.save("new", born, {"run": "abc", "typed": {"box": "[1\u00005] ✓"}})
    workspace, same = store.visitors.record_visit("new", lasting=False)
    assert workspace["typed"]["box"] == "[1\u00005] ✓"
    assert same == born


def test_tabs_change_what_they_changed_and_nothing_else(store: Store):
    _, born = store.visitors.record_visit("new", lasting=False)
    store.visitors.save("new", born, {"data": "one", "typed": {"a": "1", "b": "2"}})
    store.visitors.save("new", born, {"typed": {"b": "3", "a": None}})
    assert store.visitors.record_visit("new", lasting=False)[0] == {
        "data": "one",
        "typed": {"b": "3"},
    }


def test_a_tab_from_before_everything_was_deleted_saves_nothing(store: Store):
    _, born = store.visitors.record_visit("new", lasting=False)
    store.visitors.delete("new")
    assert not store.visitors.save("new", born, {"typed": {"box": "secret"}})
    assert store.visitors.record_visit("new", lasting=False)[0] == {}
    assert not store.visitors.save("new", born, {"typed": {"box": "secret"}})
    assert store.visitors.record_visit("new", lasting=False)[0] == {}


def test_a_visitor_with_many_tabs_is_created_once(new_store):
    stores = [new_store() for _ in range(4)]
    call_in_parallel(lambda number: stores[number].visitors.record_visit("new", lasting=False), 4)
    assert stores[0].visitors.read_usage("new").runs == 0


@pytest.mark.slow
@pytest.mark.parametrize("again", range(10))
def test_visitors_who_come_and_go_with_the_same_data_do_not_disturb_each_other(new_store, again):
    """Contents are shared: those of one visitor may be removed while another refers to them."""
    stores = [new_store() for _ in range(6)]

    def come_and_go(number: int) -> None:
        visitor, store = f"visitor {number}", stores[number]
        store.visitors.record_visit(visitor, lasting=False)
        store.data_sets.save(visitor, SET, PACKED, FILE)
        run = create_queued(store, visitor)
        assert store.data_sets.read_content(PACKED.digest) == PACKED.content
        if number % 2:
            store.visitors.delete(visitor)
        else:
            store.runs.delete(visitor, run)

    call_in_parallel(come_and_go, 6)
    assert stores[0].data_sets.read_content(PACKED.digest) == PACKED.content


def test_deleting_a_visitor_leaves_the_data_of_others(store: Store):
    store.visitors.record_visit("bob", lasting=False)
    store.data_sets.save("ada", SET, PACKED, FILE)
    mine, his = create_queued(store), create_queued(store, "bob")
    store.attempts.claim(mine, "worker")
    store.attempts.save_checkpoint(mine, 1, b"state")
    assert store.visitors.read_usage("ada").bytes > 0
    store.visitors.delete("ada")
    assert store.runs.get(mine) is None
    assert store.data_sets.read_content(FILE.digest) is None
    assert store.visitors.read_usage("ada") == visitors.Usage(0, 0, 0)
    assert store.runs.get(his) is not None
    assert store.data_sets.read_content(PACKED.digest) is not None
    assert store.visitors.record_visit("ada", lasting=False)[0] == {}


def test_old_visitors_without_a_login_are_removed(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.visitors.record_visit("guest", lasting=False)
    store.visitors.record_visit("member", lasting=True)
    runs = {visitor: create_queued(store, visitor) for visitor in ("ada", "guest", "member")}
    assert store.visitors.remove_old() == 0
    now = visitors.time.time()
    monkeypatch.setattr(visitors.time, "time", lambda: now + 20 * visitors.DAY)
    store.visitors.record_visit("ada", lasting=False)  # came back
    monkeypatch.setattr(visitors.time, "time", lambda: now + 31 * visitors.DAY)
    assert store.visitors.remove_old() == 1
    assert [store.runs.get(runs[who]) is None for who in runs] == [False, True, False]


def test_another_tab_continues_after_everything_was_deleted(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    store.visitors.delete("ada")
    with pytest.raises(DataError, match="no longer on the server"):
        store.runs.create("ada", "", RECIPE, data_set.data, {}, 1.0)
    with pytest.raises(DataError, match="no longer on the server"):
        store.data_sets.save("ada", data_set, PACKED, FILE)
    assert create_queued(store)
    assert store.data_sets.save("ada", SET, PACKED, FILE)


def test_names_that_no_database_accepts_are_sanitized(store: Store):
    data_set = store.data_sets.save(
        "ada", replace(SET, name="a\0b\ud800c" + "x" * 300), PACKED, FILE
    )
    assert data_set.name.startswith("ab?c")
    assert len(data_set.name) == 200
    run = create_queued(store, name="a\0b")
    store.runs.update("ada", run, name="c\0d")
    assert store.runs.get(run).name == "cd"
