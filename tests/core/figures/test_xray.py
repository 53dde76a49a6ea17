"""The figure of an X-ray.

Padding is hatched, states are frozen or drift, there is a slider, and the figure has a few hundred
kilobytes whatever the size of the network.
"""

import json

import numpy as np
import pytest

from core import GRU, LSTM
from core.figures import Labels, plot_xray
from core.inspection.xray import MAX_FEATURES, MAX_UNITS
from tests.support.figures import LIMIT
from tests.support.xrays import NASTY, make_xray


def find_traces(figure, kind: str, column: int = 0) -> list:
    """Return the figure's traces of a kind in a column."""
    axis = "x" if column == 0 else f"x{column + 1}"
    return [each for each in figure.data if each.type == kind and each.xaxis == axis]


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_with_the_mask_states_show_through_padding_and_gates_do_not(padding):
    figure = plot_xray(make_xray(padding=padding))
    masked, unmasked = find_traces(figure, "heatmap"), find_traces(figure, "heatmap", 1)
    assert len(masked) == len(unmasked) == 6  # hidden, cell, four gates
    for each in unmasked:
        assert each.z.shape == (6, 10)
    for each in masked[:2]:
        assert each.z.shape == (6, 10)
        constant = each.z[:, :6] if padding == "pre" else each.z[:, 4:]
        assert (constant == constant[:, :1]).all()  # frozen
    for each in masked[2:]:
        assert each.z.shape == (6, 4)
        assert each.x0 == (7 if padding == "pre" else 1)
    hidden = unmasked[0].z[:, :6] if padding == "pre" else unmasked[0].z[:, 4:]
    assert (hidden != hidden[:, :1]).any()  # drifting


def test_masked_padding_shows_no_value_and_fed_padding_shows_the_fill():
    figure = plot_xray(make_xray())
    (masked, seen), (_, unmasked) = (
        [s.y for s in find_traces(figure, "scatter", column)] for column in (0, 1)
    )
    assert np.isnan(masked[:6]).all()
    assert np.isnan(seen[:6]).all()
    assert (unmasked[:6] == 0.5).all()


def test_padding_is_hatched_in_every_row():
    figure = plot_xray(make_xray())
    for column in (0, 1):
        axes = {each.yaxis for each in figure.data if each.xaxis == ("x", "x2")[column]}
        hatched = [b for b in find_traces(figure, "bar", column) if b.marker.pattern.shape == "/"]
        assert {bar.yaxis for bar in hatched} == axes
        for bar in hatched:
            assert bar.base.tolist() == [0.5]
            assert bar.x.tolist() == [6]


def test_erased_steps_are_hatched_and_have_no_gates():
    figure = plot_xray(make_xray(erased=(8,)))
    gate = find_traces(figure, "heatmap")[2]
    assert np.isnan(gate.z[:, 2]).all()
    assert not np.isnan(gate.z[:, [0, 1, 3]]).any()
    [framed] = [bar for bar in find_traces(figure, "bar") if bar.hovertext]
    assert (framed.base.tolist(), framed.x.tolist()) == ([8.5], [1])


def test_the_slider_moves_the_line_of_every_side_and_shows_its_prediction():
    xray = make_xray()
    figure = plot_xray(xray)
    [slider] = figure.layout.sliders
    assert [step.label for step in slider.steps] == [str(n) for n in range(1, 11)]
    moved = slider.steps[7].args[0]
    for column in (0, 1):
        assert moved[f"shapes[{column}].x0"] == moved[f"shapes[{column}].x1"] == 8
        prediction = float(xray.sides[column].predictions[7, 0])
        assert f"<b>{prediction:.3g}</b>" in moved[f"annotations[{column}].text"]
    assert "–" in slider.steps[0].args[0]["annotations[0].text"]  # nothing was read yet
    assert [shape.x0 for shape in figure.layout.shapes] == [10, 10]


def test_one_side_alone_has_the_whole_width():
    xray = make_xray()
    figure = plot_xray(xray, sides=[1])
    assert {each.xaxis for each in figure.data} == {"x"}
    assert figure.layout.xaxis.domain == (0, 1)
    assert figure.layout.annotations[0].text.startswith("Without a mask")
    assert len(figure.layout.shapes) == 1


def test_each_layer_and_direction_has_its_own():
    xray = make_xray(layers=(LSTM(6, bidirectional=True), GRU(5)))
    views = xray.sides[0].layers
    assert [(v.number, v.kind, v.backward) for v in views] == [
        (1, "LSTM", False),
        (1, "LSTM", True),
        (2, "GRU", False),
    ]
    for number, view in enumerate(views):
        assert find_traces(plot_xray(xray, number), "heatmap")[0].z.shape[0] == len(view.units)
    labels = [note.text for note in plot_xray(xray, 2).layout.annotations]
    assert "update gate" in labels
    assert "cell state" not in labels


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"length": 1, "width": 1},
        {"length": 10, "width": 10},
        pytest.param(
            {"length": 9_000, "width": 10_000, "features": 300, "layers": (LSTM(300),)},
            marks=pytest.mark.slow,
        ),
        {"classes": [NASTY + str(number) for number in range(900)], "features": 40},
        {"features": 2, "erased": (7, 9)},
    ],
    ids=["small", "one step", "no padding", "large", "many classes", "erased"],
)
def test_a_figure_of_any_size_is_small_and_shows_names_as_text(options, dark):
    result = plot_xray(make_xray(**options), dark=dark).to_json()
    assert len(result) < LIMIT
    assert "<i" not in result.replace("\\u003c", "<")
    json.loads(result)


@pytest.mark.slow
def test_omissions_are_labelled():
    xray = make_xray(length=900, width=1_000, features=40, layers=(LSTM(300),))
    labels = [note.text for note in plot_xray(xray).layout.annotations]
    assert f"hidden state ({MAX_UNITS} of 300 units, 1 in 5 steps)" in labels
    assert f"input ({MAX_FEATURES} of 40)" in labels


def test_classes_are_named_in_the_colours_of_their_lines():
    figure = plot_xray(make_xray(classes=["up", "down"]))
    label = next(
        n.text for n in figure.layout.annotations if n.text.startswith("prediction so far")
    )
    for line in find_traces(figure, "scatter")[:2]:
        assert f'<b style="color:{line.line.color}">{line.name}</b>' in label


def test_labels_can_be_in_other_languages():
    result = plot_xray(make_xray(), labels=Labels(hidden="Zustand", masked="Maskiert")).to_json()
    assert "Zustand" in result
    assert "hidden state" not in result
    assert "Maskiert" in result


def test_the_axis_of_steps_has_the_name_of_the_time():
    figure = plot_xray(make_xray(), labels=Labels().name_time("<i>cycle"))
    assert figure.layout.xaxis.title.text == "time step (&lt;i&gt;cycle)"
