"""Predictions and probabilities per step."""

import numpy as np

from core.figures import plot_step_predictions, plot_step_probabilities

RNG = np.random.default_rng(0)


def test_predictions_by_step_omit_the_steps_without_one():
    fig = plot_step_predictions(np.array([np.nan, 2, 3]), np.array([1, 2, 4]))
    target, predicted = fig.data
    assert np.isnan(predicted.y[0])
    assert (target.name, list(target.y)) == ("target", [1, 2, 4])
    areas = plot_step_probabilities(["a", "b"], [[np.nan, np.nan], [0.25, 0.75], [0.5, 0.5]])
    assert [list(area.x) for area in areas.data] == [[2, 3], [2, 3]]
    assert list(areas.data[1].y) == [0.75, 0.5]


def test_target_classes_by_step_have_the_colours_of_their_areas():
    shares = RNG.dirichlet(np.ones(12), 30)
    names = [f"<b>{i}" for i in range(12)]
    fig = plot_step_probabilities(names, shares, np.array(names)[np.arange(30) % 12])
    *areas, strip = fig.data
    best = set(np.argsort(-shares.max(axis=0))[:8])
    assert len(areas) == 8
    for step, colour in enumerate(strip.marker.color):
        name = f"&lt;b&gt;{step % 12}"
        drawn = [area.fillcolor for area in areas if area.name == name]
        assert drawn == ([colour] if step % 12 in best else [])


def test_the_strip_of_the_targets_is_named_above_the_probabilities():
    figure = plot_step_probabilities(["a", "b"], np.full((3, 2), 0.5), np.array(["a", "b", "a"]))
    axis, strip = figure.layout.yaxis, figure.data[-1]
    names = dict(zip(axis.tickvals, axis.ticktext, strict=True))
    assert names[round(float(strip.y[0]), 2)] == "target"
    assert axis.range[1] > strip.y[0]
    alone = plot_step_probabilities(["a", "b"], np.full((3, 2), 0.5))
    assert [*alone.layout.yaxis.ticktext] == ["0%", "25%", "50%", "75%", "100%"]
