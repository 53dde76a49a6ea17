"""Fairness between visitors and addresses, and what those who wait are told."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runs.scheduling.fair_queue import Line, Place, in_turn, paused, places
from runs.store import Held, Waiting

NOW = 1_000.0


def waiting(
    number: int,
    owner: str,
    address: str = "",
    interrupted: bool = False,
    left: float = 10.0,
) -> Waiting:
    return Waiting(
        id=f"run {number}",
        owner=owner,
        address=address or owner,
        created=float(number),
        interrupted=interrupted,
        paused=False,
        stopping=False,
        left=left,
    )


def held(number: int, owner: str, address: str = "", left: float = 5.0) -> Held:
    return Held(f"held {number}", owner, address or owner, 0.0, f"worker {number}", 1, 1, left)


def order(runs: list[Waiting], busy: list[Held], last: dict[str, float] | None = None) -> list[str]:
    return [run.id for run in in_turn(runs, busy, last or {})]


def placed(
    runs: list[Waiting],
    busy: list[Held],
    workers: int = 2,
    turn_left: float = 20.0,
    most: float = 2,
) -> dict[str, Place]:
    lefts = {run.id: turn_left for run in busy}
    return places(runs, busy, workers, 20.0, lefts, {}, NOW, most)


@st.composite
def queues(draw) -> tuple[list[Waiting], list[Held]]:
    owners, addresses = st.sampled_from("abcd"), st.sampled_from("xy")
    home = {owner: draw(addresses) for owner in "abcd"}
    runs = draw(st.lists(st.tuples(owners, st.booleans(), st.floats(0, 1e5)), max_size=20))
    busy = draw(st.lists(owners, max_size=4))
    return (
        [
            waiting(i, owner, home[owner], interrupted, left)
            for i, (owner, interrupted, left) in enumerate(runs)
        ],
        [held(i, owner, home[owner]) for i, owner in enumerate(busy)],
    )


def test_twenty_runs_of_one_visitor_do_not_hold_up_anothers_first():
    runs = [waiting(i, "ada") for i in range(20)] + [waiting(20, "bob"), waiting(21, "eve")]
    assert order(runs, [held(0, "ada"), held(1, "ada")])[:2] == ["run 20", "run 21"]


def test_thirty_cookies_of_one_address_have_the_turns_of_one_visitor():
    runs = [waiting(i, f"cookie {i}", "here") for i in range(30)] + [waiting(30, "bob", "there")]
    assert order(runs, [held(0, "cookie", "here")])[0] == "run 30"


def test_visitors_behind_one_router_take_turns_too():
    runs = [waiting(i, "ada", "school") for i in range(3)] + [waiting(3, "bob", "school")]
    assert order(runs, [held(0, "ada", "school")])[0] == "run 3"


def test_among_equals_whoever_waited_longer_since_the_last_turn_is_first():
    runs = [waiting(0, "ada"), waiting(1, "bob")]
    assert order(runs, [])[0] == "run 0"
    assert order(runs, [], {"ada": 5.0})[0] == "run 1"


def test_a_visitor_who_deletes_a_run_and_makes_another_waits_like_one_who_does_not():
    again = waiting(50, "ada")
    assert order([again, waiting(20, "bob")], [], {"ada": 49.0}) == ["run 20", "run 50"]


def test_interrupted_runs_go_on_before_others_begin():
    runs = [waiting(0, "ada"), waiting(1, "bob", interrupted=True)]
    assert order(runs, []) == ["run 1", "run 0"]


def test_a_run_that_ended_its_worker_does_not_have_the_next_one_before_others():
    runs = [waiting(0, "ada", interrupted=True), waiting(1, "bob")]
    assert order(runs, [], last={"ada": NOW}) == ["run 1", "run 0"]
    here = [waiting(0, "ada", "here", interrupted=True), waiting(1, "bob", "here")]
    assert order(here, [], last={"ada": NOW, "here": NOW}) == ["run 1", "run 0"]


def test_a_visitor_has_no_more_workers_than_allowed():
    line = Line([waiting(0, "ada")], [held(0, "ada"), held(1, "ada")], {}, most=2)
    assert line.first() is None


def test_a_turn_ends_for_another_visitor_and_not_for_ones_own_next_run():
    mine, theirs = waiting(5, "ada"), waiting(9, "bob")
    running = held(0, "ada")
    assert Line([mine], [running], {}).yields(paused(running), NOW) is None
    assert Line([mine, theirs], [running], {}).yields(paused(running), NOW) is theirs
    # Nor for another one's second worker.
    both = [running, held(1, "bob")]
    assert Line([mine, theirs], both, {}).yields(paused(running), NOW) is None


def test_a_turn_that_ends_is_one_of_whoever_has_most():
    line = Line([], [held(0, "ada"), held(1, "bob"), held(2, "bob")], {})
    assert line.poverty(held(1, "bob")) < line.poverty(held(0, "ada"))


@given(queues())
def test_nobody_is_lost_and_a_visitors_own_runs_keep_their_order(queue):
    runs, busy = queue
    begun = order(runs, busy)
    assert sorted(begun) == sorted(run.id for run in runs)
    known = {run.id: run for run in runs}
    for owner in "abcd":
        for interrupted in (True, False):
            mine = [
                known[id].created
                for id in begun
                if (known[id].owner, known[id].interrupted) == (owner, interrupted)
            ]
            assert mine == sorted(mine)


@given(queues())
def test_no_address_gets_a_second_worker_before_another_one_that_waits_gets_its_first(queue):
    runs = [replace(run, interrupted=False) for run in queue[0]]
    known = {run.id: run for run in runs}
    firsts = [known[id].address for id in order(runs, [])][: len({run.address for run in runs})]
    assert len(firsts) == len(set(firsts))


@given(queues(), st.integers(1, 4))
def test_every_waiting_run_has_a_place_of_its_own_and_later_places_begin_later(queue, workers):
    runs, busy = queue
    found = sorted(placed(runs, busy, workers).values(), key=lambda place: place.before)
    assert [place.before for place in found] == list(range(len(runs)))
    assert all(a.seconds <= b.seconds for a, b in pairwise(found))


def test_a_newcomer_waits_for_the_rest_of_a_turn_however_long_the_runs_before_are():
    runs = [waiting(i, "ada", left=9_000) for i in range(30)] + [waiting(30, "bob")]
    busy = [held(0, "ada", left=9_000), held(1, "ada", left=9_000)]
    found = placed(runs, busy, turn_left=7)["run 30"]
    assert found.before == 0
    assert 7 <= found.seconds < 9
    assert placed(runs, busy, turn_left=-100)["run 30"].seconds < 2


def test_whoever_waits_behind_others_waits_for_their_turns():
    runs = [waiting(i, f"visitor {i}", left=9_000) for i in range(6)]
    busy = [held(0, "ada", left=9_000), held(1, "bob", left=9_000)]
    found = placed(runs, busy, turn_left=20)
    assert [round(found[f"run {i}"].seconds / 20) for i in range(6)] == [1, 1, 2, 2, 3, 3]


def test_alone_the_time_to_wait_is_that_of_ones_own_runs_before():
    runs = [waiting(i, "ada", left=98) for i in range(2)]
    found = placed(runs, [held(0, "ada", left=40), held(1, "ada", left=70)])
    assert [found[f"run {i}"].seconds for i in range(2)] == [40, 70]
    assert placed(runs[:1], [])["run 0"].seconds == 0


def test_a_thousand_waiting_runs_have_places_too():
    runs = [waiting(i, f"visitor {i % 50}", left=1e6) for i in range(1_000)]
    found = placed(runs, [held(0, "ada", left=1e6)])
    assert len(found) == 1_000
