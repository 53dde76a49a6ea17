"""What is suggested after a training, and how early a model predicts."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from core import Recipe, Sequences, TrainedModel, train
from core.evaluation.next_steps import Training, read_score, suggest_next_steps
from core.experiments.early_prediction import EarlyPrediction
from core.experiments.evaluate_early_prediction import evaluate_early_prediction
from tests.messages.case import Result, case
from tests.messages.evaluation import count_rows, evaluate, format_share
from tests.messages.models import CLASSIFIER, ROCKET, SMALL, train_once


def describe_training(data: Sequences, model: TrainedModel, **more) -> Training:
    outside = data.split != "test" if data.split is not None else np.ones(len(data), bool)
    return Training(model.recipe, model.history, int(outside.sum()), **more)


@case("On held-out training rows, another…")
def compare_scores_of_families() -> Result:
    """The network is trained for two epochs; random convolutions on an easier question."""
    network, data = train_once("classes")
    easy, names = make_easy(), network.history["val_accuracy"]
    rocket = train(easy, ROCKET)
    outside = int((data.split != "test").sum())
    scores = [
        read_score(model.recipe, model.history, model.best_epoch, outside)
        for model in (network, rocket)
    ]
    training = describe_training(
        data,
        network,
        score=scores[0],
        others={"random_convolution": scores[1]},
        suggested={"random_convolution": ROCKET},
    )
    best = int(np.argmin(rocket.history["loss"]))
    return [str(step.reason) for step in suggest_next_steps(training)], {
        "theirs": f"{rocket.history['accuracy'][best]:.1%}",
        "ours": f"{names[-1]:.1%}",
    }


def make_easy() -> Sequences:
    """Make classes that differ in the mean of all values."""
    rng = np.random.default_rng(5)
    sequences = [rng.normal(3 * (n % 2), 0.5, (rng.integers(10, 20), 2)) for n in range(60)]
    return Sequences.from_lists(sequences, [f"c{n % 2}" for n in range(60)])


def compare_with_linear(wrong: int, suggested: dict[str, Recipe]) -> Result:
    """The mean determines the class, so that a linear model predicts all rows."""
    easy = make_easy()
    labels = np.where(np.arange(len(easy)) % 2, "yes", "no")
    split = np.where(np.arange(len(easy)) < 30, "train", "test")
    data = Sequences.from_lists(list(easy), labels, split=split)
    n = count_rows(data)
    evaluation = evaluate(data, wrong=wrong)
    training = Training(CLASSIFIER, {}, len(data) - n, evaluation=evaluation, suggested=suggested)
    numbers = {"theirs": format_share(1), "ours": format_share(1 - wrong / n)}
    return [str(step.reason) for step in suggest_next_steps(training)], numbers


@case("This network is not measurably better than…")
def compare_with_a_linear_model() -> Result:
    return compare_with_linear(1, {"random_convolution": ROCKET})


@case("A linear model is better than this model…")
def compare_with_random_convolutions_untried() -> Result:
    return compare_with_linear(12, {"random_convolution": ROCKET})


@case("A linear baseline is better than this model…")
def compare_without_random_convolutions() -> Result:
    return compare_with_linear(12, {})


FALLING = {"loss": np.linspace(2, 0.5, 20).tolist()}


@case("Train {n} epochs")
def double_the_epochs() -> Result:
    training = Training(replace(SMALL, epochs=20), FALLING, sequences=100)
    texts = [str(step.action) for step in suggest_next_steps(training)]
    return texts, {"n": 2 * len(FALLING["loss"])}


@case("The training was stopped at epoch…")
def count_the_epochs_of_a_stopped_training() -> Result:
    recipe = replace(SMALL, epochs=50)
    training = Training(recipe, FALLING, sequences=100, is_stopped=True, can_continue=True)
    texts = [str(step.reason) for step in suggest_next_steps(training)]
    return texts, {"n": len(FALLING["loss"]), "all": recipe.epochs}


@case("The network overfits…")
def find_the_epoch_of_the_lowest_loss() -> Result:
    epochs = np.arange(20)
    curves = {"loss": 0.1 + np.exp(-epochs / 3), "val_loss": 0.5 + 0.01 * (epochs - 6) ** 2}
    history = {name: curve.tolist() for name, curve in curves.items()}
    training = Training(replace(SMALL, epochs=20), history, sequences=100)
    best = min(range(20), key=history["val_loss"].__getitem__) + 1
    return [str(step.reason) for step in suggest_next_steps(training)], {"epoch": best}


@case("The rarest class has {n} of {all}…")
def count_the_rarest_class() -> Result:
    labels = ["a"] * 50 + ["b"] * 45 + ["c"] * 3
    counts = tuple(labels.count(label) for label in sorted({*labels}))
    training = Training(CLASSIFIER, {}, sequences=len(labels), class_counts=counts)
    texts = [str(step.reason) for step in suggest_next_steps(training)]
    return texts, {"n": labels.count("c"), "all": len(labels)}


def make_early(decides: str) -> Sequences:
    """Make classes that only the last step tells, or every step."""
    rng = np.random.default_rng(6)
    sequences = []
    for number in range(160):
        values = rng.normal(0, 1, 20)
        sign = 1 if number % 2 else -1
        if decides == "every step":
            values += 3 * sign
        else:
            values[-1] += 30 * sign
        sequences.append(values)
    split = ["train"] * 80 + ["test"] * 80
    return Sequences.from_lists(sequences, [f"c{n % 2}" for n in range(160)], split=split)


@cache
def evaluate_early(decides: str) -> tuple[EarlyPrediction, TrainedModel, Sequences]:
    data = make_early(decides)
    model = train(data, ROCKET)
    return evaluate_early_prediction(model, data), model, data[data.split == "test"]


def measure_after(model: TrainedModel, rows: Sequences, share: float) -> str:
    """Measure the accuracy after a share of the steps, rounded up."""
    parts = [each[: int(np.ceil(round(share * len(each), 6)))] for each in rows]
    predicted = model.predict(Sequences.from_lists(parts))
    return f"{(predicted == rows.require_targets()).mean():.1%}"


@case("Predictions improve up to the last step…")
def measure_before_the_last_step() -> Result:
    early, model, rows = evaluate_early("last step")
    numbers = {"whole": measure_after(model, rows, 1), "before": measure_after(model, rows, 0.9)}
    return early.note, numbers


@case("{share} of the steps are enough…")
def measure_a_sufficient_share() -> Result:
    early, model, rows = evaluate_early("every step")
    numbers = {
        "whole": measure_after(model, rows, 1),
        "there": measure_after(model, rows, early.enough),
    }
    return early.note, {"share": f"{early.enough:.0%}", **numbers}
