"""Test sets that are held out: of data sets, and those with which runs were trained."""

from dataclasses import replace

import numpy as np
import pytest

from core import DataError
from core.preprocessing.hold_out import NO_HOLD_OUT, HoldOut
from runs.store import Content, DuplicateKey, Store
from tests.support.stores import ENDED, FILE, PACKED, RECIPE, SET

HELD_OUT = HoldOut("random", 3, np.array([0, 4, 70_000]))
LATEST = HoldOut("latest", 0, np.array([5]))


def describe(hold_out: HoldOut | None) -> tuple[object, ...] | None:
    if hold_out is None:
        return None
    return hold_out.method, hold_out.seed, *hold_out.rows.tolist()


def save(store: Store, hold_out: HoldOut | None = None, **changes: object) -> str:
    return store.data_sets.save("ada", replace(SET, **changes), PACKED, FILE, hold_out=hold_out).id


def test_a_data_set_keeps_its_test_set(store: Store):
    with_one, without = save(store, HELD_OUT), save(store, name="other.csv")
    assert describe(store.data_sets.read_hold_out(with_one)) == ("random", 3, 0, 4, 70_000)
    assert store.data_sets.read_hold_out(without) is None
    store.data_sets.save_hold_out("ada", with_one, NO_HOLD_OUT)
    assert describe(store.data_sets.read_hold_out(with_one)) == (None, 0)


def test_the_same_file_opened_again_keeps_its_test_set_and_a_replaced_one_does_not(store: Store):
    first = save(store, HELD_OUT)
    assert save(store, LATEST) == first
    assert describe(store.data_sets.read_hold_out(first)) == describe(HELD_OUT)
    assert save(store, LATEST, id=first) == first
    assert describe(store.data_sets.read_hold_out(first)) == describe(LATEST)
    save(store, None, id=first)
    assert store.data_sets.read_hold_out(first) is None


def test_nobody_changes_the_test_set_of_another_visitor(store: Store):
    own = save(store, HELD_OUT)
    with pytest.raises(DataError):
        store.data_sets.save_hold_out("bob", own, LATEST)
    assert describe(store.data_sets.read_hold_out(own)) == describe(HELD_OUT)


def test_a_run_is_claimed_with_the_test_set_it_was_queued_with(store: Store):
    data_set = save(store, HELD_OUT)
    run = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, hold_out=HELD_OUT)
    plain = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0)
    store.data_sets.save_hold_out("ada", data_set, LATEST)
    assert describe(store.attempts.claim(run, "worker").hold_out) == describe(HELD_OUT)
    assert describe(store.runs.read_hold_out(run)) == describe(HELD_OUT)
    assert store.attempts.claim(plain, "worker").hold_out is None


def test_a_continued_run_and_a_copy_have_the_same_test_set(store: Store):
    save(store)
    key = DuplicateKey.from_training("ada", PACKED.digest, RECIPE, False, HELD_OUT)
    options = {"duplicate_key": key, "hold_out": HELD_OUT}
    run = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, **options)
    store.attempts.end(run, store.attempts.claim(run, "worker").attempt, ENDED)
    more = store.runs.create_continuation("ada", run, replace(RECIPE, epochs=200), 1.0)
    copy = store.runs.create_copy("ada", run)
    for each in (more, copy):
        assert describe(store.runs.read_hold_out(each)) == describe(HELD_OUT)


def test_data_is_given_the_test_set_of_its_last_run(store: Store):
    save(store)
    assert store.runs.read_last_hold_out("ada", PACKED.digest) is None
    store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, hold_out=HELD_OUT)
    assert describe(store.runs.read_last_hold_out("ada", PACKED.digest)) == describe(HELD_OUT)
    store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0)
    assert describe(store.runs.read_last_hold_out("ada", PACKED.digest)) == (None, 0)
    assert store.runs.read_last_hold_out("bob", PACKED.digest) is None
    assert store.runs.read_last_hold_out("ada", Content.from_bytes(b"other").digest) is None


def test_runs_with_different_test_sets_are_not_duplicates():
    def make_key(hold_out: HoldOut | None) -> str:
        return DuplicateKey.from_training("ada", "data", RECIPE, False, hold_out).key

    same_rows = HoldOut("group", 9, HELD_OUT.rows)
    assert make_key(HELD_OUT) == make_key(same_rows) != make_key(LATEST)
    assert make_key(None) == make_key(NO_HOLD_OUT) != make_key(HELD_OUT)


def test_a_deleted_data_set_or_run_leaves_no_test_set(store: Store):
    data_set = save(store, HELD_OUT)
    run = store.runs.create("ada", "", RECIPE, PACKED, {}, 1.0, hold_out=HELD_OUT)
    store.data_sets.delete("ada", data_set)
    store.runs.delete("ada", run)
    assert store.data_sets.read_hold_out(data_set) is None
    assert store.runs.read_hold_out(run) is None
