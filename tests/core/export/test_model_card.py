import io
import re
import zipfile
from dataclasses import replace
from importlib import metadata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import load
from core.data.schema import Schema
from core.data.summary import Facts
from core.evaluation.metric_formats import format_metric
from core.export.model_card import render_model_card
from core.invariance.report import Check, Proof


@pytest.mark.slow
def test_a_card_contains_evaluation_and_proof(words_model, words):
    words_model.evaluate_held_out(words)
    words_model.proof = words_model.prove(words, 1.0)
    card = words_model.render_model_card("Words")
    accuracy = words_model.evaluation.figures["accuracy"]
    line = next(line for line in card.splitlines() if line.startswith("| **this model**"))
    assert f"| {format_metric('accuracy', accuracy)} |" in line
    assert f"On {len(words[words.split == 'test'])} held-out test sequences." in card
    assert "Padding never changes a prediction: checked on" in card
    assert "no test set" not in card
    assert words_model.trained_on in card
    assert re.search(r"Written with Python 3[\d.]+, tensorflow [\d.]+, keras [\d.]+", card)


@pytest.mark.slow
def test_markup_in_names_is_escaped(example_model):
    card = example_model.render_model_card("<script>alert(1)</script> **x** [a](b)")
    title = next(line for line in card.splitlines() if line.startswith("# "))
    assert title == r"# \<script\>alert(1)\</script\> \*\*x\*\* \[a\](b)"


@given(st.text())
def test_no_text_of_a_loaded_model_becomes_markup_or_another_line(example_model, text):
    facts, checks = example_model.facts, (Check(text, text, None, 1e-5, text),)
    proof = Proof("lengths", checks, 1.0, False, 3, 3, 15, False, 1.0)
    card = render_model_card(example_model, facts=facts, proof=proof, notes=[text], name=text)
    plain = render_model_card(example_model, facts=facts, proof=proof, notes=["a"], name="b")
    assert len(card.splitlines()) == len(plain.splitlines())
    [row] = [line for line in card.splitlines() if line.endswith(" | 1e-05 |")]
    cells = re.sub(r"\\.", "", row)
    assert cells.count("|") == 5
    assert not set(cells) & set(r"\`*_{}[]#~<>&")


def test_a_padding_check_that_decided_nothing_says_why(example_model):
    checks = (Check("1 more step of padding", "keras", 0.3, 1e-4, rounding=0.2),)
    proof = Proof("lengths", checks, 1.0, False, 3, 3, 15, False, 1.0)
    card = render_model_card(example_model, proof=proof)
    assert "Undecided. This network amplifies rounding" in card
    assert "by up to 0.2" in card


@pytest.mark.parametrize(
    ("schema", "answer"),
    [
        (Schema("wide", target="Max strain (%)"), "per sequence: Max strain (%), a number."),
        (Schema("wide", target="*x*\n|"), r"per sequence: \*x\* \|, a number."),
        (Schema("long", remaining_steps=9), "per sequence: the remaining steps, a number."),
        (Schema("wide", target="1"), "per sequence: a number."),  # without a header
        (Schema("wide"), "per sequence: a number."),
    ],
)
def test_the_card_names_the_target(example_model, schema, answer):
    assert answer in render_model_card(replace(example_model, schema=schema))


def test_tensorflow_may_be_installed_under_another_name(example_model, monkeypatch):
    """Such as tensorflow-cpu, which the image has."""

    def find_version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", find_version)
    assert "tensorflow 2." in example_model.render_model_card()


def test_missing_measurements_are_stated(example_model):
    saved = io.BytesIO()
    example_model.save(saved)
    card = zipfile.ZipFile(saved).read("MODEL_CARD.md").decode()
    assert "The model was not evaluated." in card
    assert "The padding check was not run." in card
    assert "3 sequences, 8 time steps in total" in card
    assert load(saved).facts == example_model.facts


@pytest.mark.parametrize("plain", [{}, {"sequences": "many"}, [1]])
def test_facts_of_another_form_are_refused(plain):
    with pytest.raises(ValueError):  # noqa: PT011
        Facts.from_dict(plain)


def test_the_card_begins_with_how_to_use_the_model(example_model):
    card = example_model.render_model_card("x")
    assert [line for line in card.splitlines() if line.startswith("#")] == [
        "# x",
        "## How to use the model",
        "## Model",
        "## Training data",
        "## Evaluation",
        "## Padding check",
        "## Limits",
        "## Recipe",
    ]
