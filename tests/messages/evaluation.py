"""What is said about the predictions of a model, computed again with NumPy from the same arrays."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import stats

from core import LSTM, Recipe, Sequences
from core.evaluation.report import Evaluation, evaluate_predictions
from tests.messages.case import Result, case
from ui.results.verdict import format_lead

CLASSIFIER = Recipe(task="classification", layers=(LSTM(2),))
REGRESSION = Recipe(layers=(LSTM(2),))
# Two training sequences are too few for any baseline but the constant, the class "no".
SMALL, LARGE = ["no"] * 2 + ["no", "no", "yes", "yes"], ["no"] * 2 + ["no"] * 35 + ["yes"] * 25


def make_labelled(targets: list[str] | np.ndarray, **more) -> Sequences:
    """Make noise whose first two sequences are for training, the others for the test."""
    rng = np.random.default_rng(1)
    split = ["train"] * 2 + ["test"] * (len(targets) - 2)
    sequences = [rng.normal(size=rng.integers(1, 9)) for _ in targets]
    return Sequences.from_lists(sequences, targets, split=split, **more)


def make_by_length() -> Sequences:
    """Make noise whose length determines the class."""
    rng = np.random.default_rng(2)
    classes = np.array(["no", "no", "yes"])[np.arange(90) % 3]
    lengths = rng.integers(3, 9, 90) + np.where(classes == "yes", 8, 0)
    split = np.where(np.arange(90) < 45, "train", "test")
    return Sequences.from_lists([rng.normal(size=n) for n in lengths], classes, split=split)


def predict(rows: Sequences, wrong: int) -> np.ndarray:
    """Return probabilities of "no" and "yes" that are wrong for the first rows."""
    is_yes = (rows.require_targets() == "yes") != (np.arange(len(rows)) < wrong)
    return np.stack([1 - is_yes, is_yes], axis=1) * 0.8 + 0.1


def evaluate(data: Sequences, wrong: int) -> Evaluation:
    rows = data[data.split == "test"]
    classes = np.unique(data.require_targets())
    return evaluate_predictions(data, CLASSIFIER, "test", rows, predict(rows, wrong), classes)


def count_rows(data: Sequences) -> int:
    return int((data.split == "test").sum())


def format_share(share: float) -> str:
    return f"{share:.1%}"


def compute_share(targets: list[str], label: str = "no") -> float:
    """Return the share of a class among the test rows of SMALL or LARGE."""
    return targets[2:].count(label) / (len(targets) - 2)


@case("A baseline is better than this network…")
def compare_with_a_better_baseline() -> Result:
    data = make_by_length()
    n = count_rows(data)
    numbers = {"theirs": format_share(1), "ours": format_share((n - 30) / n)}
    return evaluate(data, wrong=30).notes, numbers


@case("This network is not better than a baseline…")
def compare_with_an_equal_baseline() -> Result:
    data = make_by_length()
    n = count_rows(data)
    numbers = {"theirs": format_share(1), "ours": format_share((n - 1) / n)}
    return evaluate(data, wrong=1).notes, numbers


@case("The length of a sequence alone predicts…")
def predict_from_lengths_alone() -> Result:
    data = make_by_length()
    constant = (data.require_targets()[data.split == "test"] == "no").mean()
    numbers = {"theirs": format_share(1), "constant": format_share(constant)}
    return evaluate(data, wrong=1).notes, numbers


@case("{count} evaluation sequences are too few…")
def count_too_few_sequences() -> Result:
    numbers = {
        "count": len(SMALL) - 2,
        "ours": format_share(1 - 1 / (len(SMALL) - 2)),
        "theirs": format_share(compute_share(SMALL)),
    }
    return evaluate(make_labelled(SMALL), wrong=1).notes, numbers


@case("{count} evaluation groups are too few…")
def count_too_few_groups() -> Result:
    groups = ["a", "b", "c", "c", "d", "d"]
    numbers = {
        "count": len({*groups[2:]}),
        "ours": format_share(1 - 1 / (len(SMALL) - 2)),
        "theirs": format_share(compute_share(SMALL)),
    }
    return evaluate(make_labelled(SMALL, groups=groups), wrong=1).notes, numbers


@case("This network is better than every baseline…")
def compare_with_a_worse_baseline() -> Result:
    n = len(LARGE) - 2
    numbers = {"ours": format_share((n - 2) / n), "theirs": format_share(compute_share(LARGE))}
    return evaluate(make_labelled(LARGE), wrong=2).notes, numbers


@cache
def evaluate_numbers() -> tuple[Evaluation, np.ndarray, np.ndarray]:
    """Evaluate numbers beside the mean; returns the errors of the model and of the mean, too."""
    rng = np.random.default_rng(3)
    targets = rng.normal(5, 2, 42)
    data = make_labelled(targets)
    rows = data[data.split == "test"]
    errors = rng.normal(0, 0.7, len(rows))
    predictions = rows.require_targets() + errors
    evaluation = evaluate_predictions(data, REGRESSION, "test", rows, predictions, None)
    return evaluation, errors, targets[2:] - targets[:2].mean()


def compute_rmse(errors: np.ndarray) -> float:
    return float(np.sqrt((errors**2).mean()))


@case("This network is better than every baseline…")
def compare_numbers_with_the_mean() -> Result:
    evaluation, errors, constant = evaluate_numbers()
    numbers = {
        "ours": f"{compute_rmse(errors):.4g}",
        "theirs": f"{compute_rmse(constant):.4g}",
    }
    return evaluation.notes, numbers


def leave_each_out(values: np.ndarray, compute) -> np.ndarray:
    return np.array([compute(np.delete(values, row)) for row in range(len(values))])


def compute_limits(value: float, without: np.ndarray, variance: float = 0.0) -> tuple[float, float]:
    """Compute the 95% limits of a difference by the jackknife."""
    n = len(without)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum() + variance)
    margin = stats.t.ppf(0.975, n - 1) * error
    return value - margin, value + margin


def sign(value: float, form: str) -> str:
    return format(value, form).replace("-", "−")


@case("Difference in RMSE…")
def compute_the_lead_in_rmse() -> Result:
    evaluation, errors, constant = evaluate_numbers()
    value = compute_rmse(errors) - compute_rmse(constant)
    without = leave_each_out(errors, compute_rmse) - leave_each_out(constant, compute_rmse)
    low, high = compute_limits(value, without)
    rival = evaluation.strongest_rival
    return format_lead(rival.ahead, evaluation.main), {
        "difference": sign(value, "+.4g"),
        "low": sign(low, "+.4g"),
        "high": sign(high, "+.4g"),
    }


@case("Difference: {difference} percentage points…")
def compute_the_lead_in_accuracy() -> Result:
    evaluation = evaluate(make_labelled(LARGE), wrong=2)
    n = len(LARGE) - 2
    ours = (np.arange(n) >= 2).astype(float)
    theirs = np.array([label == "no" for label in LARGE[2:]], float)
    value = ours.mean() - theirs.mean()
    low, high = compute_limits(value, leave_each_out(ours - theirs, np.mean), 1 / (n + 2) ** 2)
    return format_lead(evaluation.strongest_rival.ahead, "accuracy"), {
        "difference": sign(100 * value, "+.1f"),
        "low": sign(100 * low, "+.1f"),
        "high": sign(100 * high, "+.1f"),
    }
