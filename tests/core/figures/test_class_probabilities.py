"""Probabilities of the classes of one prediction."""

import numpy as np

from core.figures import plot_class_probabilities


def test_the_true_class_is_drawn_and_marked_however_improbable_it_is():
    chances = np.array([0.0001, *np.linspace(0.01, 0.2, 11)])
    names = [f"<b>{number}" for number in range(12)]
    [bars] = plot_class_probabilities(names, chances, true_class=0).data
    assert len(bars.x) == 8
    assert bars.text[-1] == "<0.1% · true"
    assert bars.customdata[-1] == "&lt;b&gt;0"
    assert list(bars.x[:2]) == [np.float32(0.2), np.float32(0.181)]
    assert bars.marker.color[-1] != bars.marker.color[0]


def test_an_unknown_true_class_is_not_marked():
    [bars] = plot_class_probabilities(["a", "b"], np.array([0.25, 0.75])).data
    assert list(bars.text) == ["75.0%", "25.0%"]
    assert len(set(bars.marker.color)) == 1
