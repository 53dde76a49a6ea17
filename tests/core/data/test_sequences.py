"""``Sequences``: accepted and refused arguments, and the consistency of subsets."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Sequences
from core.data.padded import step_indices

THREE = [[1], [2, 5], [3, 9, 9, 4, 8]]


def make_three(**parts):
    return Sequences.from_lists(THREE, targets=[2, 4, 6], **parts)


@st.composite
def ragged_arrays(draw):
    width = draw(st.integers(1, 3))
    lengths = draw(st.lists(st.integers(1, 6), min_size=1, max_size=8))
    number = st.floats(-1e6, 1e6, width=32)
    return [
        np.array(draw(st.lists(number, min_size=n * width, max_size=n * width))).reshape(n, width)
        for n in lengths
    ]


def test_stores_steps_targets_ids_split_and_groups():
    data = make_three(ids=["a", "b", "c"], split=["train", "test", "train"], groups=[7, 7, 8])
    assert len(data) == 3
    assert data.values.tolist() == [[1], [2], [5], [3], [9], [9], [4], [8]]
    assert data.values.dtype == np.float32
    assert data.lengths.tolist() == [1, 2, 5]
    assert data.targets.tolist() == [2, 4, 6]
    assert data.ids.tolist() == ["a", "b", "c"]
    assert data.split.tolist() == ["train", "test", "train"]
    assert data.groups.tolist() == ["7", "7", "8"]
    assert data.offsets.tolist() == [0, 1, 3, 8]


@pytest.mark.parametrize(
    ("targets", "kind", "expected"),
    [
        ([2, 4, 6], "i", [2, 4, 6]),
        ([2.0, 4.5, 6], "f", [2.0, 4.5, 6.0]),
        ([1.0, 0.0, 1.0], "i", [1, 0, 1]),
        ([1.0, 0.0, 1e30], "f", [1.0, 0.0, 1e30]),
        (["a", "b", "a"], "O", ["a", "b", "a"]),
        ([True, False, True], "O", ["True", "False", "True"]),
        (None, None, None),
    ],
)
def test_targets_are_whole_numbers_numbers_or_classes(targets, kind, expected):
    data = Sequences.from_lists(THREE, targets=targets)
    if expected is None:
        assert data.targets is None
    else:
        assert (data.targets.dtype.kind, data.targets.tolist()) == (kind, expected)


def test_decimals_are_preserved():
    assert Sequences.from_lists([[1.5]])[0].tolist() == [[1.5]]


@pytest.mark.parametrize(
    ("sequences", "parts", "message", "values"),
    [
        ([], {}, "no sequences", {}),
        ([[1], []], {}, "has no steps", {"id": "2"}),
        ([1.5], {}, "[[1.5]], not [1.5]", {"number": 1, "found": 1.5}),
        ([[1], ["x"]], {}, "cannot be read as numbers", {"number": 2}),
        ([[1], [[1, 2]]], {}, "features", {"number": 2, "found": 2, "expected": 1}),
        ([[[[1]]]], {}, "dimensions", {"found": 3}),
        ([[1, np.inf]], {}, "infinite", {"id": "1", "step": 2, "feature": "value"}),
        ([[1], [1e39]], {}, "too large", {"id": "2", "step": 1}),
        ([[1], [2, np.nan]], {}, "missing", {"id": "2", "step": 2}),
        ([[1], [2]], {"ids": ["a", "a"]}, "is given twice", {"id": "a"}),
        ([[1], [2]], {"ids": ["a"]}, "Give one per sequence", {"n": 2, "found": 1}),
        ([[1], [2]], {"targets": [1]}, "one target per sequence", {"found": (1,), "n": 2}),
        ([[1], [2]], {"targets": [1, np.nan]}, "target", {"id": "2"}),
        ([[1], [2]], {"targets": ["a", None]}, "Sequence 2: the target is missing", {"id": "2"}),
        ([[1], [2]], {"targets": [np.nan, "a"]}, "Sequence 1: the target is missing", {"id": "1"}),
        (
            [[1], [2]],
            {"targets": np.array([1, 2**63], np.uint64)},
            "64-bit",
            {"id": "2", "found": str(2**63)},
        ),
        (1.5, {}, "[[1.5]]", {"found": 1.5}),
        (None, {}, "[[1.5]]", {"found": None}),
        ([[1], [2]], {"split": ["train", "val"]}, "split", {"id": "2", "found": "val"}),
        ([[1], [2]], {"feature_names": ["a", "b"]}, "names", {"features": 1, "names": 2}),
    ],
)
def test_errors_name_the_place_and_the_value(sequences, parts, message, values):
    with pytest.raises(DataError) as caught:
        Sequences.from_lists(sequences, **parts)
    assert message in str(caught.value)
    assert {name: caught.value.values[name] for name in values} == values


def test_an_unknown_policy_for_missing_values_is_refused():
    with pytest.raises(ValueError, match="guess"):
        Sequences.from_lists([[1]], missing="guess")


def test_drop_deletes_the_steps_with_a_missing_value():
    data = Sequences.from_lists(
        [[[1, 2], [np.nan, 3], [4, 5]], [[6, 7], [8, np.nan]]], missing="drop"
    )
    assert [sequence.tolist() for sequence in data] == [[[1, 2], [4, 5]], [[6, 7]]]


def test_drop_refuses_a_sequence_without_remaining_steps():
    with pytest.raises(DataError, match="Sequence 2: every step"):
        Sequences.from_lists([[1], [np.nan, np.nan]], missing="drop")


@pytest.mark.parametrize("missing", ["forward", "mean"])
def test_other_missing_values_stay_missing(missing):
    data = Sequences.from_lists([[1], [np.nan, 2]], missing=missing)
    assert np.isnan(data.values.ravel()).tolist() == [False, True, False]


def test_values_may_not_become_infinite():
    data = Sequences.from_lists([[1], [2, 3]])
    with pytest.raises(DataError, match="Sequence 2, step 1, feature value"):
        data.with_steps([[1], [np.inf], [3]], data.lengths)
    with pytest.raises(DataError, match="shape"):
        data.with_steps(np.ones((3, 2)), data.lengths)
    with pytest.raises(DataError, match="infinite"):
        data.with_numbers([[1, 0], [1, 1e39], [3, 0]], ("a", "b"))


def test_arrays_are_copied_and_read_only():
    values, lengths, targets = np.ones((3, 1), np.float32), np.array([1, 2]), np.array([1.0, 2.0])
    data = Sequences(values, lengths, targets)
    values[:], lengths[:], targets[:] = 9, 9, 9
    assert data.values.tolist() == [[1], [1], [1]]
    assert data.lengths.tolist() == [1, 2]
    assert data.targets.tolist() == [1, 2]
    for part in (data.values, data.lengths, data.targets, data.ids, data[0]):
        with pytest.raises(ValueError, match="read-only"):
            part[0] = 5
    with pytest.raises(AttributeError):
        data.values = values


@given(ragged_arrays(), st.data())
def test_a_subset_keeps_each_sequence_with_its_target_and_id(parts, draw):
    data = Sequences.from_lists(
        parts, targets=np.arange(len(parts)), groups=range(len(parts)), split=["train"] * len(parts)
    )
    rows = draw.draw(st.lists(st.integers(0, len(parts) - 1), min_size=1, max_size=8))
    chosen = data[rows]
    assert len(chosen) == len(rows)
    for index, row in enumerate(rows):
        assert np.array_equal(chosen[index], parts[row].astype(np.float32))
    assert chosen.targets.tolist() == rows
    assert [id.split(" ")[0] for id in chosen.ids] == [str(row + 1) for row in rows]
    assert len(set(chosen.ids)) == len(rows)
    assert chosen.groups.tolist() == [str(row) for row in rows]


@given(ragged_arrays(), st.slices(8))
def test_a_slice_equals_its_row_numbers(parts, cut):
    data = Sequences.from_lists(parts)
    rows = list(range(len(parts)))[cut]
    assert [s.tolist() for s in data[cut]] == [data[row].tolist() for row in rows]


def test_a_boolean_array_selects_the_true_rows():
    assert make_three()[np.array([True, False, True])].targets.tolist() == [2, 6]


@pytest.mark.parametrize(("index", "expected"), [(-1, [[3], [9], [9], [4], [8]]), (1, [[2], [5]])])
def test_an_integer_returns_the_steps(index, expected):
    assert make_three()[index].tolist() == expected
    assert make_three()[np.int64(index)].tolist() == expected


def test_an_integer_beyond_the_end_ends_iteration():
    with pytest.raises(IndexError):
        make_three()[3]
    assert [len(sequence) for sequence in make_three()] == [1, 2, 5]


def test_with_steps_keeps_everything_but_the_steps():
    data = make_three()
    scaled = data.with_steps(data.values * 2, data.lengths)
    assert scaled[1].tolist() == [[4], [10]]
    assert scaled.targets.tolist() == [2, 4, 6]
    with pytest.raises(DataError):
        data.with_steps(data.values[:-1], data.lengths)


@pytest.mark.parametrize(
    "other",
    [
        Sequences.from_lists(THREE),
        Sequences.from_lists(THREE, targets=[2, 4, 7]),
        Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 7]], targets=[2, 4, 6]),
        Sequences.from_lists([[1, 2], [5], [3, 9, 9, 4, 8]], targets=[2, 4, 6]),
        Sequences.from_lists(THREE, targets=[2, 4, 6], ids=["a", "b", "c"]),
        Sequences.from_lists(THREE, targets=[2, 4, 6], feature_names=["x"]),
        Sequences.from_lists(THREE, targets=[2, 4, 6], split=["train"] * 3),
    ],
)
def test_equal_means_equal_in_every_part(other):
    assert make_three() == make_three()
    assert make_three() != other


def test_pickling_preserves_sequences():
    assert pickle.loads(pickle.dumps(make_three())) == make_three()


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 5)), min_size=1))
def test_step_indices_counts_up_from_each_start(blocks):
    starts, lengths = np.array(blocks).T
    expected = [start + i for start, length in blocks for i in range(length)]
    assert step_indices(starts, lengths).tolist() == expected


def test_repr_summarizes_the_data():
    assert repr(make_three()) == "Sequences(3 sequences, 1 to 5 steps, 1 feature, with targets)"


def test_an_empty_subset_is_allowed():
    data = Sequences.from_lists([[1], [2, 5]])
    assert len(data[[]]) == len(data[0:0]) == len(data[np.zeros(2, bool)]) == 0


def test_unpickled_arrays_are_read_only_and_arguments_stay_writable():
    data = pickle.loads(pickle.dumps(Sequences.from_lists([[1], [2, 5]], targets=[1, 2])))
    with pytest.raises(ValueError, match="read-only"):
        data.values[0] = 7
    lengths = np.array([1, 2])
    data.with_steps(np.zeros((3, 1)), lengths)
    lengths[0] = 5


def test_an_empty_sequence_is_named_when_the_others_have_two_features():
    with pytest.raises(DataError, match="Sequence 1 has no steps"):
        Sequences.from_lists([[], [[1, 2]]])
