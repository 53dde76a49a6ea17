"""The spec, on which the graph of a compiled network depends."""

import pytest

from core import GRU, LSTM, Recipe
from core.engine.spec import EngineSpec, describe_computation


def test_the_record_says_what_computed():
    recipe = Recipe(layers=(LSTM(100, True), LSTM(60), LSTM(4)))  # 8, 200 and 60 inputs
    fused = {"layers": ["fused", "fused", "fused"], "groups": 2}
    assert describe_computation(recipe, 8, 2) == fused
    recipe = Recipe(layers=(LSTM(100, True), LSTM(70), LSTM(4)))
    assert describe_computation(recipe, 80, 2) == {"layers": ["wide", "wide", "fused"], "groups": 2}
    with_gru = Recipe(layers=(GRU(4), LSTM(4)))
    assert describe_computation(with_gru, 8, 1)["layers"] == ["stepwise", "fused"]


def test_one_kind_without_a_fast_implementation_makes_all_layers_stock(monkeypatch):
    monkeypatch.setattr(GRU, "is_fast", False)
    with_gru = Recipe(layers=(GRU(4), LSTM(4)))
    assert describe_computation(with_gru, 8, 1)["layers"] == ["keras", "keras"]


@pytest.mark.parametrize(
    ("layers", "batch_size", "groups"),
    [
        ((LSTM(4),), 1, 1),
        ((LSTM(4),), 16, 2),
        ((LSTM(4, True),), 16, 1),
        ((LSTM(4, True),), 32, 2),
        ((LSTM(4, True), LSTM(4)), 16, 2),
        ((LSTM(4),), 4096, 4),
    ],
)
def test_small_batches_train_in_fewer_groups(layers, batch_size, groups):
    spec = EngineSpec.from_recipe(Recipe(layers=layers, batch_size=batch_size), 3, 1, 4)
    assert (spec.groups, spec.training_groups) == (4, groups)
