"""What is kept of turns and addresses."""

import os
from dataclasses import replace

import pytest

from core import DataError
from runs.store import Store, tables
from runs.types import RunState
from tests.runs.store.conftest import queued
from tests.runs.store.test_attempts import ENDED, history, progress


def given_back(store: Store, run: str, further: bool = True) -> None:
    claim = store.work.claim(run, "worker")
    store.work.ask_to_yield(run, claim.attempt)
    assert store.work.give_back(run, claim.attempt, further, b"state", progress(3))


def rows(store: Store, table: str) -> list[tuple]:
    with store._database.reading() as connection:
        return connection.execute(getattr(tables, table).select()).all()


def test_a_run_gives_its_worker_back_only_when_asked_and_waits_with_all_it_has(store: Store):
    run = queued(store)
    claim = store.work.claim(run, "worker")
    assert not store.work.is_to_yield(run, claim.attempt)
    store.work.report(run, 1, progress(5), 0)
    store.work.ask_to_yield(run, claim.attempt)
    assert store.work.is_to_yield(run, claim.attempt)
    [held] = store.work.held()
    assert held.yielding
    assert store.work.give_back(run, 1, True, b"after 3 epochs", progress(3))
    line = store.runs.line(run)
    assert (line.state, line.paused, line.worker) == (RunState.INTERRUPTED, True, None)
    assert line.progress == replace(progress(3), history={})
    assert store.runs.history(run) == history(3)  # as far as the checkpoint is
    [waiting] = store.work.waiting()
    assert (waiting.paused, waiting.interrupted) == (True, False)
    claim = store.work.claim(run, "another")
    assert (claim.attempt, claim.checkpoint) == (2, b"after 3 epochs")
    assert not store.work.is_to_yield(run, 2)
    assert not store.runs.line(run).paused
    assert store.work.end(run, 2, ENDED)
    assert not store.runs.line(run).paused


def test_a_worker_that_dies_when_it_was_asked_has_given_nothing_back(store: Store):
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.ask_to_yield(run, 1)
    assert store.work.interrupt(run, 1, died=True) == (1, 0)
    [waiting] = store.work.waiting()
    assert (waiting.paused, waiting.interrupted) == (False, True)
    assert not store.runs.line(run).paused


def test_turns_in_vain_are_counted_until_one_is_not(store: Store):
    run, counts = queued(store), []
    for further in (False, False, True):
        given_back(store, run, further)
        claim = store.work.claim(run, "worker")
        counts.append(store.work.held()[0].fruitless)
        store.work.interrupt(run, claim.attempt)
    assert counts == [1, 2, 0]


def test_another_attempt_is_not_asked_and_cannot_give_back(store: Store):
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.ask_to_yield(run, 7)
    assert not store.work.held()[0].yielding
    assert not store.work.give_back(run, 7, True)
    store.runs.kill("ada", run)
    store.work.ask_to_yield(run, 1)
    assert not store.work.is_to_yield(run, 1)


def test_a_stop_while_a_run_gives_back_is_kept(store: Store):
    run = queued(store)
    store.work.claim(run, "worker")
    store.work.ask_to_yield(run, 1)
    store.runs.stop("ada", run)
    store.work.give_back(run, 1, True, b"state", progress(3))
    assert store.work.waiting()[0].stopping


def test_an_address_is_kept_as_a_hash_and_shared_by_those_who_are_there(store: Store):
    for visitor, network in (("ada", "192.0.2.7"), ("bob", "192.0.2.7"), ("eve", "192.0.2.8")):
        store.visitors.welcome(visitor, lasting=False, network=network)
    found = store.visitors.addresses(["ada", "bob", "eve", "nobody"])
    assert found["ada"] == found["bob"] != found["eve"]
    assert len(found) == 3
    assert "192.0.2" not in str(rows(store, "addresses"))
    queued(store)
    assert store.work.waiting()[0].address == found["ada"]
    store.visitors.welcome("ada", lasting=False, network="192.0.2.8")
    assert store.work.waiting()[0].address == found["eve"]


def test_an_unknown_address_is_the_visitors_own(store: Store):
    queued(store)
    assert store.work.waiting()[0].address == "ada"
    store.work.claim(store.work.waiting()[0].id, "worker")
    assert store.work.held()[0].address == "ada"


def test_two_stores_know_the_same_address(new_store):
    first, second = new_store(), new_store()
    first.visitors.welcome("ada", lasting=False, network="192.0.2.7")
    second.visitors.welcome("bob", lasting=False, network="192.0.2.7")
    assert len(set(first.visitors.addresses(["ada", "bob"]).values())) == 1


def test_what_a_visitor_deletes_leaves_neither_address_nor_turn(store: Store):
    store.visitors.welcome("ada", lasting=False, network="192.0.2.7")
    given_back(store, queued(store))
    assert rows(store, "addresses")
    assert rows(store, "turns")
    store.visitors.delete("ada")
    assert not rows(store, "addresses")
    assert not rows(store, "turns")


def test_a_full_queue_is_closed_to_those_who_filled_it_alone(new_store):
    store = new_store(all_waiting_runs=3)
    for visitor in ("ada", "bob", "eve"):
        network = "192.0.2.8" if visitor == "eve" else "192.0.2.7"
        store.visitors.welcome(visitor, lasting=False, network=network)
    for _ in range(3):
        queued(store, "ada")
    for crowd in ("ada", "bob"):
        with pytest.raises(DataError, match="3 trainings of all visitors wait"):
            queued(store, crowd)
    queued(store, "eve")
    with pytest.raises(DataError, match="of all visitors"):
        queued(store, "eve")


def test_the_disk_has_a_limit_for_all_together(new_store):
    store = new_store(all_megabytes=20)
    for visitor in ("ada", "bob"):
        store.visitors.welcome(visitor, lasting=False)
    run = queued(store)
    claim = store.work.claim(run, "worker")
    store.work.keep_checkpoint(run, claim.attempt, os.urandom(30_000_000))
    with pytest.raises(DataError, match="keeps 20 MB for all of its visitors"):
        queued(store, "bob")
    store.runs.delete("ada", run)
