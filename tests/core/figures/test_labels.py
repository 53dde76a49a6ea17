"""The name of the target in every figure that draws targets."""

import json
from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go
import pytest

from core.data.sequences import Sequences
from core.figures import (
    ENGLISH,
    Labels,
    plot_classes,
    plot_confusion_matrix,
    plot_lines,
    plot_predictions,
    plot_probabilities,
    plot_residuals,
    plot_step_predictions,
    plot_step_probabilities,
)
from tests.support.figures import LIMIT, NASTY

POINTS = [[3, 1.0, 1.5], [4, 2.0, 2.5]]
HALVES = np.full((2, 2), 0.5)
CLASSES = np.array(["a", "b"], dtype=object)
FIGURES: dict[str, Callable[[Labels], go.Figure]] = {
    "predictions": lambda labels: plot_predictions(POINTS, labels=labels),
    "residuals": lambda labels: plot_residuals(POINTS, labels=labels),
    "classes": lambda labels: plot_classes(CLASSES, labels=labels),
    "numbers": lambda labels: plot_classes(np.arange(50.0), labels=labels),
    "confusion": lambda labels: plot_confusion_matrix(["a", "b"], [[1, 0], [0, 1]], labels=labels),
    "probabilities": lambda labels: plot_probabilities(CLASSES, CLASSES, HALVES, labels=labels),
    "steps": lambda labels: plot_step_predictions(np.ones(2), np.ones(2), labels=labels),
    "class per step": lambda labels: plot_step_probabilities(
        CLASSES, HALVES, CLASSES, labels=labels
    ),
    "lines": lambda labels: plot_lines(
        Sequences.from_lists([[1, 2], [3, 4]], targets=["a", "b"]), slice(None), labels=labels
    ),
}


def list_texts(part: object) -> list[str]:
    """List every text of a figure's JSON, without the keys."""
    if isinstance(part, str):
        return [part]
    parts = [*part.values()] if isinstance(part, dict) else part if isinstance(part, list) else []
    return [text for each in parts for text in list_texts(each)]


@pytest.mark.parametrize("name", FIGURES)
def test_the_target_has_the_name_of_its_column(name):
    labels = ENGLISH.name_target("Max strain (%)")
    texts = list_texts(json.loads(FIGURES[name](labels).to_json())["data"])
    texts += list_texts(json.loads(FIGURES[name](labels).to_json())["layout"])
    assert any("Max strain (%)" in text for text in texts)
    assert not any("target" in text for text in texts)


@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("target", [NASTY, "<i>x</i>\n%{x}", "x" * 10_000, "{n} {target} %{y:d}"])
def test_no_name_of_a_target_changes_a_figure(name, target):
    named = FIGURES[name](ENGLISH.name_target(target)).to_json()
    texts = list_texts(json.loads(named))
    assert not [text for text in texts if "<i" in text or "x</i" in text or "x" * 50 in text]
    fields = [text.count("%{") for text in list_texts(json.loads(FIGURES[name](ENGLISH).to_json()))]
    assert [text.count("%{") for text in texts] == fields
    assert len(named) < LIMIT
