"""The steps that count: found once, with the place of each in the data."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import DataError, Recipe, Sequences
from core.data.padding import erase, truncate
from core.preprocessing.masking import mask_steps

LISTS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=6)


@given(LISTS, st.none() | st.integers(1, 5), st.sampled_from(["pre", "post"]), st.booleans())
def test_each_step_that_counts_has_its_place(lists, maxlen, truncating, per_step):
    lists = [[*each, 9] for each in lists]  # no sequence is erased as a whole
    data = Sequences.from_lists(lists, lists if per_step else range(len(lists)))
    recipe = Recipe(mask="value", maxlen=maxlen, truncating=truncating)
    if truncating == "post" and maxlen is not None:
        recipe = recipe.adapt(mask="lengths")  # the last step, which is not 0, may be cut
    masked = mask_steps(data, recipe)
    expected = truncate(data, maxlen, truncating)
    expected = erase(expected, 0.0) if recipe.mask == "value" else expected
    assert masked.real == expected
    assert masked.original is data
    assert np.array_equal(data.values[masked.kept], masked.real.values)
    assert (np.diff(masked.kept) > 0).all()


def test_data_that_keeps_all_steps_is_handed_on_as_it_is():
    data = Sequences.from_lists([[1], [2, 5]], [2, 4])
    masked = mask_steps(data, Recipe(maxlen=2))
    assert masked.real is data
    assert masked.kept.tolist() == [0, 1, 2]
    empty = data[[]]
    assert mask_steps(empty, Recipe(mask="value")).real is empty


def test_a_sequence_that_is_erased_as_a_whole_is_named():
    data = Sequences.from_lists([[1], [0, 0]], ids=["a", "b"])
    with pytest.raises(DataError, match=r"Sequence b: .* erases every step"):
        mask_steps(data, Recipe(mask="value"))
