"""Turns and addresses in the store."""

import os
from dataclasses import replace

import pytest

from core.errors import UnpaddedError
from runs.store import Store, tables
from runs.types import RunState
from tests.support.stores import ENDED, create_queued, make_history, make_progress


def claim_and_pause(store: Store, run: str, has_advanced: bool = True) -> None:
    claim = store.attempts.claim(run, "worker")
    store.attempts.request_yield(run, claim.attempt)
    assert store.attempts.pause(run, claim.attempt, has_advanced, b"state", make_progress(3))


def read_rows(store: Store, table: str) -> list[tuple]:
    with store.database.reading() as connection:
        return connection.execute(getattr(tables, table).select()).all()


def test_a_run_pauses_on_request_and_keeps_its_state(store: Store):
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    assert not store.attempts.is_yield_requested(run, claim.attempt)
    store.attempts.report_progress(run, 1, make_progress(5), 0)
    store.attempts.request_yield(run, claim.attempt)
    assert store.attempts.is_yield_requested(run, claim.attempt)
    [held] = store.attempts.list_running()
    assert held.yielding
    assert store.attempts.pause(run, 1, True, b"after 3 epochs", make_progress(3))
    line = store.runs.get(run)
    assert (line.state, line.paused, line.worker) == (RunState.INTERRUPTED, True, None)
    assert line.progress == replace(make_progress(3), history={})
    assert store.runs.read_history(run) == make_history(3)  # up to the checkpoint
    [waiting] = store.attempts.list_waiting()
    assert (waiting.paused, waiting.interrupted) == (True, False)
    claim = store.attempts.claim(run, "another")
    assert (claim.attempt, claim.checkpoint) == (2, b"after 3 epochs")
    assert not store.attempts.is_yield_requested(run, 2)
    assert not store.runs.get(run).paused
    assert store.attempts.end(run, 2, ENDED)
    assert not store.runs.get(run).paused


def test_a_worker_that_dies_after_a_yield_request_interrupts_its_run(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.request_yield(run, 1)
    assert store.attempts.interrupt(run, 1, has_died=True) == (1, 0)
    [waiting] = store.attempts.list_waiting()
    assert (waiting.paused, waiting.interrupted) == (False, True)
    assert not store.runs.get(run).paused


def test_fruitless_turns_are_counted_until_progress(store: Store):
    run, counts = create_queued(store), []
    for has_advanced in (False, False, True):
        claim_and_pause(store, run, has_advanced)
        claim = store.attempts.claim(run, "worker")
        counts.append(store.attempts.list_running()[0].fruitless)
        store.attempts.interrupt(run, claim.attempt)
    assert counts == [1, 2, 0]


def test_another_attempt_cannot_yield(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.request_yield(run, 7)
    assert not store.attempts.list_running()[0].yielding
    assert not store.attempts.pause(run, 7, True)
    store.runs.kill("ada", run)
    store.attempts.request_yield(run, 1)
    assert not store.attempts.is_yield_requested(run, 1)


def test_a_stop_while_a_run_pauses_is_kept(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker")
    store.attempts.request_yield(run, 1)
    store.runs.stop("ada", run)
    store.attempts.pause(run, 1, True, b"state", make_progress(3))
    assert store.attempts.list_waiting()[0].stopping


def test_an_address_is_kept_as_a_hash_and_shared_by_those_who_are_there(store: Store):
    for visitor, network in (("ada", "192.0.2.7"), ("bob", "192.0.2.7"), ("eve", "192.0.2.8")):
        store.visitors.record_visit(visitor, lasting=False, network=network)
    hashes = store.visitors.read_addresses(["ada", "bob", "eve", "nobody"])
    assert hashes["ada"] == hashes["bob"] != hashes["eve"]
    assert len(hashes) == 3
    assert "192.0.2" not in str(read_rows(store, "addresses"))
    create_queued(store)
    assert store.attempts.list_waiting()[0].address == hashes["ada"]
    store.visitors.record_visit("ada", lasting=False, network="192.0.2.8")
    assert store.attempts.list_waiting()[0].address == hashes["eve"]


def test_an_unknown_address_counts_as_one_of_its_own(store: Store):
    create_queued(store)
    assert store.attempts.list_waiting()[0].address == "ada"
    store.attempts.claim(store.attempts.list_waiting()[0].id, "worker")
    assert store.attempts.list_running()[0].address == "ada"


def test_two_stores_know_the_same_address(new_store):
    first, second = new_store(), new_store()
    first.visitors.record_visit("ada", lasting=False, network="192.0.2.7")
    second.visitors.record_visit("bob", lasting=False, network="192.0.2.7")
    assert len(set(first.visitors.read_addresses(["ada", "bob"]).values())) == 1


def test_what_a_visitor_deletes_leaves_neither_address_nor_turn(store: Store):
    store.visitors.record_visit("ada", lasting=False, network="192.0.2.7")
    claim_and_pause(store, create_queued(store))
    assert read_rows(store, "addresses")
    assert read_rows(store, "turns")
    store.visitors.delete("ada")
    assert not read_rows(store, "addresses")
    assert not read_rows(store, "turns")


def test_a_full_queue_is_closed_to_those_who_filled_it_alone(new_store):
    store = new_store(all_waiting_runs=3)
    for visitor in ("ada", "bob", "eve"):
        network = "192.0.2.8" if visitor == "eve" else "192.0.2.7"
        store.visitors.record_visit(visitor, lasting=False, network=network)
    for _ in range(3):
        create_queued(store, "ada")
    for crowd in ("ada", "bob"):
        with pytest.raises(UnpaddedError, match="3 runs of all visitors are waiting"):
            create_queued(store, crowd)
    create_queued(store, "eve")
    with pytest.raises(UnpaddedError, match="of all visitors"):
        create_queued(store, "eve")


def test_the_disk_has_a_limit_for_all_together(new_store):
    store = new_store(all_megabytes=20)
    for visitor in ("ada", "bob"):
        store.visitors.record_visit(visitor, lasting=False)
    run = create_queued(store)
    claim = store.attempts.claim(run, "worker")
    store.attempts.save_checkpoint(run, claim.attempt, os.urandom(30_000_000))
    with pytest.raises(UnpaddedError, match="20 MB for all visitors are used up"):
        create_queued(store, "bob")
    store.runs.delete("ada", run)
