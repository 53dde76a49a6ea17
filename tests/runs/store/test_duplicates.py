"""The result that one run computed is the result of all identical runs."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import DataError
from runs.store import EXPORT, Content, DuplicateKey, Store
from runs.types import RunState
from tests.support.stores import (
    ENDED,
    PACKED,
    RECIPE,
    call_in_parallel,
    make_history,
    make_progress,
)

KIND = "this machine"
MEASURED = replace(ENDED, measured=b"answers")


def make_key(owner: str | None = None, recipe=RECIPE, alone: bool = False) -> DuplicateKey:
    return DuplicateKey.from_training(owner, PACKED.digest, recipe, alone)


def create_queued(
    store: Store, owner: str = "ada", key: DuplicateKey | None = None, name: str = ""
) -> str:
    store.visitors.record_visit(owner, lasting=False)
    key = make_key() if key is None else key
    return store.runs.create(owner, name, RECIPE, PACKED, {"of": owner}, 1.0, duplicate_key=key)


def create_trained(
    store: Store, owner: str = "ada", key: DuplicateKey | None = None, kind: str = KIND
) -> str:
    run = create_queued(store, owner, key)
    claim = store.attempts.claim(run, "worker", kind)
    assert store.attempts.end(run, claim.attempt, MEASURED)
    return run


def read_state(store: Store, run: str) -> RunState:
    return store.runs.get(run).state


def test_a_run_copies_the_whole_result_and_keeps_its_owner(store: Store):
    first, run = create_trained(store), create_queued(store, "bob", name="mine")
    assert store.duplicates.reuse_results({KIND}) == [run]
    line, other = store.runs.get(run), store.runs.get(first)
    assert (line.state, line.reused, other.reused) == (RunState.FINISHED, True, False)
    assert (line.owner, line.name, line.reading) == ("bob", "mine", {"of": "bob"})
    for part in (
        "progress",
        "notes",
        "best_epoch",
        "computed",
        "spark",
        "has_model",
        "can_continue",
    ):
        assert getattr(line, part) == getattr(other, part)
    assert line.metrics["test"]["mse"] == other.metrics["test"]["mse"]
    assert line.progress.seconds == make_progress(5).seconds  # of the original training
    assert line.started is None  # it was not trained
    assert store.runs.read_history(run) == make_history(5)
    for kind in ("model", "checkpoint", "measured"):
        assert (
            store.runs.read_artifact(run, kind) == store.runs.read_artifact(first, kind) is not None
        )


def test_either_may_be_deleted_and_continued_without_the_other(store: Store):
    first, run = create_trained(store), create_queued(store, "bob")
    store.duplicates.reuse_results({KIND})
    store.runs.delete("ada", first)
    assert store.runs.read_artifact(run, "model") == b"zip"
    third = create_queued(store, "eve")
    assert store.duplicates.reuse_results({KIND}) == [third]  # from the copy
    new = store.runs.create_continuation("bob", run, replace(RECIPE, epochs=200), 1.0)
    assert store.duplicates.reuse_results({KIND}, new) == []  # it starts from another state
    store.runs.delete("bob", run)
    assert read_state(store, third) is RunState.FINISHED


@pytest.mark.parametrize(
    "other",
    [
        DuplicateKey.from_training(None, PACKED.digest, replace(RECIPE, seed=1), False),
        DuplicateKey.from_training("ada", PACKED.digest, RECIPE, False),
        DuplicateKey.from_training(None, Content.from_bytes(b"other").digest, RECIPE, False),
        make_key(alone=True),
    ],
    ids=["another seed", "one's own data", "other data", "trained anyway"],
)
def test_a_different_run_is_trained(store: Store, other: DuplicateKey):
    create_trained(store)
    run = create_queued(store, "ada", other)
    assert store.duplicates.reuse_results({KIND}) == []
    assert store.attempts.claim(run, "worker", KIND).attempt == 1


def test_another_program_or_machine_trains_again(store: Store):
    create_trained(store, kind="another version")
    run = create_queued(store)
    assert store.duplicates.reuse_results({KIND}) == []
    assert store.duplicates.reuse_results(()) == []
    assert store.attempts.claim(run, "worker", KIND) is not None


@pytest.mark.slow
def test_a_result_of_several_kinds_is_not_shared(store: Store):
    run = create_queued(store)
    store.attempts.claim(run, "worker", KIND)
    store.attempts.interrupt(run, 1)
    assert store.attempts.claim(run, "worker", "another").attempt == 2
    store.attempts.end(run, 2, ENDED)
    create_queued(store, "bob")
    assert store.duplicates.reuse_results({KIND, "another", ""}) == []


@pytest.mark.parametrize("end", ["stopped", "failed"])
def test_an_unfinished_result_is_not_shared(store: Store, end: str):
    run, other = create_queued(store), create_queued(store, "bob")
    store.attempts.claim(run, "worker", KIND)
    assert store.attempts.claim(other, "worker", KIND) is None  # an identical run is being trained
    if end == "stopped":
        store.runs.stop("ada", run)
        assert store.attempts.claim(other, "worker", KIND).attempt == 1  # which will not finish
        store.attempts.end(run, 1, replace(ENDED, state=RunState.STOPPED))
    else:
        store.attempts.fail(run, 1, DataError("It failed."))
        assert store.attempts.claim(other, "worker", KIND).attempt == 1
    assert store.duplicates.reuse_results({KIND}) == []


def test_a_worker_does_not_train_a_duplicate(store: Store):
    run, other = create_queued(store), create_queued(store, "bob")
    store.attempts.claim(run, "worker", KIND)
    assert store.attempts.claim(other, "worker", KIND) is None
    assert read_state(store, other) is RunState.QUEUED
    store.attempts.end(run, 1, ENDED)
    assert store.attempts.claim(other, "worker", KIND) is None
    assert read_state(store, other) is RunState.FINISHED


@pytest.mark.slow
def test_simultaneous_clicks_on_several_servers_are_one_training(
    new_store: Callable[..., Store],
):
    servers = [new_store(waiting_runs=100) for _ in range(4)]
    run_ids, claims = [], []

    def click(number: int) -> None:
        store = servers[number % len(servers)]
        run = create_queued(store, f"visitor {number}")
        run_ids.append(run)
        claims.append((run, store.attempts.claim(run, "worker", KIND)))

    call_in_parallel(click, 20)
    [(primary, claim)] = [each for each in claims if each[1] is not None]
    assert servers[0].attempts.end(primary, claim.attempt, MEASURED)
    call_in_parallel(lambda number: servers[number].duplicates.reuse_results({KIND}), len(servers))
    assert {read_state(servers[0], run) for run in run_ids} == {RunState.FINISHED}
    assert sum(servers[0].runs.get(run).reused for run in run_ids) == 19


def test_a_run_that_is_deleted_or_cancelled_meanwhile_stays_so(store: Store):
    create_trained(store)
    cancelled, deleted = create_queued(store), create_queued(store)
    store.runs.stop("ada", cancelled)
    store.runs.delete("ada", deleted)
    assert store.duplicates.reuse_results({KIND}) == []
    assert read_state(store, cancelled) is RunState.STOPPED


def test_only_the_owner_can_have_a_run_trained_alone(store: Store):
    first, waiting = create_trained(store), create_queued(store)
    assert not store.duplicates.detach("eve", waiting)
    assert store.duplicates.detach("ada", waiting)
    assert store.duplicates.reuse_results({KIND}) == []
    assert not store.duplicates.detach("ada", first)  # it waits no longer
    with pytest.raises(DataError):
        store.runs.create_copy("eve", first)
    again = store.runs.create_copy("ada", first)
    line = store.runs.get(again)
    assert (line.recipe, line.data, line.state) == (RECIPE, PACKED.digest, RunState.QUEUED)
    assert store.duplicates.reuse_results({KIND}) == []
    assert store.attempts.claim(again, "worker", KIND).attempt == 1


def test_analyses_of_a_result_are_shared(store: Store):
    first, run, other = (
        create_trained(store),
        create_queued(store, "bob"),
        create_trained(store, key=make_key("ada")),
    )
    store.duplicates.reuse_results({KIND})
    store.attempts.save_proof(first, b"proof", b"zip with its proof")
    assert (
        store.duplicates.get_result_key(run) == store.duplicates.get_result_key(first) is not None
    )
    assert store.duplicates.get_artifact(run, "proof") == b"proof"
    assert store.duplicates.get_artifact(other, "proof") is None
    assert store.duplicates.get_result_key(other) != store.duplicates.get_result_key(first)
    later = create_queued(store, "eve")
    store.duplicates.reuse_results({KIND})
    assert store.runs.read_artifact(later, "proof") == b"proof"


def test_an_export_with_the_owners_name_is_not_shared(store: Store):
    first, run = create_trained(store), create_queued(store, "bob")
    store.attempts.save_export(first, b"{}", b"zip with a name", b"onnx")
    store.duplicates.reuse_results({KIND})
    assert store.runs.read_artifact(run, "model") == b"zip"
    assert store.runs.read_artifact(run, EXPORT) is None


def test_results_of_a_deleted_visitor_are_not_shared(store: Store):
    run = create_trained(store)
    store.visitors.delete("ada")
    assert store.duplicates.get_result_key(run) is None
    create_queued(store, "bob")
    assert store.duplicates.reuse_results({KIND}) == []
    assert set(store.duplicates.list_active()) == {
        each.id for each in store.attempts.list_waiting()
    }
