"""Early prediction finds the share of steps that determines the prediction."""

from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, DataError, Recipe, Sequences, train
from core.experiments.evaluate_early_prediction import (
    SHARES,
    evaluate_early_prediction,
    take_prefixes,
)

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

RECIPE = Recipe(
    task="classification", layers=(LSTM(12),), epochs=25, batch_size=8, learning_rate=0.02,
    validation_split=0.0,
)  # fmt: skip


def make_informative_at(step: int, n: int = 60) -> Sequences:
    """Make sequences of ten steps of noise, one of which determines the class."""
    rng = np.random.default_rng(step)
    labels = np.arange(n) % 2
    steps = rng.normal(0, 0.1, (n, 10))
    steps[:, step] += np.where(labels, 2.0, -2.0)
    return Sequences.from_lists(list(steps), targets=np.array(["down", "up"])[labels])


@pytest.mark.parametrize(("step", "enough"), [(0, 0.1), (5, 0.6), (9, 1.0)])
def test_the_informative_step_is_found(step, enough):
    data, shares = make_informative_at(step), []
    result = evaluate_early_prediction(train(data, RECIPE), data, shares.append)
    assert result.enough == enough
    accuracies = [each.value for each in result.figures]
    for share, accuracy in zip(result.shares, accuracies, strict=True):
        assert (accuracy > 0.95) == (share >= enough), (share, accuracies)
    assert shares == pytest.approx(SHARES)
    text = str(result.note)
    assert ("improve up to the last step" in text) == (enough == 1)
    assert enough == 1 or f"{enough:.0%} of the steps are enough" in text


def test_the_whole_sequence_matches_evaluate():
    rng = np.random.default_rng(3)
    lists = [rng.normal(size=rng.integers(1, 12)) for _ in range(30)]
    data = Sequences.from_lists(lists, targets=[steps.sum() for steps in lists])
    model = train(data, Recipe(layers=(LSTM(8),), epochs=3, validation_split=0.0))
    result = evaluate_early_prediction(model, data)
    assert result.figures[-1].value == pytest.approx(model.evaluate(data)["rmse"], rel=1e-6)
    third = evaluate_early_prediction(model, take_prefixes(data, 0.3)).figures[-1].value
    assert result.figures[2].value == pytest.approx(third, rel=1e-6)


def test_only_test_rows_are_evaluated_if_there_are_any():
    data = make_informative_at(5)
    model = train(data, RECIPE)
    test = np.arange(60) % 3 == 0
    marked = replace(data, split=np.where(test, "test", "train").astype(object))
    result, expected = (
        evaluate_early_prediction(model, marked),
        evaluate_early_prediction(model, data[test]),
    )
    assert result.sequences == 20
    assert result.figures == expected.figures


def test_steps_erased_by_the_mask_value_do_not_count():
    lists = [[0, 0, 0, 1, 2], [0, 3], [4, 0, 5]] * 4
    data = Sequences.from_lists(lists, targets=[sum(steps) for steps in lists])
    recipe = Recipe(layers=(LSTM(4),), epochs=2, mask="value", validation_split=0.0)
    model = train(data, recipe)
    with pytest.warns(UserWarning, match="erased because"):
        expected = model.evaluate(data)["rmse"]
    assert evaluate_early_prediction(model, data).figures[-1].value == pytest.approx(
        expected, rel=1e-6
    )


def test_prefixes_have_their_share_of_steps_rounded_up():
    data = Sequences.from_lists([[1], list(range(10)), list(range(7))], targets=[1, 2, 3])
    assert take_prefixes(data, 0.3).lengths.tolist() == [1, 3, 3]
    assert take_prefixes(data, 1.0).lengths.tolist() == [1, 10, 7]
    assert take_prefixes(data, 0.3)[1].tolist() == [[0], [1], [2]]


def test_targets_are_required():
    data = make_informative_at(0)
    model = train(data, RECIPE)
    with pytest.raises(DataError, match="no targets"):
        evaluate_early_prediction(model, data.with_targets(None))
