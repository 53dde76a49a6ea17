"""Data sets, and the contents they share."""

from dataclasses import replace

import pytest

from core.errors import UnpaddedError
from runs.store import Content, Store
from tests.support.stores import FILE, PACKED, RECIPE, SET, create_queued


def test_a_data_set_comes_back_with_its_contents(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    assert data_set.id
    assert store.data_sets.list("ada") == [data_set]
    assert store.data_sets.get("ada", data_set.id) == data_set
    assert replace(data_set, id="", size=0, opened=0.0) == SET
    assert store.data_sets.read_content(SET.data) == PACKED.content
    assert store.data_sets.read_file(SET.file) == b"1,2\n3\n"


def test_nobody_else_sees_or_deletes_it(store: Store):
    store.visitors.record_visit("eve", lasting=False)
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    store.data_sets.delete("eve", data_set.id)
    assert store.data_sets.list("eve") == []
    assert store.data_sets.get("eve", data_set.id) is None
    with pytest.raises(UnpaddedError):
        store.data_sets.save("eve", replace(data_set, name="taken over"), PACKED, FILE)
    assert store.data_sets.list("ada") == [data_set]


def test_nobody_trains_on_somebody_elses_data_by_its_digest(store: Store):
    """A digest is not secret: it is part of the run that anybody with its address can see."""
    store.visitors.record_visit("eve", lasting=False)
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    for digest in (PACKED.digest, FILE.digest, "0" * 64):
        with pytest.raises(UnpaddedError, match="no longer on the server"):
            store.runs.create("eve", "", RECIPE, digest, {}, 1.0)
    assert store.runs.list("eve") == []
    store.runs.create("ada", "", RECIPE, PACKED.digest, {}, 1.0)
    store.data_sets.delete("ada", data_set.id)
    store.runs.create("ada", "", RECIPE, PACKED.digest, {}, 1.0)  # her run has it still


def test_opening_the_same_file_again_gives_one_data_set(store: Store):
    first = store.data_sets.save("ada", SET, PACKED, FILE)
    again = store.data_sets.save("ada", SET, PACKED, FILE)
    assert again.id == first.id
    assert len(store.data_sets.list("ada")) == 1


def test_a_data_set_that_is_read_again_replaces_the_old_one(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    other = Content.from_bytes(b"read differently")
    store.data_sets.save("ada", replace(data_set, data=other.digest), other, FILE)
    assert [each.data for each in store.data_sets.list("ada")] == [other.digest]
    assert store.data_sets.read_content(PACKED.digest) is None


def test_contents_are_deleted_with_the_last_reference(store: Store):
    store.visitors.record_visit("bob", lasting=False)
    mine = store.data_sets.save("ada", SET, PACKED, FILE)
    his = store.data_sets.save("bob", SET, PACKED, FILE)
    run = create_queued(store)
    store.data_sets.delete("ada", mine.id)
    assert store.data_sets.read_content(FILE.digest) is not None
    store.data_sets.delete("bob", his.id)
    assert store.data_sets.read_content(FILE.digest) is None
    assert store.data_sets.read_content(PACKED.digest) is not None  # a run was trained on it
    store.runs.delete("ada", run)
    assert store.data_sets.read_content(PACKED.digest) is None


def test_too_many_and_too_large_are_refused_and_change_nothing(new_store):
    store = new_store(data_sets=1, megabytes=1)
    store.visitors.record_visit("ada", lasting=False)
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    with pytest.raises(UnpaddedError, match="1 data sets"):
        store.data_sets.save("ada", replace(SET, name="another.csv"), PACKED, FILE)
    large = Content.from_bytes(b"x" * 1_100_000)
    with pytest.raises(UnpaddedError, match="the limit per visitor is 1 MB"):
        store.data_sets.save("ada", replace(data_set, data=large.digest), large, FILE)
    assert store.data_sets.list("ada") == [data_set]
    assert store.data_sets.read_content(large.digest) is None
