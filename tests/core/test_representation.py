"""Representations of results at the Python prompt and in notebooks, and their tables."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core import LSTM, Recipe, Sequences, compare, cross_validate, train
from core.evaluation.estimate import Estimate
from core.experiments.early_prediction import EarlyPrediction
from core.representation import MAX_REPR, shorten_repr

pytestmark = pytest.mark.slow  # it trains

RNG = np.random.default_rng(3)
DATA = Sequences.from_lists(
    [RNG.normal(size=(length, 2)) for length in RNG.integers(1, 9, 30)],
    [f"<b>class {number % 2}</b>" for number in range(30)],
)
RECIPE = Recipe(task="classification", layers=LSTM(3), epochs=2)


@pytest.fixture(scope="module")
def model():
    model = train(DATA, RECIPE)
    model.evaluate_held_out(DATA)
    model.proof = model.prove(DATA)
    return model


@pytest.fixture(scope="module")
def comparison():
    recipes = {f"<i>{units}</i>": replace(RECIPE, layers=LSTM(units)) for units in (2, 3)}
    return compare(DATA, recipes, seeds=range(2))


@pytest.fixture(scope="module")
def validation():
    return cross_validate(DATA, RECIPE, 2)


def test_a_model_shows_its_recipe_and_what_was_measured(model):
    text = repr(model)
    assert text.startswith(
        "TrainedModel(Recipe(task='classification', layers=(LSTM(3),), epochs=2)"
    )
    assert "2 epochs" in text
    assert "accuracy" in text
    assert "padding check passed" in text
    assert len(text) <= MAX_REPR


def test_a_proof_is_a_verdict_and_a_table(model):
    assert repr(model.proof).startswith("Proof(passed; ")
    table = model.proof.table
    assert isinstance(table, pd.DataFrame)
    assert table.columns.tolist() == [
        "check",
        "network",
        "difference",
        "tolerance",
        "rounding",
        "verdict",
        "passed",
        "why",
    ]
    assert len(table) == len(model.proof.checks)
    assert "<table" in model.proof._repr_html_()
    failed = replace(model.proof, checks=(replace(model.proof.checks[0], difference=9.0),))
    assert repr(failed).startswith(f"Proof(failed: {failed.checks[0].name}; ")
    undecided = replace(failed, checks=(replace(failed.checks[0], rounding=5.0),))
    assert repr(undecided).startswith(f"Proof(undecided: {failed.checks[0].name}; ")
    assert "padding check undecided" in repr(replace(model, proof=undecided))


def test_an_evaluation_has_a_row_per_model(model):
    table = model.evaluation.table
    assert table["model"].tolist()[0] == "network"
    assert len(table) == 1 + len(model.evaluation.rivals)
    assert {"accuracy", "accuracy low", "accuracy high"} <= set(table.columns)
    assert repr(model.evaluation).startswith("Evaluation(validation, 6 sequences: accuracy ")


def test_a_comparison_shows_its_conclusion_and_escapes_names(comparison):
    assert str(comparison.sentence) in repr(comparison)
    assert len(repr(comparison)) <= MAX_REPR
    html = comparison._repr_html_()
    assert "&lt;i&gt;2&lt;/i&gt;" in html
    assert "<i>" not in html


def test_a_cross_validation_has_a_row_per_fold_and_one_of_all(validation):
    assert validation.table["fold"].tolist() == [1, 2, "all"]
    assert validation.table["accuracy low"].isna().tolist()[:2] == [True, True]
    assert repr(validation).startswith("CrossValidation(2 folds: accuracy ")


def test_early_prediction_has_a_row_per_share():
    figures = (Estimate(0.5, 0.4, 0.6), Estimate(0.9, 0.8, 1.0))
    early = EarlyPrediction("accuracy", (0.5, 1.0), figures, 1.0, 40)
    assert early.table.to_dict("list") == {
        "share": [0.5, 1.0],
        "accuracy": [0.5, 0.9],
        "accuracy low": [0.4, 0.8],
        "accuracy high": [0.6, 1.0],
        "accuracy approximate": ["", ""],
    }
    assert repr(early).startswith("EarlyPrediction(40 sequences. ")


def test_a_long_representation_is_cut_before_its_bracket():
    text = shorten_repr(f"Recipe({'x' * 1000})")
    assert len(text) == MAX_REPR
    assert text.endswith("x…)")
    assert shorten_repr("Recipe()") == "Recipe()"
