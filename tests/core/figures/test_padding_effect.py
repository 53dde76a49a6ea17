"""The figure of predictions by the amount of padding."""

import numpy as np

from core.figures import plot_padding_effect

STEPS = np.arange(0, 11, 5)
MASKED, UNMASKED = np.full(3, 2.0), np.array([0.5, 2.5, 1.0])


def test_a_slider_moves_through_one_frame_per_number_of_padded_steps():
    figure = plot_padding_effect(STEPS, MASKED, UNMASKED, content="1")
    [slider] = figure.layout.sliders
    assert [step.label for step in slider.steps] == ["0", "5", "10"]
    assert [step.args[0][0] for step in slider.steps] == [frame.name for frame in figure.frames]
    ours, theirs, padding, real = figure.frames[1].data
    assert (ours.x[0], ours.y[0], ours.text[0]) == (5, 2.0, "<b>2.00</b>")
    assert (theirs.y[0], theirs.text[0]) == (2.5, "<b>2.50</b>")
    assert padding.x[0] == real.x[0] == 5


def test_the_frame_of_the_most_padding_is_shown_first():
    figure = plot_padding_effect(STEPS, MASKED, UNMASKED)
    assert figure.layout.sliders[0].active == 2
    assert [trace.x[0] for trace in figure.data[2:]] == [10, 10, 10, 10]


def test_padding_after_the_sequence_leaves_its_steps_in_front():
    figure = plot_padding_effect(STEPS, MASKED, UNMASKED, side="post")
    assert [frame.data[3].x[0] for frame in figure.frames] == [0, 0, 0]


def test_numbers_of_close_predictions_are_on_different_sides():
    figure = plot_padding_effect(STEPS, MASKED, UNMASKED)
    for frame in figure.frames:
        ours, theirs = (each.textposition.split()[0] for each in frame.data[:2])
        assert {ours, theirs} == {"top", "bottom"}


def test_the_padding_of_the_training_is_marked():
    figure = plot_padding_effect(STEPS, MASKED, UNMASKED, trained=5)
    assert figure.layout.shapes[0].x0 == 5
    assert figure.layout.annotations[0].text == "as in training"


def test_the_figure_is_small():
    steps = np.arange(0, 201, 2)
    predictions = np.random.default_rng(0).normal(size=len(steps))
    assert len(plot_padding_effect(steps, predictions, predictions).to_json()) < 100_000
