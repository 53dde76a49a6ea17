"""Padding matches Keras, and masks come from the lengths alone."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Sequences, pad
from core.data.padding import erase, padding_cost, truncate
from tests.support.strategies import sequences

EXAMPLE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]])
sides = st.sampled_from(["pre", "post"])


@given(sequences(), st.none() | st.integers(1, 12), sides, sides, st.sampled_from([0.0, -1.5, 7.0]))
def test_padded_values_equal_keras_pad_sequences(data, maxlen, padding, truncating, value):
    ours = pad(data, maxlen, padding, truncating, value)
    theirs = keras.utils.pad_sequences(
        [data[i] for i in range(len(data))],
        maxlen=maxlen,
        dtype="float32",
        padding=padding,
        truncating=truncating,
        value=value,
    )
    assert ours.values.dtype == np.float32
    np.testing.assert_array_equal(ours.values, theirs)


@given(sequences(elements=st.just(np.float32(0))), st.none() | st.integers(1, 12), sides, sides)
def test_mask_is_correct_when_all_values_equal_the_padding_value(data, maxlen, padding, truncating):
    mask = pad(data, maxlen, padding, truncating, value=0.0).mask
    width = maxlen or data.lengths.max()
    for row, length in enumerate(np.minimum(data.lengths, width)):
        real = [False] * (width - length) + [True] * length
        assert mask[row].tolist() == (real if padding == "pre" else real[::-1])


def test_reference_example_is_pre_padded_to_15():
    padded = pad(EXAMPLE, maxlen=15)
    assert padded.values[:, :, 0].astype(int).tolist() == [
        [0] * 14 + [1],
        [0] * 13 + [2, 5],
        [0] * 10 + [3, 9, 9, 4, 8],
    ]
    assert padded.mask.sum(axis=1).tolist() == [1, 2, 5]


def test_decimals_are_preserved_where_keras_would_truncate_them_to_integers():
    assert pad(Sequences.from_lists([[1.5]]), maxlen=2).values.ravel().tolist() == [0, 1.5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"padding": "left"}, "padding is 'left'"),
        ({"truncating": "end"}, "truncating is 'end'"),
        ({"maxlen": 0}, "maxlen is 0"),
        ({"value": float("nan")}, "value is nan"),
        ({"value": 1e39}, "value is 1e\\+39"),
        ({"value": "0"}, "value is '0'"),
        ({"maxlen": 3.5}, "maxlen is 3.5"),
        ({"maxlen": True}, "maxlen is True"),
    ],
)
def test_errors_name_the_invalid_argument(arguments, message):
    with pytest.raises(ValueError, match=message):
        pad(EXAMPLE, **arguments)


def test_lists_are_refused_with_instructions():
    with pytest.raises(DataError, match=r"Sequences\.from_lists") as error:
        pad([[1], [2, 5]])
    assert error.value.values == {"found": "list"}


@pytest.mark.parametrize(("side", "remaining"), [("pre", [9, 4, 8]), ("post", [3, 9, 9])])
def test_truncating_cuts_the_named_side_of_longer_sequences_only(side, remaining):
    cut = truncate(EXAMPLE, 3, side)
    assert cut.lengths.tolist() == [1, 2, 3]
    assert cut[2].ravel().tolist() == remaining
    assert cut[1].ravel().tolist() == [2, 5]


def test_erase_deletes_only_steps_whose_every_feature_is_the_value():
    data = Sequences.from_lists([[[0, 0], [0, 1], [0, 0]], [[2, 0], [0, 0]]])
    result = erase(data, 0.0)
    assert result[0].tolist() == [[0, 1]]
    assert result[1].tolist() == [[2, 0]]


def test_a_sequence_without_remaining_steps_is_refused_by_id():
    data = Sequences.from_lists([[1], [0, 0]], ids=["kept", "gone"])
    with pytest.raises(DataError, match="gone") as error:
        erase(data, 0.0)
    assert error.value.values["id"] == "gone"


def test_cost_counts_padding_truncation_and_collisions():
    data = Sequences.from_lists([[0], [2, 0, 5], [1, 2, 3, 0, 4]])
    cost = padding_cost(data, maxlen=4)
    assert (cost.real, cost.cells, cost.truncated, cost.truncated_sequences) == (9, 12, 1, 1)
    assert cost.padding == 4
    assert cost.padding_share == pytest.approx(4 / 12)
    assert cost.erased == 3
    assert padding_cost(data).cells == 15
