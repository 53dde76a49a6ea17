"""A model is compared with baselines, and notes state the conclusions."""

import json
from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences
from core.evaluation.baselines import fit_baselines
from core.evaluation.estimate import Estimate
from core.evaluation.metric_formats import format_metric
from core.evaluation.report import Evaluation, evaluate_predictions, format_main
from core.preprocessing.hold_out import suggest_hold_out
from tests.support.one_series import read_one_series

CLASSIFIER = Recipe(task="classification", layers=(LSTM(4),))
REGRESSION = Recipe(layers=(LSTM(4),))


def make_labelled(rows: int, by_length: bool, seed: int = 0, **more) -> Sequences:
    """Make noise in which the label determines only the length, or only the mean."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(2, size=rows)
    lengths = rng.integers(3, 9, rows)
    if by_length:
        lengths += np.where(truth == 1, 6, 0)
    steps = [
        rng.normal(0 if by_length else 0.8 * label, 1, (length, 2))
        for label, length in zip(truth, lengths, strict=True)
    ]
    names = np.array(["no", "yes"], object)[truth]
    split = np.where(np.arange(rows) < rows // 2, "train", "test").astype(object)
    return Sequences.from_lists(steps, names, split=split, **more)


def evaluate(data: Sequences, predict, recipe: Recipe = CLASSIFIER) -> Evaluation:
    rows = data[data.split == "test"]
    classes = np.unique(data.targets) if recipe.task == "classification" else None
    return evaluate_predictions(data, recipe, "test", rows, predict(rows), classes)


def predict_correctly(rows: Sequences, share: float = 1.0) -> np.ndarray:
    """Predict this share of the rows correctly."""
    is_correct = np.arange(len(rows)) < share * len(rows)
    yes = (rows.targets == "yes") == is_correct
    return np.stack([1 - 0.9 * yes - 0.05, 0.9 * yes + 0.05], axis=1)


def test_a_label_that_only_the_length_carries_is_reported():
    evaluation = evaluate(
        make_labelled(400, by_length=True), lambda rows: predict_correctly(rows, 0.9)
    )
    by_name = {baseline.name: baseline for baseline in evaluation.rivals}
    assert by_name["length"].figures["accuracy"].value > 0.95
    assert by_name["last"].figures["accuracy"].value < 0.65
    assert any(
        "The length of a sequence alone predicts the target" in note for note in evaluation.notes
    )


def test_uninformative_lengths_are_not_reported():
    evaluation = evaluate(make_labelled(400, by_length=False), predict_correctly)
    assert [baseline.name for baseline in evaluation.rivals] == [
        "constant",
        "length",
        "last",
        "linear",
        "trees",
    ]
    assert not any("length" in note for note in evaluation.notes)


@pytest.mark.parametrize(
    ("share", "message"),
    [
        (1.0, "is better than every baseline"),
        (0.3, "A baseline is better than this network: "),
    ],
)
def test_the_first_note_compares_with_the_baselines(share, message):
    evaluation = evaluate(
        make_labelled(400, by_length=False), lambda rows: predict_correctly(rows, share)
    )
    assert message in evaluation.notes[0]


def make_interaction(rows: int = 400, per_step: bool = False) -> Sequences:
    """Make noise around two means; the class is 1 if exactly one of them is positive."""
    rng = np.random.default_rng(5)
    signs = rng.choice([-1, 1], size=(rows, 2))
    steps = [rng.normal(sign, 0.5, (rng.integers(3, 9), 2)) for sign in signs]
    split = np.where(np.arange(rows) < rows // 2, "train", "test").astype(object)
    targets = (signs[:, 0] != signs[:, 1]).astype(int)
    data = Sequences.from_lists(steps, targets, split=split)
    return data.with_targets(np.repeat(targets, data.lengths), per_step=True) if per_step else data


@pytest.mark.parametrize("per_step", [False, True])
def test_a_better_baseline_is_named(per_step):
    """Only the trees find a product of two features."""
    recipe = replace(CLASSIFIER, return_sequences=per_step)

    def predict(rows):
        is_correct = np.arange(len(rows.targets)) % 10 < 7
        ones = (rows.targets == 1) == is_correct
        return np.stack([1 - ones, ones], axis=1).astype(float)

    evaluation = evaluate(make_interaction(per_step=per_step), predict, recipe)
    accuracies = {each.name: each.figures["accuracy"].value for each in evaluation.rivals}
    assert accuracies.pop("trees") > 0.9
    assert max(accuracies.values()) < 0.65
    assert evaluation.notes[0].startswith("A baseline is better than this network: accuracy 9")
    assert evaluation.notes[0].endswith("(gradient-boosted trees).")
    assert evaluation.strongest_rival.name == "trees"


def test_a_baseline_that_is_better_by_chance_is_no_winner():
    data = make_labelled(60, by_length=False)
    best = max(each.figures["accuracy"].value for each in evaluate(data, predict_correctly).rivals)
    evaluation = evaluate(data, lambda rows: predict_correctly(rows, best - 1 / 30))
    assert evaluation.notes[0].startswith("This network is not better than a baseline: ")


def test_an_insignificant_lead_is_not_claimed():
    data = make_labelled(60, by_length=False)
    baselines = evaluate(data, predict_correctly).rivals
    best = max(baseline.figures["accuracy"].value for baseline in baselines)
    slightly_better = best + 1 / 30
    evaluation = evaluate(data, lambda rows: predict_correctly(rows, slightly_better))
    assert "30 evaluation sequences are too few to tell" in evaluation.notes[0]


def test_regression_is_compared_by_rmse():
    rng = np.random.default_rng(4)
    steps = [rng.normal(size=(length, 1)) for length in rng.integers(2, 20, 300)]
    truth = np.array([each.mean() * 10 for each in steps])
    split = np.where(np.arange(300) < 200, "train", "test").astype(object)
    data = Sequences.from_lists(steps, truth, split=split)
    evaluation = evaluate(data, lambda rows: rows.targets + 0.001, REGRESSION)
    by_name = {each.name: each.figures["rmse"].value for each in evaluation.rivals}
    assert evaluation.main == "rmse"
    assert by_name["linear"] < 0.1 < by_name["last"] < by_name["constant"] * 1.01
    assert all(each.ahead.low > 0 for each in evaluation.rivals if each.name != "linear")
    assert evaluation.figures["rmse"].value == pytest.approx(0.001)


def test_a_sentence_rounds_a_metric_as_the_table_does():
    for name, value in [("rmse", 13.8543), ("rmse", 17.0481), ("accuracy", 0.79849)]:
        estimate = Estimate(value)
        assert format_main(name, {name: estimate}) == format_metric(name, estimate)


def test_sequences_that_also_appear_in_training_are_counted():
    data = make_labelled(40, by_length=False)
    steps = [data[i] for i in range(40)]
    steps[30], steps[35] = steps[3], steps[7]
    duplicated = Sequences.from_lists(steps, data.targets, split=data.split)
    evaluation = evaluate(duplicated, predict_correctly)
    assert (evaluation.copies, evaluation.copied) == (2, "31")
    assert evaluate(data, predict_correctly).copies == 0


@pytest.mark.slow
def test_groups_are_the_unit_of_intervals():
    groups = [str(number // 10) for number in range(400)]
    by_sequence = evaluate(
        make_labelled(400, by_length=False), lambda rows: predict_correctly(rows, 0.8)
    )
    by_group = evaluate(
        make_labelled(400, by_length=False, groups=groups), lambda r: predict_correctly(r, 0.8)
    )

    def width(evaluation):
        accuracy = evaluation.figures["accuracy"]
        return accuracy.high - accuracy.low

    # of the 20 groups, some are all correct and some all wrong
    assert width(by_group) > 1.5 * width(by_sequence)


@pytest.mark.parametrize("target_at", ["end", "step"])
def test_intervals_of_windows_of_one_series_are_approximate(target_at):
    data = read_one_series(600, target_at=target_at)
    data = suggest_hold_out(data).apply(data)
    rows = data[data.split == "test"]
    noise = np.random.default_rng(0).normal(scale=0.01, size=len(rows.targets))
    recipe = Recipe(return_sequences=target_at == "step")
    evaluation = evaluate_predictions(data, recipe, "test", rows, rows.targets + noise, None)
    estimates = [*evaluation.figures.values(), evaluation.rivals[0].ahead]
    assert {each.approximate for each in estimates} == {"series"}
    assert all(each.low < each.value < each.high for each in estimates)


def test_per_step_targets_are_evaluated_where_predictions_exist():
    data = make_labelled(40, by_length=False)
    stepwise = data.with_targets((data.values[:, 0] * 3).astype(float), per_step=True)
    recipe = replace(REGRESSION, return_sequences=True)

    def predict(rows):
        values = rows.targets + 0.5
        values[::7] = np.nan
        return values

    evaluation = evaluate(stepwise, predict, recipe)
    assert evaluation.figures["mae"].value == pytest.approx(0.5)
    assert [baseline.name for baseline in evaluation.rivals] == ["constant", "last", "trees"]
    assert evaluation.rivals[1].figures["mae"].value < 0.1  # each step determines its target


def test_training_rows_have_no_baselines():
    data = make_labelled(20, by_length=False)
    evaluation = evaluate_predictions(
        data, CLASSIFIER, "training", data, predict_correctly(data), np.unique(data.targets)
    )
    assert evaluation.rivals == evaluation.notes == ()


def test_an_evaluation_of_an_earlier_version_has_fewer_baselines():
    plain = evaluate(make_labelled(60, by_length=False), predict_correctly).to_dict()
    plain["rivals"] = [each for each in plain["rivals"] if each["name"] != "trees"]
    evaluation = Evaluation.from_dict(json.loads(json.dumps(plain)))
    assert evaluation.table["model"].tolist() == [
        "network",
        "constant",
        "length",
        "last",
        "linear",
    ]


def test_json_preserves_an_evaluation():
    evaluation = evaluate(make_labelled(60, by_length=True), predict_correctly)
    assert Evaluation.from_dict(json.loads(json.dumps(evaluation.to_dict()))) == evaluation
    for plain in ({}, {"figures": 3}, evaluation.to_dict() | {"rivals": [{}]}):
        with pytest.raises(ValueError, match="the evaluation"):
            Evaluation.from_dict(plain)


def test_a_stored_evaluation_says_that_its_intervals_are_of_an_earlier_version():
    evaluation = evaluate(make_labelled(60, by_length=True), predict_correctly)
    plain = json.loads(json.dumps(evaluation.to_dict()))
    assert plain["method"] == "exact"
    del plain["method"]
    for estimate in plain["figures"].values():
        del estimate["approximate"]
    stored = Evaluation.from_dict(plain)
    assert stored.method == "bootstrap"
    assert stored.figures["accuracy"].limits == evaluation.figures["accuracy"].limits


def test_the_reasons_of_approximate_intervals_are_listed_once():
    rng = np.random.default_rng(4)
    steps = [rng.normal(size=(3, 1)) for _ in range(60)]
    targets = [1000.0 if number == 0 else float(number % 5) for number in range(60)]
    split = np.where(np.arange(60) < 30, "test", "train").astype(object)
    data = Sequences.from_lists(steps, targets, split=split)
    evaluation = evaluate(data, lambda rows: np.full(len(rows), 2.0), REGRESSION)
    assert [str(each) for each in evaluation.reasons] == ["a few large errors dominate the metric"]


@pytest.mark.parametrize("count", [1, 2])
def test_baselines_of_few_rows_of_one_class_predict_that_class(count):
    data = make_labelled(30, by_length=False)
    few = data[np.flatnonzero(data.targets == "yes")[:count]]
    results = fit_baselines(few, data, "classification", np.unique(data.targets))
    assert all(np.allclose(each.predictions, [0, 1]) for each in results)


@pytest.mark.slow
def test_baselines_of_many_classes_are_reproducible():
    """A class with a single training sequence, and one without any."""
    rng = np.random.default_rng(1)
    targets = rng.integers(50, size=600)
    steps = [rng.normal(target, 1, (rng.integers(1, 6), 3)) for target in targets]
    data = Sequences.from_lists(steps, targets)
    few = data[np.flatnonzero(targets > 1)]
    one = np.flatnonzero(targets == 1)[:1]
    training = data[np.concatenate([np.flatnonzero(targets > 1), one])]
    classes = np.arange(50)
    first, second = (fit_baselines(training, few, "classification", classes) for _ in range(2))
    for each, again in zip(first, second, strict=True):
        np.testing.assert_array_equal(each.predictions, again.predictions)
        np.testing.assert_allclose(each.predictions.sum(axis=1), 1)
        assert (each.predictions[:, 0] == 0).all()
    trees = first[-1].predictions.argmax(axis=1)
    assert first[-1].name == "trees"
    assert np.mean(trees == few.targets) > 0.1


def test_missing_values_are_replaced_by_the_mean():
    data = Sequences.from_lists(
        [[1.0, None], [2.0, 3.0], [None, 4.0], [5.0]] * 5, [1, 2, 3, 4] * 5, missing="mean"
    )
    results = fit_baselines(data, data, "regression", None)
    assert all(np.isfinite(each.predictions).all() for each in results)
