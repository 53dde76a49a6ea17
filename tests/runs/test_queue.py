"""Fairness between visitors, and what those who wait are told."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runs.queue import in_turn, places
from runs.store import Held, Waiting


def waiting(number: int, owner: str, interrupted: bool = False, estimate: float = 10.0) -> Waiting:
    return Waiting(f"run {number}", owner, float(number), interrupted, False, estimate)


def held(number: int, owner: str, left: float = 5.0) -> Held:
    return Held(f"held {number}", owner, f"worker {number}", 1, 1, left)


@st.composite
def queues(draw) -> tuple[list[Waiting], list[Held]]:
    owners = st.sampled_from("abcd")
    runs = draw(st.lists(st.tuples(owners, st.booleans(), st.floats(0, 1e5)), max_size=20))
    busy = draw(st.lists(owners, max_size=4))
    return (
        [waiting(i, owner, *rest) for i, (owner, *rest) in enumerate(runs)],
        [held(i, owner) for i, owner in enumerate(busy)],
    )


def test_twenty_runs_of_one_visitor_do_not_hold_up_anothers_first():
    runs = [waiting(i, "ada") for i in range(20)] + [waiting(20, "bob"), waiting(21, "eve")]
    order = [run.owner for _, run in in_turn(runs, [held(0, "ada"), held(1, "ada")])]
    assert order[:2] == ["bob", "eve"]


def test_interrupted_runs_go_on_before_others_begin():
    runs = [waiting(0, "ada"), waiting(1, "bob", interrupted=True)]
    assert [run.id for _, run in in_turn(runs, [])] == ["run 1", "run 0"]


@given(queues())
def test_nobody_is_lost_and_a_visitors_own_runs_keep_their_order(queue):
    runs, busy = queue
    ranked = in_turn(runs, busy)
    assert sorted(run.id for _, run in ranked) == sorted(run.id for run in runs)
    for owner in "abcd":
        for interrupted in (True, False):
            mine = [
                run.created
                for _, run in ranked
                if (run.owner, run.interrupted) == (owner, interrupted)
            ]
            assert mine == sorted(mine)
        ranks = sorted(rank for rank, run in ranked if run.owner == owner)
        already = sum(run.owner == owner for run in busy)
        assert ranks == list(range(already, already + len(ranks)))


@given(queues(), st.integers(1, 4))
def test_every_waiting_run_has_a_place_of_its_own_and_later_places_begin_later(queue, workers):
    runs, busy = queue
    found = sorted(places(runs, busy, workers).values(), key=lambda place: place.before)
    assert [place.before for place in found] == list(range(len(runs)))
    assert all(a.seconds <= b.seconds for a, b in pairwise(found))


def test_the_time_to_wait_is_that_of_the_runs_before():
    runs = [waiting(i, owner, estimate=10) for i, owner in enumerate("abc")]
    found = places(runs, [held(0, "x", left=4), held(1, "y", left=7)], workers=2)
    assert [found[f"run {i}"].seconds for i in range(3)] == [4, 7, 14]
    assert places(runs[:1], [], workers=2)["run 0"].seconds == 0
