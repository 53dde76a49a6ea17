"""Windows and growing prefixes contain every step and never cross a split."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Recipe, Sequences, prefixes, windows
from core.data import windowing
from core.data.windowing import is_divided_series, is_one_series, take_last_targets
from core.preprocessing.splits import split_rows
from tests.support.one_series import read_one_series
from tests.support.strategies import sequences

THREE = Sequences.from_lists(
    [[1, 2, 3, 4, 5], [6], [7, 8, 9]],
    targets=["x", "y", "x"],
    ids=["a", "b", "c"],
    split=["train", "test", "train"],
)


def to_lists(data: Sequences) -> list[list[float]]:
    return [part[:, 0].tolist() for part in data]


def test_windows_contain_every_step_and_their_ids_name_the_place():
    cut = windows(THREE, 2, 2)
    assert to_lists(cut) == [[1, 2], [3, 4], [5], [6], [7, 8], [9]]
    assert cut.ids.tolist() == ["a 1–2", "a 3–4", "a 5–5", "b", "c 1–2", "c 3–3"]
    assert cut.targets.tolist() == ["x", "x", "x", "y", "x", "x"]
    assert cut.groups.tolist() == ["a", "a", "a", "b", "c", "c"]
    assert cut.split.tolist() == ["train"] * 3 + ["test"] + ["train"] * 2


def test_windows_may_overlap():
    assert to_lists(windows(THREE, 3, 1)) == [[1, 2, 3], [2, 3, 4], [3, 4, 5], [6], [7, 8, 9]]


def test_prefixes_grow_to_the_whole_series():
    cut = prefixes(THREE, 2, 2)
    assert to_lists(cut) == [[1, 2], [1, 2, 3, 4], [1, 2, 3, 4, 5], [6], [7, 8], [7, 8, 9]]
    assert cut.ids.tolist() == ["a 1–2", "a 1–4", "a", "b", "c 1–2", "c"]


def test_per_step_targets_follow_their_steps_or_the_last_is_taken():
    data = Sequences.from_lists([[1, 2, 3], [4]], [[10, 20, 30], [40]])
    cut = windows(data, 2, 1)
    assert cut.targets.tolist() == [10, 20, 20, 30, 40]
    assert take_last_targets(cut).targets.tolist() == [20, 30, 40]
    assert take_last_targets(THREE) is THREE


@given(sequences(max_steps=20), st.integers(1, 8), st.integers(1, 8))
def test_every_step_is_in_a_window_and_no_window_is_longer(data, steps, every):
    cut = windows(data, max(steps, every), every)
    assert cut.lengths.max() <= max(steps, every)
    for id, whole in zip(data.ids, data, strict=True):
        rows = np.flatnonzero(cut.groups == id)
        joined = np.concatenate([cut[row] for row in rows]) if every >= steps else None
        if joined is not None:
            np.testing.assert_array_equal(joined, whole)
        np.testing.assert_array_equal(cut[rows[-1]][-1], whole[-1])
        assert cut.lengths[rows[:-1]].tolist() == [max(steps, every)] * (len(rows) - 1)


@given(sequences(max_steps=20), st.integers(1, 8), st.integers(1, 8))
def test_prefixes_begin_with_the_series_and_end_with_it_once(data, steps, every):
    cut = prefixes(data, steps, every)
    for id, whole in zip(data.ids, data, strict=True):
        parts = [cut[row] for row in np.flatnonzero(cut.groups == id)]
        assert len({len(part) for part in parts}) == len(parts)
        assert [len(part) for part in parts].count(len(whole)) == 1
        for part in parts:
            np.testing.assert_array_equal(part, whole[: len(part)])


@pytest.mark.parametrize(
    ("cut", "steps", "every", "message"),
    [
        (windows, 2, 3, "skips steps"),
        (windows, 0, 1, "at least 1"),
        (prefixes, 1, 0, "at least 1"),
    ],
)
def test_invalid_sizes_are_refused(cut, steps, every, message):
    with pytest.raises(DataError, match=message):
        cut(THREE, steps, every)


def test_windows_beyond_memory_are_refused_before_allocation(monkeypatch):
    long = Sequences(np.zeros((100_000, 1)), [100_000])
    with pytest.raises(DataError, match="5,000,050,000 values"):
        prefixes(long, 1, 1)
    monkeypatch.setattr(windowing, "MAX_VALUES", 10)
    with pytest.raises(DataError, match="the limit is 10"):
        windows(THREE, 3, 1)


@given(st.integers(0, 1000), st.sampled_from(["regression", "classification"]))
def test_no_series_is_on_both_sides_of_a_split(seed, task):
    data = Sequences.from_lists(
        [[0] * 9] * 12, targets=[i % 3 for i in range(12)], ids=[f"s{i}" for i in range(12)]
    )
    cut = windows(data, 4, 2)
    training, validation = split_rows(cut, Recipe(task=task, seed=seed))
    assert not {*cut.groups[training]} & {*cut.groups[validation]}
    assert len(training) + len(validation) == len(cut)
    assert len({*cut.groups[validation]}) == 2


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, True),
        ({"cut_every": 2}, True),
        ({"target_at": "step"}, True),
        ({"target_at": "step", "cut_every": 2}, False),  # steps are targets of two windows
        ({"cut": "prefixes"}, False),
        ({"cut": "", "cut_steps": 0, "cut_every": 0, "target_at": "step"}, False),
    ],
    ids=repr,
)
def test_later_windows_of_one_series_may_test_earlier_ones_without_common_targets(
    choices, expected
):
    data = read_one_series(60, **choices)
    assert is_one_series(data) == expected
    assert is_one_series(data[:3]) == expected
    assert not is_divided_series(data)
    marked = data.with_split(np.array(["train"] * (len(data) - 1) + ["test"], object))
    assert is_divided_series(marked) == expected


def test_windows_of_several_series_are_not_of_one():
    data = read_one_series(60)
    assert not is_one_series(replace(data, groups=np.repeat(["a", "b"], 6).astype(object)))
    assert not is_one_series(windows(Sequences.from_lists([[1.0] * 9], targets=[1]), 3, 3))
