import io
import re
import zipfile

import pytest

from core import load
from core.data.summary import Facts
from core.evaluation.metric_formats import written
from core.export.model_card import model_card


def test_a_card_says_what_was_measured_and_proved(words_model, words):
    words_model.judge(words)
    words_model.proof = words_model.prove(words, 1.0)
    card = model_card(words_model, "Words")
    accuracy = words_model.evaluation.figures["accuracy"]
    line = next(line for line in card.splitlines() if line.startswith("| **this network**"))
    assert f"| {written('accuracy', accuracy)} |" in line
    assert f"{len(words[words.split == 'test'])} test sequences, which took no part" in card
    assert "No: measured on" in card
    assert words_model.trained_on in card
    assert re.search(r"Written with Python 3[\d.]+, tensorflow [\d.]+, keras [\d.]+", card)


def test_names_from_outside_are_no_markup(example_model):
    card = model_card(example_model, "<script>alert(1)</script> **x** [a](b)")
    title = next(line for line in card.splitlines() if line.startswith("# "))
    assert title == r"# \<script\>alert(1)\</script\> \*\*x\*\* \[a\](b)"


def test_what_nobody_measured_is_not_claimed(example_model):
    again = io.BytesIO()
    example_model.save(again)
    card = zipfile.ZipFile(again).read("MODEL_CARD.md").decode()
    assert card.count("It was not measured.") == 2
    assert "3 sequences, 8 steps in all" in card
    assert load(again).facts == example_model.facts


@pytest.mark.parametrize("plain", [{}, {"sequences": "many"}, [1]])
def test_what_says_nothing_of_data_is_refused(plain):
    with pytest.raises(ValueError):  # noqa: PT011
        Facts.from_dict(plain)
