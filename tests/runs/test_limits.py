"""A run that exceeds a limit is refused with the numbers."""

import numpy as np
import pytest

from core import Recipe
from core.errors import UnpaddedError
from runs.limits import Limits


@pytest.mark.parametrize(
    ("lengths", "recipe", "words"),
    [
        ([600, 600], Recipe(mask="lengths"), "1,200"),
        ([10, 10, 10], Recipe(mask="none", maxlen=400), "3 sequences of 400 steps are 1,200"),
        ([1, 1, 400], Recipe(mask="none"), "3 sequences of 400 steps are 1,200"),
    ],
)
def test_more_steps_to_train_on_than_a_data_set_may_have_are_refused(lengths, recipe, words):
    """A few short sequences and maxlen=100000 without a mask would fill the server's memory."""
    with pytest.raises(UnpaddedError) as refused:
        Limits(steps=1_000).refuse_too_long(np.array(lengths), recipe)
    assert words in str(refused.value)


def test_masked_padding_may_be_long():
    for mask in ("lengths", "value"):
        Limits(steps=1_000).refuse_too_long(np.array([1, 400]), Recipe(mask=mask, maxlen=100_000))


def test_a_network_that_is_too_large_is_refused_with_the_numbers():
    with pytest.raises(UnpaddedError, match=r"50,501 weights; the limit is 1,000"):
        Limits(run_weights=1_000).refuse_too_large(50_501)
