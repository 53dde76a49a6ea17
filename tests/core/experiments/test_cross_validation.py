from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, cross_validate

QUICK = Recipe(layers=(LSTM(4),), epochs=2, batch_size=8, validation_split=0.0)
CLASSES = replace(QUICK, task="classification", loss="")


def told_by_the_first_step(n=40, **fields) -> Sequences:
    """Classes that one step tells apart."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    steps = [[3.0 * label - 1.5, *rng.normal(size=rng.integers(0, 6))] for label in labels]
    return Sequences.from_lists(steps, targets=np.array(["no", "yes"])[labels], **fields)


def test_what_can_be_learned_is_and_its_interval_holds_it():
    data = told_by_the_first_step()
    found = cross_validate(data, replace(CLASSES, epochs=40, learning_rate=0.03), 4)
    accuracy = found.figures["accuracy"]
    assert accuracy.value > 0.85
    assert accuracy.low <= accuracy.value <= accuracy.high
    assert found.by_fold["accuracy"].mean() == pytest.approx(accuracy.value)  # of equal folds


def test_rows_marked_test_take_no_part_in_it():
    data = told_by_the_first_step(split=["train"] * 30 + ["test"] * 10)
    values = data.values.copy()
    values[np.repeat(data.split == "test", data.lengths)] = 1e6
    one, other = (
        cross_validate(each, CLASSES, 3) for each in (data, data.with_steps(values, data.lengths))
    )
    assert one.figures == other.figures


def test_numbers_and_targets_a_step_are_measured_on_what_was_answered():
    rng = np.random.default_rng(1)
    lists = [rng.normal(size=rng.integers(1, 6)) for _ in range(12)]
    seen = []
    by_step = Sequences.from_lists(lists, [steps * 2 for steps in lists])
    found = cross_validate(by_step, replace(QUICK, return_sequences=True), 3, seen.append)
    assert set(found.figures) == {"mse", "rmse", "mae", "r2"}
    assert seen == pytest.approx([1 / 3, 2 / 3, 1])


def test_a_class_that_a_training_has_not_seen_has_no_chance_there():
    labels = ["a", "b"] * 6 + ["rare"]
    data = Sequences.from_lists([[i % 2, i] for i in range(13)], targets=labels)
    found = cross_validate(data, CLASSES, 3)
    assert found.figures["log_loss"].value > 1  # it was certain of something else, once
