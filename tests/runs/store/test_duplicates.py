"""What one run computed is the result of all that are the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from core import DataError
from runs.store import EXPORT, Content, Store, Twin
from runs.types import RunState
from tests.runs.store.conftest import PACKED, RECIPE, together
from tests.runs.store.test_attempts import ENDED, history, progress

KIND = "this machine"
MEASURED = replace(ENDED, measured=b"answers")


def twin(owner: str | None = None, recipe=RECIPE, alone: bool = False) -> Twin:
    return Twin.of(owner, PACKED.digest, recipe, alone)


def queued(store: Store, owner: str = "ada", like: Twin | None = None, name: str = "") -> str:
    store.visitors.welcome(owner, lasting=False)
    like = twin() if like is None else like
    return store.runs.create(owner, name, RECIPE, PACKED, {"of": owner}, 1.0, twin=like)


def trained(store: Store, owner: str = "ada", like: Twin | None = None, kind: str = KIND) -> str:
    run = queued(store, owner, like)
    claim = store.work.claim(run, "worker", kind)
    assert store.work.end(run, claim.attempt, MEASURED)
    return run


def state(store: Store, run: str) -> RunState:
    return store.runs.line(run).state


def test_a_run_has_the_whole_result_of_its_twin_and_stays_its_owners(store: Store):
    first, run = trained(store), queued(store, "bob", name="mine")
    assert store.twins.settle({KIND}) == [run]
    line, other = store.runs.line(run), store.runs.line(first)
    assert (line.state, line.reused, other.reused) == (RunState.FINISHED, True, False)
    assert (line.owner, line.name, line.reading) == ("bob", "mine", {"of": "bob"})
    for part in ("progress", "notes", "best_epoch", "computed", "spark", "has_model", "can_go_on"):
        assert getattr(line, part) == getattr(other, part)
    assert line.metrics["test"]["mse"] == other.metrics["test"]["mse"]
    assert line.progress.seconds == progress(5).seconds  # of the training, wherever that was
    assert line.started is None  # it was not trained
    assert store.runs.history(run) == history(5)
    for kind in ("model", "checkpoint", "measured"):
        assert store.runs.artifact(run, kind) == store.runs.artifact(first, kind) is not None


def test_either_may_be_deleted_and_continued_without_the_other(store: Store):
    first, run = trained(store), queued(store, "bob")
    store.twins.settle({KIND})
    store.runs.delete("ada", first)
    assert store.runs.artifact(run, "model") == b"zip"
    third = queued(store, "eve")
    assert store.twins.settle({KIND}) == [third]  # from the copy
    new = store.runs.go_on("bob", run, replace(RECIPE, epochs=200), 1.0)
    assert store.twins.settle({KIND}, new) == []  # it begins elsewhere
    store.runs.delete("bob", run)
    assert state(store, third) is RunState.FINISHED


@pytest.mark.parametrize(
    "other",
    [
        Twin.of(None, PACKED.digest, replace(RECIPE, seed=1), False),
        Twin.of("ada", PACKED.digest, RECIPE, False),
        Twin.of(None, Content.of(b"other").digest, RECIPE, False),
        twin(alone=True),
    ],
    ids=["another seed", "one's own data", "other data", "trained anyway"],
)
def test_what_is_not_the_same_is_trained(store: Store, other: Twin):
    trained(store)
    run = queued(store, "ada", other)
    assert store.twins.settle({KIND}) == []
    assert store.work.claim(run, "worker", KIND).attempt == 1


def test_another_program_or_machine_trains_again(store: Store):
    trained(store, kind="another version")
    run = queued(store)
    assert store.twins.settle({KIND}) == []
    assert store.twins.settle(()) == []
    assert store.work.claim(run, "worker", KIND) is not None


def test_a_result_that_several_kinds_computed_is_nobody_elses(store: Store):
    run = queued(store)
    store.work.claim(run, "worker", KIND)
    store.work.interrupt(run, 1)
    assert store.work.claim(run, "worker", "another").attempt == 2
    store.work.end(run, 2, ENDED)
    queued(store, "bob")
    assert store.twins.settle({KIND, "another", ""}) == []


@pytest.mark.parametrize("end", ["stopped", "failed"])
def test_what_did_not_finish_is_not_shared(store: Store, end: str):
    run, other = queued(store), queued(store, "bob")
    store.work.claim(run, "worker", KIND)
    assert store.work.claim(other, "worker", KIND) is None  # its twin is being trained
    if end == "stopped":
        store.runs.stop("ada", run)
        assert store.work.claim(other, "worker", KIND).attempt == 1  # which will not finish
        store.work.end(run, 1, replace(ENDED, state=RunState.STOPPED))
    else:
        store.work.fail(run, 1, DataError("It failed."))
        assert store.work.claim(other, "worker", KIND).attempt == 1
    assert store.twins.settle({KIND}) == []


def test_a_worker_that_is_handed_a_twin_too_late_does_not_train_it(store: Store):
    run, other = queued(store), queued(store, "bob")
    store.work.claim(run, "worker", KIND)
    assert store.work.claim(other, "worker", KIND) is None
    assert state(store, other) is RunState.QUEUED
    store.work.end(run, 1, ENDED)
    assert store.work.claim(other, "worker", KIND) is None
    assert state(store, other) is RunState.FINISHED


def test_presses_at_once_on_several_servers_are_one_training(
    new_store: Callable[..., Store],
):
    servers = [new_store(waiting_runs=100) for _ in range(4)]
    made, claims = [], []

    def press(number: int) -> None:
        store = servers[number % len(servers)]
        run = queued(store, f"visitor {number}")
        made.append(run)
        claims.append((run, store.work.claim(run, "worker", KIND)))

    together(press, 20)
    [(leader, claim)] = [each for each in claims if each[1] is not None]
    assert servers[0].work.end(leader, claim.attempt, MEASURED)
    together(lambda number: servers[number].twins.settle({KIND}), len(servers))
    assert {state(servers[0], run) for run in made} == {RunState.FINISHED}
    assert sum(servers[0].runs.line(run).reused for run in made) == 19


def test_a_run_that_is_deleted_or_cancelled_meanwhile_stays_so(store: Store):
    trained(store)
    cancelled, deleted = queued(store), queued(store)
    store.runs.stop("ada", cancelled)
    store.runs.delete("ada", deleted)
    assert store.twins.settle({KIND}) == []
    assert state(store, cancelled) is RunState.STOPPED


def test_only_the_owner_has_a_run_trained_anyway(store: Store):
    first, waiting = trained(store), queued(store)
    assert not store.twins.leave("eve", waiting)
    assert store.twins.leave("ada", waiting)
    assert store.twins.settle({KIND}) == []
    assert not store.twins.leave("ada", first)  # it waits no longer
    with pytest.raises(DataError):
        store.runs.again("eve", first)
    again = store.runs.again("ada", first)
    line = store.runs.line(again)
    assert (line.recipe, line.data, line.state) == (RECIPE, PACKED.digest, RunState.QUEUED)
    assert store.twins.settle({KIND}) == []
    assert store.work.claim(again, "worker", KIND).attempt == 1


def test_what_was_found_out_about_a_result_is_known_of_all_who_have_it(store: Store):
    first, run, other = trained(store), queued(store, "bob"), trained(store, like=twin("ada"))
    store.twins.settle({KIND})
    store.work.keep_proof(first, b"proof", b"zip with its proof")
    assert store.twins.result(run) == store.twins.result(first) is not None
    assert store.twins.artifact(run, "proof") == b"proof"
    assert store.twins.artifact(other, "proof") is None
    assert store.twins.result(other) != store.twins.result(first)
    later = queued(store, "eve")
    store.twins.settle({KIND})
    assert store.runs.artifact(later, "proof") == b"proof"


def test_the_name_that_an_owner_gave_a_model_stays_with_the_owner(store: Store):
    first, run = trained(store), queued(store, "bob")
    store.work.keep_export(first, b"{}", b"zip with a name", b"onnx")
    store.twins.settle({KIND})
    assert store.runs.artifact(run, "model") == b"zip"
    assert store.runs.artifact(run, EXPORT) is None


def test_nothing_of_a_deleted_visitor_stays(store: Store):
    run = trained(store)
    store.visitors.delete("ada")
    assert store.twins.result(run) is None
    queued(store, "bob")
    assert store.twins.settle({KIND}) == []
    assert set(store.twins.active()) == {each.id for each in store.work.waiting()}
