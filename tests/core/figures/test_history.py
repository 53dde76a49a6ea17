"""Learning curves: their axes, and metrics that are missing or tiny."""

import numpy as np
import pytest

from core.figures import Labels, plot_history, plot_penalties


@pytest.mark.parametrize(
    ("completed", "planned", "end"),
    [(0, 1000, 20), (1, 10, 10), (20, 1000, 20), (21, 1000, 40), (90, 100, 100), (700, 1000, 1000)],
)
def test_the_axis_of_an_active_run_doubles_with_its_epochs(completed, planned, end):
    fig = plot_history({"loss": [3.0] * completed}, planned)
    assert fig.layout.xaxis.range[1] == pytest.approx(end * 1.015)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("losses", [[], [np.nan]])
def test_without_a_point_the_axes_show_no_numbers(losses, log):
    fig = plot_history({"loss": losses}, 100, log=log)
    assert fig.layout.xaxis.showticklabels is fig.layout.yaxis.showticklabels is False
    texts = [note.text for note in fig.layout.annotations]
    assert texts == ([] if losses else [Labels().waiting])


def test_small_losses_are_numbers_and_accuracy_is_a_share_of_all():
    history = {"loss": [2e-4], "accuracy": [0.97]}
    assert (
        plot_history(history).layout.template.layout.yaxis.exponentformat == "power"
    )  # not "200μ"
    fig = plot_history(history, metric="accuracy")
    assert fig.layout.yaxis.range == (0, 1)
    assert fig.layout.yaxis.tickformat == ".0%"
    assert "%{y:.1%}" in fig.data[0].hovertemplate


def test_history_shows_training_and_validation_of_the_requested_metric():
    history = {"loss": [9.0], "accuracy": [0.1, 0.2], "val_accuracy": [0.3, np.nan]}
    fig = plot_history(history, metric="accuracy")
    assert [line.name for line in fig.data] == ["training", "validation"]
    assert np.allclose(fig.data[1].y, [0.3, np.nan], equal_nan=True)  # a gap, not a zero


@pytest.mark.parametrize("losses", [[], [np.nan], [0.0], [3.0, 1e-6], [-1.0, 2.0]])
def test_a_logarithmic_axis_survives_any_loss(losses):
    fig = plot_history({"loss": losses}, 10, log=True)
    assert fig.layout.yaxis.type == "log"
    assert np.isfinite(fig.layout.yaxis.tickvals).all()


def test_a_single_epoch_is_a_marker():
    assert "markers" in plot_history({"loss": [1.0]}, 10).data[0].mode


def test_the_curve_of_the_penalty_marks_the_one_with_the_least_loss():
    history = {"penalty": [0.1, 1.0, 10.0], "loss": [3.0, 1.0, 2.0], "accuracy": [0.5, 0.6, 0.9]}
    for metric in ("loss", "accuracy"):
        fig = plot_penalties(history, metric=metric, label="a label")
        assert list(fig.data[0].x) == history["penalty"]
        assert list(fig.data[0].y) == history[metric]
        assert fig.layout.xaxis.type == "log"
        assert fig.layout.yaxis.title.text == "a label"
        assert fig.layout.shapes[0].x0 == 1.0
        assert fig.layout.annotations[0].text == "chosen: 1"
        assert fig.layout.annotations[0].x == 0  # its logarithm


def test_each_member_of_an_ensemble_has_curves_of_its_own():
    history = {
        "member": [1.0, 1.0, 1.0, 2.0],
        "loss": [3.0, 2.0, 1.0, 0.5],
        "val_loss": [4.0, 3.0, 2.0, 1.5],
    }
    fig = plot_history(history)
    assert [list(line.y) for line in fig.data] == [[3, 2, 1], [4, 3, 2], [0.5], [1.5]]
    assert [line.showlegend for line in fig.data] == [True, True, False, False]
    assert "member 2, validation" in fig.data[3].hovertemplate
    assert fig.layout.xaxis.range[1] == pytest.approx(3 * 1.015)
