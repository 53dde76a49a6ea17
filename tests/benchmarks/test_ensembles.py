"""The record of the ensembles' accuracy, and what the documentation says of it."""

import json
from pathlib import Path
from statistics import mean

import pytest

RECORD = json.loads(Path("docs/ensembles.json").read_text(encoding="utf-8"))["ensembles"]


@pytest.mark.parametrize("name", RECORD)
def test_the_documentation_states_the_measured_accuracy(name):
    result = RECORD[name]
    assert result["mean"] == pytest.approx(mean(result["test accuracy"]), abs=1e-4)
    text = Path("docs/engine.md").read_text(encoding="utf-8")
    assert f"| {name} | {result['mean']:.3f} | {result['log loss']:.3f} |" in text


def test_five_seeds_are_better_than_one():
    for single in ("BiLSTM", "random convolutions"):
        several = RECORD[f"5 × {single}"]
        assert several["mean"] > RECORD[single]["mean"]
        assert several["log loss"] < RECORD[single]["log loss"]
