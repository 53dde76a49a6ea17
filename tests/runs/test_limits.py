"""What a run may have is counted as Keras counts it, and refused with the numbers."""

import pytest

from core import GRU, LSTM, DataError, Recipe
from runs.limits import Limits, weight_count


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.example(),
        Recipe(layers=(LSTM(7, bidirectional=True), GRU(5)), dense=(4, 3)),
        Recipe(layers=(GRU(6, bidirectional=True),), task="classification"),
    ],
)
def test_weights_are_counted_as_keras_counts_them(recipe: Recipe):
    from core.network import build_network

    assert weight_count(recipe, 3, 2) == build_network(recipe, 3, 2).count_params()


def test_a_network_that_is_too_large_is_refused_with_the_numbers():
    with pytest.raises(DataError, match=r"50,501 weights; on this server a run may have 1,000"):
        Limits(run_weights=1_000).refuse_too_large(50_501)
