"""Hold out a test set."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Sequences, read_sequences
from core.data.windowing import windows
from core.preprocessing.hold_out import (
    MIN_SEQUENCES,
    NO_HOLD_OUT,
    HoldOut,
    hold_out,
    list_methods,
    suggest_hold_out,
)
from tests.support.one_series import read_one_series


def _make(targets, **options):
    return Sequences.from_lists([[1.0]] * len(targets), targets=targets, **options)


@given(
    labels=st.lists(st.sampled_from("abcdefgh"), min_size=2, max_size=120),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_random_test_set_is_stratified_and_leaves_each_class_in_training(labels, seed):
    data = _make(labels)
    rows = hold_out(data, "random", seed=seed)
    assert np.array_equal(rows, hold_out(data, "random", seed=seed))
    assert (np.diff(rows) > 0).all()
    held_out = np.isin(np.arange(len(labels)), rows)
    array = np.array(labels)
    assert set(array[~held_out]) == set(labels)
    if (np.unique(array, return_counts=True)[1] > 1).any():
        assert len(rows) >= 1
    counts = np.unique(array, return_counts=True)[1]
    if counts.min() >= 5:  # no class is too small for its share
        assert abs(len(rows) - 0.2 * len(labels)) <= 0.5
        for label in set(labels):
            share = held_out[array == label].sum() - 0.2 * (array == label).sum()
            assert abs(share) <= 1


@given(
    groups=st.lists(st.integers(0, 12), min_size=2, max_size=80),
    method=st.sampled_from(["group", "latest"]),
    data=st.data(),
)
def test_groups_are_never_divided(groups, method, data):
    labels = data.draw(st.lists(st.sampled_from("ab"), min_size=len(groups), max_size=len(groups)))
    sequences = _make(labels, groups=groups)
    if len(set(groups)) == 1:
        assert list_methods(sequences) == ()
        return
    rows = hold_out(sequences, method)
    held_out = {groups[row] for row in rows}
    assert held_out.isdisjoint(groups[row] for row in set(range(len(groups))) - set(rows.tolist()))
    assert len(held_out) < len(set(groups))
    if method == "group":
        assert {labels[row] for row in set(range(len(groups))) - set(rows.tolist())} == set(labels)


def test_groups_of_unequal_size_give_a_test_set_close_to_the_share():
    groups = ["large"] * 80 + [f"small {i // 4}" for i in range(20)]
    rows = hold_out(_make(["a", "b"] * 50, groups=groups), "group")
    assert len(rows) == 20
    assert rows.min() == 80


def test_the_smallest_of_large_groups_is_held_out():
    rows = hold_out(_make(["a", "b"] * 50, groups=["p"] * 60 + ["q"] * 40), "group")
    assert rows.tolist() == list(range(60, 100))


def test_many_small_classes_give_a_test_set_of_the_right_size():
    rows = hold_out(_make([f"class {i // 2}" for i in range(200)]), "random")
    assert len(rows) == 40
    assert len({row // 2 for row in rows}) == 40


def test_numbers_are_stratified_by_quantiles():
    targets = np.arange(1000) ** 3 / 7
    rows = hold_out(_make(targets), "random", seed=3)
    assert np.bincount(rows // 100).tolist() == [20] * 10


def test_the_latest_are_the_last_of_the_file():
    assert hold_out(_make(["a"] * 10), "latest").tolist() == [8, 9]
    groups = ["p", "q", "r", "p", "s", "t", "p", "t"]
    # groups begin in the order p, q, r, s, t; two of eight sequences are closest to a fifth
    assert hold_out(_make(["a"] * 8, groups=groups), "latest").tolist() == [5, 7]


def _read(starts, visits=2, **columns):
    """Read sequences in the order of the list, each with its first step on that day of May."""
    steps = [(number, day, step) for number, day in enumerate(starts) for step in range(visits)]
    table = {
        "id": [f"s{number:02}" for number, _, _ in steps],
        "date": [f"2026-05-{day + step:02} 08:00" for _, day, step in steps],
        "x": [float(step) for _, _, step in steps],
        "target": ["ab"[number % 2] for number, _, _ in steps],
    }
    table |= {name: [cells[number] for number, _, _ in steps] for name, cells in columns.items()}
    return read_sequences(table)


def test_the_latest_by_time_start_last_wherever_they_stand_in_the_file():
    data = _read([9, 3, 12, 1, 7, 10, 2, 8, 5, 4])
    assert list_methods(data) == ("random", "time", "latest")
    assert hold_out(data, "time").tolist() == [2, 5]
    assert hold_out(data, "latest").tolist() == [8, 9]
    assert hold_out(data[[2, 5, 0, 3]], "time", 0.25).tolist() == [0]


def test_the_latest_groups_by_time_are_those_that_begin_last():
    group = ["p", "q", "r", "p", "q"] * 2
    data = _read([1, 8, 9, 20, 7, 6, 8, 9, 3, 8], clinic=group)
    assert list_methods(data) == ("random", "time", "latest")
    groups = [f"clinic {name}" for name in group]
    data = replace(data, groups=groups)
    assert list_methods(data) == ("group", "time", "latest")
    assert hold_out(data, "time").tolist() == [2, 7]  # r begins on the 9th


def test_of_equal_times_the_last_of_the_file_are_held_out():
    assert hold_out(_read([9, 3, 9, 1, 9]), "time").tolist() == [4]


def test_sequences_that_all_start_at_once_have_no_latest_by_time():
    data = _read([3] * 6)
    assert list_methods(data) == ("random", "latest")
    with pytest.raises(ValueError, match="'time' is not in"):
        hold_out(data, "time")


def test_windows_keep_the_time_of_their_series():
    data = windows(_read([5, 1, 9], visits=4), 2, 2)
    assert data.report.start_ranks.tolist() == [1, 1, 0, 0, 2, 2]
    assert hold_out(data, "time").tolist() == [4, 5]


def test_a_dropped_sequence_takes_its_time_with_it():
    x = [[1, 2], [None, None], [3, 4], [5, 6]]
    table = {
        "id": [f"s{n}" for n in range(4) for _ in range(2)],
        "day": [f"2026-0{9 - n}-0{t + 1}" for n in range(4) for t in range(2)],
        "x": [value for pair in x for value in pair],
        "target": ["a", "a", "a", "a", "b", "b", "b", "b"],
    }
    data = read_sequences(table, missing="drop", target="target")
    assert data.ids.tolist() == ["s0", "s2", "s3"]
    assert data.report.start_ranks.tolist() == [3, 1, 0]
    assert hold_out(data, "time").tolist() == [0]


def test_seeds_draw_different_rows_of_the_same_number():
    data = _make(["a", "b"] * 100)
    draws = [hold_out(data, "random", seed=seed).tolist() for seed in range(5)]
    assert len(set(map(tuple, draws))) == 5
    assert {len(draw) for draw in draws} == {40}


def test_validation_rows_stay_and_test_rows_come_from_training():
    split = ["train"] * 60 + ["validation"] * 60
    data = _make(["a", "b"] * 60, split=split)
    held_out = HoldOut("random", 0, hold_out(data, "random")).apply(data)
    assert (held_out.split[60:] == "validation").all()
    assert (held_out.split[:60] == "test").sum() == 12


def test_data_that_marks_test_rows_is_left_as_it_is():
    assert list_methods(_make(["a"] * 4, split=["train", "train", "validation", "test"])) == ()
    with pytest.raises(ValueError, match="method 'random' is not in"):
        hold_out(_make(["a"] * 2, split=["train", "test"]), "random")


def test_data_without_targets_has_no_test_set():
    assert list_methods(Sequences.from_lists([[1.0]] * 200)) == ()
    assert suggest_hold_out(Sequences.from_lists([[1.0]] * 200)) is None


def test_a_test_set_is_suggested_from_100_sequences():
    assert suggest_hold_out(_make(["a"] * (MIN_SEQUENCES - 1))) is None
    suggested = suggest_hold_out(_make(["a"] * MIN_SEQUENCES))
    assert suggested.method == "random"
    assert len(suggested.rows) == 20
    grouped = _make(["a"] * 100, groups=[i // 5 for i in range(100)])
    assert suggest_hold_out(grouped).method == "group"


def test_targets_per_step_are_drawn_at_random():
    data = Sequences.from_lists([[1.0, 2.0]] * 100, targets=[["a", "b"]] * 100)
    assert len(hold_out(data, "random")) == 20


def test_nothing_held_out_leaves_the_data_as_it_is():
    data = _make(["a"] * 3)
    assert NO_HOLD_OUT.apply(data) is data


@given(st.sets(st.integers(0, 300)))
def test_rows_survive_storage(rows):
    original = HoldOut("random", 7, np.array(sorted(rows), np.int64))
    read = HoldOut.from_bytes("random", 7, original.to_bytes())
    assert (read.method, read.seed) == ("random", 7)
    assert np.array_equal(read.rows, original.rows)


def test_the_last_windows_of_one_series_are_held_out():
    data = read_one_series(600)
    assert list_methods(data) == ("windows",)
    suggested = suggest_hold_out(data)
    assert (suggested.method, suggested.rows.tolist()) == ("windows", [*range(96, 120)])
    assert suggest_hold_out(read_one_series(450)) is None  # fewer than 100 windows
    assert list_methods(read_one_series(600, target_at="step", cut_every=3)) == ()
