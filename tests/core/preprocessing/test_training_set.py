"""The stored training set is found again in the same steps, whatever their targets and split."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import Sequences
from core.preprocessing.training_set import TRAINING_SET, TrainingSet

DATA = Sequences.from_lists([[i] for i in range(11)], targets=range(11))


@given(st.sets(st.integers(0, 10), min_size=1))
def test_the_same_rows_are_selected_after_saving(rows):
    kept = np.array(sorted(rows))
    plain = json.loads(json.dumps(TrainingSet.from_rows(DATA, kept).to_dict()))
    training = TRAINING_SET(plain, "the training set").select(DATA)
    assert training.values[:, 0].tolist() == kept.tolist() == training.targets.tolist()


@pytest.mark.parametrize("targets", [None, range(1, 12), list("abcdefghijk")])
def test_other_targets_are_left_out(targets):
    training_set = TrainingSet.from_rows(DATA, np.array([2, 9]))
    training = training_set.select(DATA.with_targets(targets))
    assert training.values[:, 0].tolist() == [2, 9]
    assert training.targets is None


def test_targets_of_rows_that_were_not_trained_on_may_differ():
    training_set = TrainingSet.from_rows(DATA, np.array([2, 9]))
    changed = DATA.with_targets([99.5 if i not in (2, 9) else i for i in range(11)])
    assert training_set.select(changed).targets.tolist() == [2, 9]


def test_rows_of_another_number_of_sequences_are_not_selected():
    assert TrainingSet.from_rows(DATA, np.array([2, 9])).select(DATA[:8]) is None
    assert TrainingSet("0000", "").select(DATA) is None


@pytest.mark.parametrize("rows", ["xy", "abc", 3])
def test_rows_of_another_form_are_refused(rows):
    with pytest.raises(ValueError, match="rows"):
        TRAINING_SET({"rows": rows, "targets": ""}, "the training set")
