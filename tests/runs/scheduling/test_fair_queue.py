"""Fairness between visitors and addresses, and estimates for waiting runs."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from runs.scheduling.fair_queue import (
    FairQueue,
    QueuePosition,
    estimate_positions,
    sort_by_turn,
    to_waiting,
)
from runs.store import RunningRun, WaitingRun

NOW = 1_000.0


def make_waiting(
    number: int,
    owner: str,
    address: str = "",
    interrupted: bool = False,
    seconds_left: float = 10.0,
) -> WaitingRun:
    return WaitingRun(
        id=f"run {number}",
        owner=owner,
        address=address or owner,
        created=float(number),
        interrupted=interrupted,
        paused=False,
        stopping=False,
        seconds_left=seconds_left,
    )


def make_running(
    number: int, owner: str, address: str = "", seconds_left: float = 5.0
) -> RunningRun:
    return RunningRun(
        f"held {number}", owner, address or owner, 0.0, f"worker {number}", 1, 1, seconds_left
    )


def sort_ids(
    runs: list[WaitingRun], busy: list[RunningRun], last: dict[str, float] | None = None
) -> list[str]:
    return [run.id for run in sort_by_turn(runs, busy, last or {})]


def estimate(
    runs: list[WaitingRun],
    busy: list[RunningRun],
    workers: int = 2,
    turn_left: float = 20.0,
    max_workers: float = 2,
) -> dict[str, QueuePosition]:
    turns_left = {run.id: turn_left for run in busy}
    return estimate_positions(runs, busy, workers, 20.0, turns_left, {}, NOW, max_workers)


@st.composite
def queues(draw) -> tuple[list[WaitingRun], list[RunningRun]]:
    owners, addresses = st.sampled_from("abcd"), st.sampled_from("xy")
    home = {owner: draw(addresses) for owner in "abcd"}
    runs = draw(st.lists(st.tuples(owners, st.booleans(), st.floats(0, 1e5)), max_size=20))
    busy = draw(st.lists(owners, max_size=4))
    return (
        [
            make_waiting(i, owner, home[owner], interrupted, left)
            for i, (owner, interrupted, left) in enumerate(runs)
        ],
        [make_running(i, owner, home[owner]) for i, owner in enumerate(busy)],
    )


def test_twenty_runs_of_one_visitor_do_not_hold_up_anothers_first():
    runs = [make_waiting(i, "ada") for i in range(20)] + [
        make_waiting(20, "bob"),
        make_waiting(21, "eve"),
    ]
    assert sort_ids(runs, [make_running(0, "ada"), make_running(1, "ada")])[:2] == [
        "run 20",
        "run 21",
    ]


def test_thirty_cookies_of_one_address_have_the_turns_of_one_visitor():
    runs = [make_waiting(i, f"cookie {i}", "here") for i in range(30)] + [
        make_waiting(30, "bob", "there")
    ]
    assert sort_ids(runs, [make_running(0, "cookie", "here")])[0] == "run 30"


def test_visitors_behind_one_router_take_turns_too():
    runs = [make_waiting(i, "ada", "school") for i in range(3)] + [make_waiting(3, "bob", "school")]
    assert sort_ids(runs, [make_running(0, "ada", "school")])[0] == "run 3"


def test_among_equals_whoever_waited_longer_since_the_last_turn_is_first():
    runs = [make_waiting(0, "ada"), make_waiting(1, "bob")]
    assert sort_ids(runs, [])[0] == "run 0"
    assert sort_ids(runs, [], {"ada": 5.0})[0] == "run 1"


def test_a_visitor_who_deletes_a_run_and_makes_another_waits_like_one_who_does_not():
    again = make_waiting(50, "ada")
    assert sort_ids([again, make_waiting(20, "bob")], [], {"ada": 49.0}) == ["run 20", "run 50"]


def test_interrupted_runs_resume_before_others_start():
    runs = [make_waiting(0, "ada"), make_waiting(1, "bob", interrupted=True)]
    assert sort_ids(runs, []) == ["run 1", "run 0"]


def test_a_run_that_ended_its_worker_does_not_have_the_next_one_before_others():
    runs = [make_waiting(0, "ada", interrupted=True), make_waiting(1, "bob")]
    assert sort_ids(runs, [], last={"ada": NOW}) == ["run 1", "run 0"]
    here = [make_waiting(0, "ada", "here", interrupted=True), make_waiting(1, "bob", "here")]
    assert sort_ids(here, [], last={"ada": NOW, "here": NOW}) == ["run 1", "run 0"]


def test_a_visitor_has_no_more_workers_than_allowed():
    fair_queue = FairQueue(
        [make_waiting(0, "ada")],
        [make_running(0, "ada"), make_running(1, "ada")],
        {},
        max_workers=2,
    )
    assert fair_queue.peek() is None


def test_a_turn_ends_for_another_visitor_and_not_for_ones_own_next_run():
    mine, theirs = make_waiting(5, "ada"), make_waiting(9, "bob")
    running = make_running(0, "ada")
    assert FairQueue([mine], [running], {}).find_successor(to_waiting(running), NOW) is None
    assert (
        FairQueue([mine, theirs], [running], {}).find_successor(to_waiting(running), NOW) is theirs
    )
    # Nor for a second worker of another visitor.
    both = [running, make_running(1, "bob")]
    assert FairQueue([mine, theirs], both, {}).find_successor(to_waiting(running), NOW) is None


def test_a_turn_that_ends_is_one_of_whoever_has_most():
    fair_queue = FairQueue(
        [], [make_running(0, "ada"), make_running(1, "bob"), make_running(2, "bob")], {}
    )
    assert fair_queue.get_load_key(make_running(1, "bob")) < fair_queue.get_load_key(
        make_running(0, "ada")
    )


@given(queues())
def test_nobody_is_lost_and_a_visitors_own_runs_keep_their_order(queue):
    runs, busy = queue
    begun = sort_ids(runs, busy)
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
    firsts = [known[id].address for id in sort_ids(runs, [])][: len({run.address for run in runs})]
    assert len(firsts) == len(set(firsts))


@given(queues(), st.integers(1, 4))
def test_queue_positions_are_distinct_and_ordered_by_time(queue, workers):
    runs, busy = queue
    positions = sorted(estimate(runs, busy, workers).values(), key=lambda place: place.before)
    assert [place.before for place in positions] == list(range(len(runs)))
    assert all(a.seconds <= b.seconds for a, b in pairwise(positions))


def test_a_newcomer_waits_for_the_rest_of_a_turn_however_long_the_runs_before_are():
    runs = [make_waiting(i, "ada", seconds_left=9_000) for i in range(30)] + [
        make_waiting(30, "bob")
    ]
    busy = [make_running(0, "ada", seconds_left=9_000), make_running(1, "ada", seconds_left=9_000)]
    positions = estimate(runs, busy, turn_left=7)["run 30"]
    assert positions.before == 0
    assert 7 <= positions.seconds < 9
    assert estimate(runs, busy, turn_left=-100)["run 30"].seconds < 2


def test_whoever_waits_behind_others_waits_for_their_turns():
    runs = [make_waiting(i, f"visitor {i}", seconds_left=9_000) for i in range(6)]
    busy = [make_running(0, "ada", seconds_left=9_000), make_running(1, "bob", seconds_left=9_000)]
    positions = estimate(runs, busy, turn_left=20)
    assert [round(positions[f"run {i}"].seconds / 20) for i in range(6)] == [1, 1, 2, 2, 3, 3]


def test_a_single_visitor_waits_for_their_own_earlier_runs():
    runs = [make_waiting(i, "ada", seconds_left=98) for i in range(2)]
    positions = estimate(
        runs, [make_running(0, "ada", seconds_left=40), make_running(1, "ada", seconds_left=70)]
    )
    assert [positions[f"run {i}"].seconds for i in range(2)] == [40, 70]
    assert estimate(runs[:1], [])["run 0"].seconds == 0


def test_a_thousand_waiting_runs_have_positions():
    runs = [make_waiting(i, f"visitor {i % 50}", seconds_left=1e6) for i in range(1_000)]
    positions = estimate(runs, [make_running(0, "ada", seconds_left=1e6)])
    assert len(positions) == 1_000
