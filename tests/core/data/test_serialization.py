"""Packing and unpacking preserves sequences."""

import numpy as np
import pytest
from hypothesis import given

from core import Sequences
from core.data.serialization import STRING_FIELDS, pack, unpack
from tests.support.strategies import sequences


def assert_identical(one: Sequences, other: Sequences) -> None:
    assert one.feature_names == other.feature_names
    for name in ("values", "lengths", *STRING_FIELDS):
        ours, theirs = getattr(one, name), getattr(other, name)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            assert ours.dtype == theirs.dtype
            np.testing.assert_array_equal(ours, theirs)


@given(sequences())
def test_sequences_are_preserved(data: Sequences):
    assert_identical(unpack(pack(data)), data)


@pytest.mark.parametrize("targets", [[1, 2], [0.5, -1.0], ["ja", "nein ✓"]])
def test_targets_ids_split_and_groups_are_preserved(targets: list):
    data = Sequences.from_lists(
        [[1], [2, 3]], targets=targets, ids=["ä", "b"], split=["train", "test"], groups=["x", "y"]
    )
    assert_identical(unpack(pack(data)), data)


def test_equal_sequences_give_equal_bytes_and_others_do_not():
    first = Sequences.from_lists([[1], [2, 5]], targets=[2, 4])
    again = Sequences.from_lists([[1], [2, 5]], targets=[2, 4])
    assert pack(first) == pack(again)
    assert pack(first) != pack(Sequences.from_lists([[1], [2, 5]], targets=[2, 5]))
