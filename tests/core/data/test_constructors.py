"""Sequences from arrays, data frames and collections of aeon, and back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Sequences, pad

LISTS = [[[1, 10]], [[2, 20], [5, 50]], [[3, 30], [9, 90], [8, 80]]]
DATA = Sequences.from_lists(LISTS, [2, 4, 6], feature_names=["a", "b"], ids=["x", "y", "z"])


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_a_padded_array_and_its_mask_give_the_sequences_again(padding):
    padded = DATA.to_padded(padding=padding, value=7.0)
    again = Sequences.from_numpy3d(
        padded.values, [2, 4, 6], mask=padded.mask, feature_names=["a", "b"], ids=["x", "y", "z"]
    )
    assert again == DATA


def test_lengths_or_nan_tails_tell_where_a_sequence_ends():
    padded = DATA.to_padded(padding="post").values
    expected = DATA.with_targets(None)
    options = {"feature_names": ["a", "b"], "ids": ["x", "y", "z"]}
    assert Sequences.from_numpy3d(padded, lengths=[1, 2, 3], **options) == expected
    tails = np.where(DATA.to_padded(padding="post").mask[..., None], padded, np.nan)
    assert Sequences.from_numpy3d(tails, **options) == expected


def test_only_steps_without_any_number_are_a_tail():
    array = [[[1, np.nan], [np.nan, np.nan], [2, np.nan], [np.nan, np.nan]]]
    data = Sequences.from_numpy3d(array, missing="mean")
    assert data.lengths.tolist() == [3]
    assert np.isnan(data.values[1]).tolist() == [True, True]
    with pytest.raises(DataError, match="missing"):
        Sequences.from_numpy3d(array)


def test_targets_of_a_padded_array_may_be_one_per_step():
    data = Sequences.from_numpy3d(np.ones((2, 3)), [[1, 2], [3]], lengths=[2, 1])
    assert data.per_step
    assert data.targets.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lengths": [1, 2]}, "lengths is"),
        ({"lengths": [1, 2, 9]}, "lengths is"),
        ({"lengths": [1.5, 2, 3]}, "lengths is"),
        ({"lengths": [0, 2, 3]}, "has no steps"),
        ({"mask": np.ones((3, 2), bool)}, "mask has shape"),
        ({"mask": np.ones((3, 3))}, "float64"),
        ({"lengths": [1, 2, 3], "mask": np.ones((3, 3), bool)}, "Give one of them"),
    ],
)
def test_lengths_and_masks_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(DataError, match=message):
        Sequences.from_numpy3d(np.zeros((3, 3, 2)), **arguments)


def test_an_array_of_another_form_is_refused():
    for array in (np.zeros(3), np.zeros((2, 2, 2, 2)), "text"):
        with pytest.raises(DataError, match="array"):
            Sequences.from_numpy3d(array)


def test_collections_of_aeon_have_channels_first():
    series = [np.array(part, float).T for part in LISTS]  # (channels, steps)
    data = Sequences.from_aeon(series, ["a", "b", "a"])
    assert np.array_equal(data.values, DATA.values)
    assert data.targets.tolist() == ["a", "b", "a"]
    equal = np.stack([np.ones((2, 4)), np.full((2, 4), np.nan)])
    equal[1, :, :3] = 2
    assert Sequences.from_aeon(equal).lengths.tolist() == [4, 3]
    assert Sequences.from_aeon([np.arange(3.0), np.arange(2.0)]).lengths.tolist() == [3, 2]


def test_a_frame_gives_the_sequences_again():
    frame = DATA.to_frame()
    assert list(frame.columns) == ["id", "step", "a", "b", "target"]
    assert frame["step"].tolist() == [1, 1, 2, 1, 2, 3]
    assert Sequences.from_frame(frame, "id", time="step", target="target") == DATA


@given(st.randoms(use_true_random=False))
def test_the_time_orders_the_steps_of_a_shuffled_frame(random):
    rows = list(range(6))
    random.shuffle(rows)
    shuffled = DATA.to_frame().iloc[rows]
    data = Sequences.from_frame(shuffled, "id", time="step", target="target")
    assert sorted(data.ids) == ["x", "y", "z"]
    for row, name in enumerate(data.ids):
        assert np.array_equal(data[row], DATA[int(np.flatnonzero(DATA.ids == name)[0])])


def test_ids_of_several_columns_are_joined():
    frame = pd.DataFrame(
        {"s": [1, 1, 2], "trial": ["a", "b", "a"], "v": [1.0, 2, 3], "group": list("gghh"[:3])}
    )
    data = Sequences.from_frame(frame, ["s", "trial"], group="group")
    assert data.ids.tolist() == ["1 / a", "1 / b", "2 / a"]
    assert data.groups.tolist() == ["g", "g", "h"]


def test_a_target_that_changes_within_a_sequence_is_one_per_step():
    frame = pd.DataFrame({"id": [1, 1, 2], "v": [1.0, 2, 3], "y": [0, 1, 1]})
    data = Sequences.from_frame(frame, "id", target="y")
    assert data.per_step
    assert data.targets.tolist() == [0, 1, 1]


@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_words_of_a_frame_are_categories_and_come_back(dtype):
    frame = pd.DataFrame({"id": [1, 1, 2], "word": ["b", None, "a"], "v": [1.0, 2, 3]})
    frame["word"] = frame["word"].astype(dtype)
    data = Sequences.from_frame(frame, "id", missing="mean")
    assert data.categories == {"word": ("a", "b")}
    np.testing.assert_array_equal(data.values, [[1, 1], [np.nan, 2], [0, 3]])
    assert Sequences.from_frame(data.to_frame(), "id", "step", missing="mean") == data


def test_what_a_frame_lacks_is_named():
    frame = pd.DataFrame({"id": [1, 1], "mixed": ["a", 2], "v": [1.0, 2], "split": ["a", "b"]})
    with pytest.raises(KeyError, match="no column 'time'"):
        Sequences.from_frame(frame, "id", time="time")
    with pytest.raises(DataError, match="Column mixed is not numeric"):
        Sequences.from_frame(frame, "id")
    with pytest.raises(DataError, match="Column split changes within sequence 1"):
        Sequences.from_frame(frame, "id", features=["v"], split="split")
    with pytest.raises(DataError, match="Row 2, column id"):
        Sequences.from_frame(frame.assign(id=[1, np.nan]), "id", features=["v"])
    with pytest.raises(DataError, match="no features or no rows"):
        Sequences.from_frame(frame[["id"]], "id")


def test_a_method_and_a_function_pad_alike():
    padded, same = DATA.to_padded(2, "post", "post", 3.0), pad(DATA, 2, "post", "post", 3.0)
    assert np.array_equal(padded.values, same.values)
    assert np.array_equal(padded.mask, same.mask)


def test_a_sequence_that_is_taken_twice_gets_an_id_per_copy_in_one_group():
    twice = DATA[[0, 0, 2, 0]]
    assert twice.ids.tolist() == ["x", "x (2)", "z", "x (3)"]
    assert twice.groups.tolist() == ["x", "x", "z", "x"]
    assert twice.targets.tolist() == [2, 2, 6, 2]
    named = Sequences.from_lists([[1], [2]], ids=["a", "a (2)"])[[0, 0, 1]]
    assert named.ids.tolist() == ["a", "a (3)", "a (2)"]
    assert DATA[[2, 0]].groups is None


def test_rows_and_features_that_do_not_exist_are_refused():
    for index in (3, -4, [5], "x", 1.5, np.array([True, False]), None):
        with pytest.raises(IndexError, match="selects no rows of 3 sequences"):
            DATA[index]
    with pytest.raises(KeyError, match="no feature 'c'"):
        DATA.with_features(["a", "c"])
    for names in ([], ["a", "a"]):
        with pytest.raises(DataError, match="and each once"):
            DATA.with_features(names)


@pytest.mark.parametrize(
    ("values", "lengths", "message"),
    [
        (np.ones((6, 2)), [6], "number of lengths"),
        (np.ones((6, 2)), [0, 3, 3], "Sequence x has no steps"),
        (np.ones((5, 2)), [1, 2, 3], "values has shape"),
    ],
)
def test_steps_that_do_not_fit_are_refused(values, lengths, message):
    with pytest.raises(DataError, match=message):
        DATA.with_steps(values, lengths)
    with pytest.raises(DataError):
        DATA.take_steps(np.arange(len(values)), lengths)
