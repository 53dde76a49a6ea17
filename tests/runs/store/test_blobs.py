"""Data sets, and the contents they share."""

from dataclasses import replace

import pytest

from core import DataError
from runs.store import Content, DataSet, Store
from tests.runs.store.conftest import PACKED, RECIPE, queued

FILE = Content.compressed(b"1,2\n3\n")
SET = DataSet("walks.csv", PACKED.digest, FILE.digest, 2, 1, 3)


def test_a_data_set_comes_back_with_its_contents(store: Store):
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    assert kept.id
    assert store.contents.list("ada") == [kept]
    assert store.contents.get("ada", kept.id) == kept
    assert replace(kept, id="", size=0, opened=0.0) == SET
    assert store.contents.read(SET.data) == PACKED.content
    assert store.contents.read_compressed(SET.file) == b"1,2\n3\n"


def test_nobody_else_sees_or_deletes_it(store: Store):
    store.visitors.welcome("eve", lasting=False)
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    store.contents.delete("eve", kept.id)
    assert store.contents.list("eve") == []
    assert store.contents.get("eve", kept.id) is None
    with pytest.raises(DataError):
        store.contents.keep("eve", replace(kept, name="taken over"), PACKED, FILE)
    assert store.contents.list("ada") == [kept]


def test_nobody_trains_on_somebody_elses_data_by_its_digest(store: Store):
    """A digest is no secret: it stands in the run that anybody with its address may see."""
    store.visitors.welcome("eve", lasting=False)
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    for digest in (PACKED.digest, FILE.digest, "0" * 64):
        with pytest.raises(DataError, match="no longer on the server"):
            store.runs.create("eve", "", RECIPE, digest, {}, 1.0)
    assert store.runs.list("eve") == []
    store.runs.create("ada", "", RECIPE, PACKED.digest, {}, 1.0)
    store.contents.delete("ada", kept.id)
    store.runs.create("ada", "", RECIPE, PACKED.digest, {}, 1.0)  # her run has it still


def test_the_same_opened_again_is_one_data_set(store: Store):
    first = store.contents.keep("ada", SET, PACKED, FILE)
    again = store.contents.keep("ada", SET, PACKED, FILE)
    assert again.id == first.id
    assert len(store.contents.list("ada")) == 1


def test_read_in_another_way_it_replaces_what_it_was(store: Store):
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    other = Content.of(b"read differently")
    store.contents.keep("ada", replace(kept, data=other.digest), other, FILE)
    assert [each.data for each in store.contents.list("ada")] == [other.digest]
    assert store.contents.read(PACKED.digest) is None


def test_contents_go_with_the_last_that_needs_them(store: Store):
    store.visitors.welcome("bob", lasting=False)
    mine = store.contents.keep("ada", SET, PACKED, FILE)
    his = store.contents.keep("bob", SET, PACKED, FILE)
    run = queued(store)
    store.contents.delete("ada", mine.id)
    assert store.contents.read(FILE.digest) is not None
    store.contents.delete("bob", his.id)
    assert store.contents.read(FILE.digest) is None
    assert store.contents.read(PACKED.digest) is not None  # a run was trained on it
    store.runs.delete("ada", run)
    assert store.contents.read(PACKED.digest) is None


def test_too_many_and_too_large_are_refused_and_change_nothing(new_store):
    store = new_store(data_sets=1, megabytes=1)
    store.visitors.welcome("ada", lasting=False)
    kept = store.contents.keep("ada", SET, PACKED, FILE)
    with pytest.raises(DataError, match="1 data sets"):
        store.contents.keep("ada", replace(SET, name="another.csv"), PACKED, FILE)
    large = Content.of(b"x" * 1_100_000)
    with pytest.raises(DataError, match="a visitor may have 1 MB"):
        store.contents.keep("ada", replace(kept, data=large.digest), large, FILE)
    assert store.contents.list("ada") == [kept]
    assert store.contents.read(large.digest) is None
