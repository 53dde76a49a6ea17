"""What the pages say about predictions and evaluations."""

from __future__ import annotations

from functools import cache

import numpy as np

from core import Sequences
from core.data.schema import Schema
from core.evaluation.evaluation_set import EvaluationSet
from core.evaluation.report import Evaluation, evaluate_predictions
from core.export.verify import TOLERANCE
from core.reading.new_data import Reading
from runs import Prediction, Request
from runs.jobs.export import Export
from tests.messages.case import Result, case
from tests.messages.evaluation import REGRESSION, evaluate_numbers
from tests.messages.models import make_run, train_once
from tests.messages.screen import render
from ui.predict.evaluated_rows import EvaluatedRows
from ui.predict.expected_columns import describe_columns
from ui.predict.one_prediction import _draw_probabilities as draw_probabilities
from ui.predict.own_data import _describe_part as describe_part
from ui.predict.row_choice import choose_row
from ui.results import predictions_table, verdict
from ui.results.downloads import _show_verification as show_verification
from ui.results.early_prediction import _show as show_early
from ui.results.evaluation import _show_details as show_details
from ui.results.predictions_table import MAX_DRAWN, MAX_ROWS
from ui.session.state import Owner, State

ME = Owner("me", True, None)


def finish(outcome: object) -> Request:
    """Make a request that was answered."""
    request = Request()
    request.finish(outcome)
    return request


# --- Tables of predictions ---


def predict_classes(rows: int, classes: int, split: bool = False) -> tuple[Request, Sequences]:
    """Make predictions of classes for sequences of one step."""
    rng = np.random.default_rng(8)
    names = np.array([f"c{n:02}" for n in range(classes)], object)
    chances = rng.dirichlet(np.ones(classes), rows).astype(np.float32)
    part = ["train", "test", "test"] * rows if split else None
    data = Sequences.from_lists(
        rng.normal(size=(rows, 1)),
        names[rng.integers(classes, size=rows)],
        split=part and part[:rows],
    )
    values = names[chances.argmax(axis=1)]
    return finish(Prediction(data.ids, values, names, chances, {}, ())), data


@cache
def show_many() -> tuple[list[str], Sequences, int]:
    request, data = predict_classes(rows=MAX_ROWS + 7, classes=MAX_DRAWN + 5)
    return render(predictions_table.show_predictions, request, data), data, MAX_DRAWN + 5


@case("Shown: the first {rows} of {all} rows…")
def count_shown_rows() -> Result:
    texts, data, _classes = show_many()
    return texts, {"rows": 1000, "all": len(data)}


@case("the first {rows} sequences")
def count_drawn_sequences() -> Result:
    return show_many()[0], {"rows": 20}


@case("the {classes} most probable classes")
def count_drawn_classes() -> Result:
    return show_many()[0], {"classes": 20}


@case("On this {n} sequence with a known…")
def count_known_targets() -> Result:
    _request, data = predict_classes(rows=37, classes=3)
    return predictions_table.format_heading("all", data), {"n": len(data.require_targets())}


@case("On the {n} sequence marked…")
def count_marked_sequences() -> Result:
    _request, data = predict_classes(rows=37, classes=3, split=True)
    return predictions_table.format_heading("test", data), {"n": [*data.split].count("test")}


def make_rows(part: str, n: int = 9, per_step: bool = False) -> EvaluatedRows:
    rng = np.random.default_rng(n)
    lengths = rng.integers(1, 6, n)
    count = int(lengths.sum()) if per_step else n
    targets = rng.normal(size=count)
    ids = np.array([f"s{row}" for row in range(n)], object)
    predicted = EvaluationSet(part, ids, lengths, targets, targets + rng.normal(size=count))
    return EvaluatedRows(predicted, per_step)


@case("Test set: {n} sequence the model…")
def count_predicted_test_sequences() -> Result:
    return describe_part(make_rows("test", 9)), {"n": 9}


@case("There is no test set. This is the validation…")
def count_predicted_validation_sequences() -> Result:
    return describe_part(make_rows("validation", 8)), {"n": 8}


@case("There is no test or validation set…")
def count_predicted_training_sequences() -> Result:
    return describe_part(make_rows("training", 7)), {"n": 7}


@case("This run was not evaluated. This is…")
def count_first_sequences() -> Result:
    return describe_part(make_rows("all", 6)), {"n": 6}


def show_choice(rows: EvaluatedRows) -> list[str]:
    model, _data = train_once("numbers")
    return render(choose_row, State(ME), make_run(model), rows)


@case("Listed: {n} of {all} sequences. Search…")
def count_listed_sequences() -> Result:
    return show_choice(make_rows("test", 450)), {"n": 200, "all": 450}


@case("{id} · predicted {prediction}…")
def name_the_largest_error() -> Result:
    rows = make_rows("test")
    part = rows.evaluation
    worst = int(np.abs(part.values - part.targets).argmax())
    prediction, target = (f"{each[worst]:.3g}" for each in (part.values, part.targets))
    return show_choice(rows), {"id": f"s{worst}", "prediction": prediction, "target": target}


@case("{id} · mean error {error}")
def name_the_largest_mean_error() -> Result:
    rows = make_rows("test", per_step=True)
    part = rows.evaluation
    errors = np.abs(part.values - part.targets)
    ends = np.cumsum(part.lengths)
    means = [float(each.mean()) for each in np.split(errors, ends[:-1])]
    worst = int(np.argmax(means))
    return show_choice(rows), {"id": f"s{worst}", "error": f"{means[worst]:.3g}"}


@case("Probability of each class; the highest…")
def name_the_most_probable_class() -> Result:
    request, data = predict_classes(rows=5, classes=4)
    result = request.result
    part = EvaluationSet(
        "test",
        data.ids,
        data.lengths,
        data.targets,
        result.values,
        result.classes,
        result.probabilities,
    )
    model, _data = train_once("classes")
    chances = result.probabilities[2]
    texts = render(draw_probabilities, EvaluatedRows(part, False), 2, make_run(model))
    return texts, {"name": f"c{chances.argmax():02}", "share": f"{chances.max():.1%}"}


@case("{n} feature per step")
def count_features_of_new_data() -> Result:
    _model, data = train_once("numbers")
    return describe_columns(Reading.from_sequences(data)), {"n": data.values.shape[1]}


@case("{n} column of values")
def count_columns_of_new_data() -> Result:
    schema = Schema("long", id="id", features=("x", "y", "z"))
    return describe_columns(Reading(3, schema)), {"n": 3}


# --- Evaluation ---


@cache
def evaluate_many() -> tuple[Evaluation, Sequences]:
    """Evaluate more rows than are drawn; the values of 7 of them are in the training data."""
    rng = np.random.default_rng(10)
    sequences = [rng.normal(size=1) for _ in range(1205)]
    sequences[5:12] = sequences[1198:1205]
    targets = rng.normal(size=1205)
    split = ["test"] * 1190 + ["train"] * 15
    data = Sequences.from_lists(sequences, targets, split=split)
    rows = data[data.split == "test"]
    evaluation = evaluate_predictions(
        data, REGRESSION, "test", rows, rows.require_targets() + rng.normal(size=1190), None
    )
    return evaluation, data


def show_evaluation() -> list[str]:
    model, _data = train_once("numbers")
    return render(show_details, finish(evaluate_many()[0]), make_run(model), True)


@case("{n} of these sequences also appears…")
def count_copies() -> Result:
    _evaluation, data = evaluate_many()
    seen = {each.tobytes() for each in data[data.split == "train"]}
    copies = sum(each.tobytes() in seen for each in data[data.split == "test"])
    return show_evaluation(), {"n": copies}


@case("Drawn: {n} of them.")
def count_drawn_points() -> Result:
    return show_evaluation(), {"n": 1000}


def show_conclusion(evaluation: Evaluation) -> list[str]:
    model, _data = train_once("numbers")
    return render(verdict.show, evaluation, make_run(model, has_predictions=True))


@case("{n} test sequence")
def count_test_sequences() -> Result:
    evaluation, errors, _constant = evaluate_numbers()
    return show_conclusion(evaluation), {"n": len(errors)}


@case("95% CI {interval}")
def state_the_interval_of_the_rmse() -> Result:
    """Student's t with the jackknife's error of the logarithm."""
    from scipy import stats

    evaluation, errors, _constant = evaluate_numbers()
    n = len(errors)
    rmse = np.sqrt((errors**2).mean())
    logs = [np.log(np.sqrt((np.delete(errors, row) ** 2).mean())) for row in range(n)]
    factor = np.exp(stats.t.ppf(0.975, n - 1) * np.sqrt((n - 1) * np.var(logs)))
    interval = f"{rmse / factor:.4g} – {rmse * factor:.4g}"
    return show_conclusion(evaluation), {"interval": interval}


def evaluate_trained(name: str) -> tuple[Evaluation, int, int]:
    """Evaluate a model; returns the sizes of its training and validation sets, too."""
    model, data = train_once(name)
    validation = round(0.2 * len(data)) if model.recipe.validation_split else 0
    return model.evaluate_held_out(data), len(data) - validation, validation


@case("{n} validation sequence")
def count_validation_sequences() -> Result:
    evaluation, _training, validation = evaluate_trained("by value")
    return show_conclusion(evaluation), {"n": validation}


@case("{n} training sequence")
def count_training_sequences() -> Result:
    evaluation, training, _validation = evaluate_trained("wide")
    return show_conclusion(evaluation), {"n": training}


@case("{n} sequence; band: 95% CI.")
def count_sequences_of_early_prediction() -> Result:
    from tests.messages.improvement import evaluate_early

    early, _model, rows = evaluate_early("every step")
    return render(show_early, finish(early), "early", None), {"n": len(rows)}


# --- Export ---


def show_export(export: Export) -> list[str]:
    return render(show_verification, export)


@case("Verified: predict.py gives…")
def state_the_verified_difference() -> Result:
    return show_export(Export(12, 3e-7, TOLERANCE, None, False, "")), {"n": 12, "difference": 3e-7}


@case("Predictions of predict.py differ…")
def state_the_refused_difference() -> Result:
    export = Export(12, 0.25, TOLERANCE, None, False, "")
    return show_export(export), {"difference": 0.25, "allowed": 1e-5}
