from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, DataError, Recipe, Sequences, train
from core.experiments.early_prediction import SHARES, beginnings, early

RECIPE = Recipe(
    task="classification", layers=(LSTM(12),), epochs=25, batch_size=8, learning_rate=0.02,
    validation_split=0.0,
)  # fmt: skip


def told_at(place: int, n: int = 60) -> Sequences:
    """Ten steps of noise, of which one tells the class."""
    rng = np.random.default_rng(place)
    labels = np.arange(n) % 2
    steps = rng.normal(0, 0.1, (n, 10))
    steps[:, place] += np.where(labels, 2.0, -2.0)
    return Sequences.from_lists(list(steps), targets=np.array(["down", "up"])[labels])


@pytest.mark.parametrize(("place", "enough"), [(0, 0.1), (5, 0.6), (9, 1.0)])
def test_the_step_that_tells_the_class_is_found(place, enough):
    data, shares = told_at(place), []
    found = early(train(data, RECIPE), data, shares.append)
    assert found.enough == enough
    accuracies = [each.value for each in found.figures]
    for share, accuracy in zip(found.shares, accuracies, strict=True):
        assert (accuracy > 0.95) == (share >= enough), (share, accuracies)
    assert shares == pytest.approx(SHARES)
    words = str(found.note)
    assert ("to the very end" in words) == (enough == 1)
    assert enough == 1 or f"From {enough:.0%} of a sequence on" in words


def test_at_the_end_it_is_what_evaluate_says():
    rng = np.random.default_rng(3)
    lists = [rng.normal(size=rng.integers(1, 12)) for _ in range(30)]
    data = Sequences.from_lists(lists, targets=[steps.sum() for steps in lists])
    model = train(data, Recipe(layers=(LSTM(8),), epochs=3, validation_split=0.0))
    found = early(model, data)
    assert found.figures[-1].value == pytest.approx(model.evaluate(data)["rmse"], rel=1e-6)
    third = early(model, beginnings(data, 0.3)).figures[-1].value
    assert found.figures[2].value == pytest.approx(third, rel=1e-6)


def test_of_data_with_test_rows_only_those_are_asked_about():
    data = told_at(5)
    model = train(data, RECIPE)
    test = np.arange(60) % 3 == 0
    marked = replace(data, split=np.where(test, "test", "train").astype(object))
    found, alone = early(model, marked), early(model, data[test])
    assert found.sequences == 20
    assert found.figures == alone.figures


def test_steps_that_a_mask_value_erases_begin_nothing():
    lists = [[0, 0, 0, 1, 2], [0, 3], [4, 0, 5]] * 4
    data = Sequences.from_lists(lists, targets=[sum(steps) for steps in lists])
    recipe = Recipe(layers=(LSTM(4),), epochs=2, mask="value", validation_split=0.0)
    model = train(data, recipe)
    with pytest.warns(UserWarning, match="masked away"):
        right = model.evaluate(data)["rmse"]
    assert early(model, data).figures[-1].value == pytest.approx(right, rel=1e-6)


def test_beginnings_have_their_share_of_steps_rounded_up():
    data = Sequences.from_lists([[1], list(range(10)), list(range(7))], targets=[1, 2, 3])
    assert beginnings(data, 0.3).lengths.tolist() == [1, 3, 3]
    assert beginnings(data, 1.0).lengths.tolist() == [1, 10, 7]
    assert beginnings(data, 0.3)[1].tolist() == [[0], [1], [2]]


def test_targets_are_needed_and_one_a_sequence():
    data = told_at(0)
    model = train(data, RECIPE)
    with pytest.raises(DataError, match="no targets"):
        early(model, data.with_targets(None))
