"""A model is judged beside simple ones, and told in words what follows."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences
from core.evaluation.baselines import baselines
from core.evaluation.report import Evaluation, judge

CLASSIFIER = Recipe(task="classification", layers=(LSTM(4),))
REGRESSION = Recipe(layers=(LSTM(4),))


def labelled(rows: int, of_length: bool, seed: int = 0, **more) -> Sequences:
    """Noise in which only the length carries the label, or only the mean does."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=rows)
    lengths = rng.integers(3, 9, rows)
    if of_length:
        lengths += np.where(truth == 1, 6, 0)
    steps = [
        rng.normal(0 if of_length else 0.8 * label, 1, (length, 2))
        for label, length in zip(truth, lengths, strict=True)
    ]
    names = np.array(["no", "yes"], object)[truth]
    split = np.where(np.arange(rows) < rows // 2, "train", "test").astype(object)
    return Sequences.from_lists(steps, names, split=split, **more)


def judged(data: Sequences, answers, recipe: Recipe = CLASSIFIER) -> Evaluation:
    rows = data[data.split == "test"]
    classes = np.unique(data.targets) if recipe.task == "classification" else None
    return judge(data, recipe, "test", rows, answers(rows), classes)


def surely(rows: Sequences, share: float = 1.0) -> np.ndarray:
    """Right for this share of the rows."""
    right = np.arange(len(rows)) < share * len(rows)
    yes = (rows.targets == "yes") == right
    return np.stack([1 - 0.9 * yes - 0.05, 0.9 * yes + 0.05], axis=1)


def test_where_only_the_length_carries_the_label_it_is_found_and_told():
    found = judged(labelled(400, of_length=True), lambda rows: surely(rows, 0.9))
    by_name = {rival.name: rival for rival in found.rivals}
    assert by_name["length"].figures["accuracy"].value > 0.95
    assert by_name["last"].figures["accuracy"].value < 0.65
    assert any("The length of a sequence alone tells much" in note for note in found.notes)


def test_where_it_does_not_nothing_is_said_of_it():
    found = judged(labelled(400, of_length=False), surely)
    assert [r.name for r in found.rivals] == ["constant", "length", "last", "linear"]
    assert not any("length" in note for note in found.notes)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "is better than every simple model"),
        (0.3, "is no better than"),
    ],
)
def test_whether_it_beats_the_simple_models_is_told_in_words(share, words):
    found = judged(labelled(400, of_length=False), lambda rows: surely(rows, share))
    assert words in found.notes[0]


def test_a_lead_that_may_be_chance_is_not_told_as_one():
    data = labelled(60, of_length=False)
    linear = next(r for r in judged(data, surely).rivals if r.name == "linear")
    a_little_more = linear.figures["accuracy"].value + 1 / 30
    found = judged(data, lambda rows: surely(rows, a_little_more))
    assert "cannot be told with 30 to measure on" in found.notes[0]


def test_numbers_are_compared_by_their_rmse():
    rng = np.random.default_rng(4)
    steps = [rng.normal(size=(length, 1)) for length in rng.integers(2, 20, 300)]
    truth = np.array([each.mean() * 10 for each in steps])
    split = np.where(np.arange(300) < 200, "train", "test").astype(object)
    data = Sequences.from_lists(steps, truth, split=split)
    found = judged(data, lambda rows: rows.targets + 0.001, REGRESSION)
    by_name = {rival.name: rival.figures["rmse"].value for rival in found.rivals}
    assert found.main == "rmse"
    assert by_name["linear"] < 0.1 < by_name["last"] < by_name["constant"] * 1.01
    assert all(rival.ahead.low > 0 for rival in found.rivals if rival.name != "linear")
    assert found.figures["rmse"].value == pytest.approx(0.001)


def test_sequences_on_both_sides_are_counted():
    data = labelled(40, of_length=False)
    steps = [data[i] for i in range(40)]
    steps[30], steps[35] = steps[3], steps[7]
    again = Sequences.from_lists(steps, data.targets, split=data.split)
    found = judged(again, surely)
    assert (found.copies, found.copied) == (2, "31")
    assert judged(data, surely).copies == 0


def test_groups_are_drawn_together():
    groups = [str(number // 10) for number in range(400)]
    apart = judged(labelled(400, of_length=False), lambda rows: surely(rows, 0.8))
    together = judged(labelled(400, of_length=False, groups=groups), lambda r: surely(r, 0.8))

    def width(found):
        return found.figures["accuracy"].high - found.figures["accuracy"].low

    assert width(together) > 1.5 * width(apart)  # of 20 groups, some all right and some all wrong


def test_targets_a_step_are_judged_where_the_model_looked():
    data = labelled(40, of_length=False)
    stepwise = data.with_targets((data.values[:, 0] * 3).astype(float), per_step=True)
    recipe = replace(REGRESSION, return_sequences=True)

    def answers(rows):
        found = rows.targets + 0.5
        found[::7] = np.nan
        return found

    found = judged(stepwise, answers, recipe)
    assert found.figures["mae"].value == pytest.approx(0.5)
    assert [rival.name for rival in found.rivals] == ["constant", "last"]
    assert found.rivals[1].figures["mae"].value < 0.1  # each step tells its target


def test_training_rows_have_no_rivals():
    data = labelled(20, of_length=False)
    found = judge(data, CLASSIFIER, "training", data, surely(data), np.unique(data.targets))
    assert found.rivals == found.notes == ()


def test_it_is_kept_as_plain_values():
    found = judged(labelled(60, of_length=True), surely)
    assert Evaluation.from_dict(json.loads(json.dumps(found.to_dict()))) == found
    for plain in ({}, {"figures": 3}, found.to_dict() | {"rivals": [{}]}):
        with pytest.raises(ValueError, match="the evaluation"):
            Evaluation.from_dict(plain)


@pytest.mark.parametrize("known", [1, 2])
def test_baselines_of_hardly_any_rows_or_one_class_answer_all_the_same(known):
    data = labelled(30, of_length=False)
    few = data[np.flatnonzero(data.targets == "yes")[:known]]
    found = baselines(few, data, "classification", np.unique(data.targets))
    assert all(np.allclose(each.answers, [0, 1]) for each in found)


def test_values_that_lack_are_taken_as_the_mean():
    data = Sequences.from_lists(
        [[1.0, None], [2.0, 3.0], [None, 4.0], [5.0]] * 5, [1, 2, 3, 4] * 5, missing="mean"
    )
    found = baselines(data, data, "regression", None)
    assert all(np.isfinite(each.answers).all() for each in found)
