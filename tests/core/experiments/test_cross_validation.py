"""Cross-validation predicts every sequence that is not marked test exactly once."""

from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, cross_validate

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

QUICK = Recipe(layers=(LSTM(4),), epochs=2, batch_size=8, validation_split=0.0)
CLASSES = replace(QUICK, task="classification", loss="")


def make_separable(n=40, **fields) -> Sequences:
    """Make sequences whose first step determines the class."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    steps = [[3.0 * label - 1.5, *rng.normal(size=rng.integers(0, 6))] for label in labels]
    return Sequences.from_lists(steps, targets=np.array(["no", "yes"])[labels], **fields)


def test_separable_classes_are_learned():
    data = make_separable()
    result = cross_validate(data, replace(CLASSES, epochs=40, learning_rate=0.03), 4)
    accuracy = result.figures["accuracy"]
    assert accuracy.value > 0.85
    assert accuracy.low <= accuracy.value <= accuracy.high
    assert result.by_fold["accuracy"].mean() == pytest.approx(accuracy.value)  # equal folds


def test_rows_marked_test_are_not_used():
    data = make_separable(split=["train"] * 30 + ["test"] * 10)
    values = data.values.copy()
    values[np.repeat(data.split == "test", data.lengths)] = 1e6
    one, other = (
        cross_validate(each, CLASSES, 3) for each in (data, data.with_steps(values, data.lengths))
    )
    assert one.figures == other.figures


def test_per_step_regression_is_evaluated_where_predictions_exist():
    rng = np.random.default_rng(1)
    lists = [rng.normal(size=rng.integers(1, 6)) for _ in range(12)]
    shares = []
    by_step = Sequences.from_lists(lists, [steps * 2 for steps in lists])
    result = cross_validate(by_step, replace(QUICK, return_sequences=True), 3, shares.append)
    assert set(result.figures) == {"mse", "rmse", "mae", "r2"}
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_class_missing_from_a_fold_gets_probability_zero():
    labels = ["a", "b"] * 6 + ["rare"]
    data = Sequences.from_lists([[i % 2, i] for i in range(13)], targets=labels)
    result = cross_validate(data, CLASSES, 3)
    assert result.figures["log_loss"].value > 1  # one prediction gives the true class probability 0
