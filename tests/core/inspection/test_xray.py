"""The X-ray holds what tells most of two traces, and its figure shows it: padding hatched, states
frozen or drifting, a slider, in a few hundred kilobytes whatever the size."""

import json

import numpy as np
import pytest

from core import GRU, LSTM, Recipe
from core.figures import Words, xray_figure
from core.inspection.trace import GATES, Trace, trace_layers
from core.inspection.xray import MAX_CLASSES, MAX_FEATURES, MAX_STEPS, MAX_UNITS, XRay

LIMIT = 500_000  # bytes
NASTY = "<i onclick=x>&" * 30


def traced(
    length: int = 4,
    width: int = 10,
    features: int = 1,
    layers: tuple = (LSTM(6), GRU(5)),
    classes: list[str] | None = None,
    masked: bool = True,
    erased: tuple[int, ...] = (),
    padding: str = "pre",
    seed: int = 3,
) -> Trace:
    """Of a network with random weights and a sequence of noise, padded with 0.5."""
    rng = np.random.default_rng(seed)
    weights, inward = [], features
    for layer in layers:
        gates = 3 if isinstance(layer, GRU) else 4
        for _ in range(2 if layer.bidirectional else 1):
            bias = (2, gates * layer.units) if gates == 3 else (gates * layer.units,)
            shapes = [(inward, gates * layer.units), (layer.units, gates * layer.units), bias]
            weights += [rng.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]
        inward = layer.units * (2 if layer.bidirectional else 1)
    real = np.zeros(width, bool)
    real[width - length :] = True
    inputs = np.full((width, features), 0.5, np.float32)
    inputs[real] = rng.normal(size=(length, features))
    counts = real if masked else np.ones(width, bool)
    if padding == "post":
        real, inputs, counts = real[::-1], inputs[::-1], counts[::-1]
    counts = counts.copy()
    counts[list(erased)] = False
    answers = rng.normal(size=(width, *([len(classes)] if classes else [])))
    answers[np.cumsum(counts) == 0] = np.nan
    if classes:
        answers = np.exp(answers) / np.exp(answers).sum(axis=1, keepdims=True)
    asked = np.unique(np.linspace(0, width - 1, min(width, 128)).astype(int))
    return Trace(
        masked=masked,
        feature_names=tuple(f"{NASTY}{number}" for number in range(features)),
        inputs=inputs,
        real=real,
        counts=counts,
        layers=trace_layers(Recipe(layers=layers), weights, inputs, counts),
        classes=None if classes is None else np.array(classes, object),
        asked=asked,
        answers=answers[asked].astype(np.float32),
        explained=None if classes is None else int(np.argmax(answers[-1])),
        influence=np.where(counts[:, None], rng.normal(size=(width, features)), 0.0),
        missed=0.0,
    )


def both(**what) -> XRay:
    return XRay.of(traced(**what), traced(**what, masked=False))


def drawn(figure, kind: str, column: int = 0) -> list:
    """The traces of a kind in a column."""
    axis = "x" if column == 0 else f"x{column + 1}"
    return [each for each in figure.data if each.type == kind and each.xaxis == axis]


def test_all_of_a_small_sequence_is_kept():
    trace = traced(features=2)
    xray = XRay.of(trace)
    side = xray.sides[0]
    assert xray.every == 1
    np.testing.assert_array_equal(xray.steps, np.arange(10))
    np.testing.assert_array_equal(side.inputs, trace.inputs)
    np.testing.assert_array_equal(side.influence, trace.influence)
    for view, layer in zip(side.layers, trace.layers, strict=True):
        assert view.of == len(view.units) == layer.hidden.shape[1]
        assert sorted(view.units) == list(range(1, view.of + 1))
        for name, gate in layer.gates.items():
            np.testing.assert_array_equal(view.maps[name], gate[:, view.units - 1])
    assert list(side.layers[0].maps) == ["hidden", "cell", *GATES["LSTM"]]
    assert list(side.layers[1].maps) == ["hidden", *GATES["GRU"]]


def test_of_a_large_one_the_last_step_and_what_tells_most_are_kept():
    names = [f"class {number}" for number in range(20)]
    trace = traced(1_000, 2_501, 40, (LSTM(200),), names)
    xray = XRay.of(trace)
    side = xray.sides[0]
    assert len(xray.steps) <= MAX_STEPS
    assert xray.steps[-1] == 2_500
    assert set(np.diff(xray.steps)) == {xray.every}
    assert side.inputs.shape == (len(xray.steps), MAX_FEATURES)
    assert xray.features == 40
    assert len(side.layers[0].units) == MAX_UNITS
    assert side.layers[0].of == 200
    assert len(xray.classes) == MAX_CLASSES
    assert names[trace.explained] in xray.classes
    # nothing is lost of the influence of the features that are kept
    moved = np.abs(trace.influence).sum(axis=0)
    kept = np.sort(np.argsort(-moved, kind="stable")[:MAX_FEATURES])
    np.testing.assert_allclose(
        side.influence.sum(axis=0), trace.influence[:, kept].sum(axis=0), rtol=1e-6
    )


def test_both_sides_have_the_same_units_in_the_same_order():
    xray = both()
    for one, other in zip(xray.sides[0].layers, xray.sides[1].layers, strict=True):
        np.testing.assert_array_equal(one.units, other.units)


def test_units_that_rise_stand_at_one_end_and_those_that_fall_at_the_other():
    trace = traced(length=9, layers=(LSTM(16),))
    found = XRay.of(trace)
    ends = found.sides[0].layers[0].maps["hidden"][-1]
    assert ends[:4].mean() > 0 > ends[-4:].mean()
    again = XRay.of(trace)
    np.testing.assert_array_equal(again.sides[0].layers[0].units, found.sides[0].layers[0].units)


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_with_the_mask_states_show_through_padding_and_gates_do_not(padding):
    figure = xray_figure(both(padding=padding))
    masked, fed = drawn(figure, "heatmap"), drawn(figure, "heatmap", 1)
    assert len(masked) == len(fed) == 6  # hidden, cell, four gates
    for each in fed:
        assert each.z.shape == (6, 10)
    for each in masked[:2]:
        assert each.z.shape == (6, 10)
        still = each.z[:, :6] if padding == "pre" else each.z[:, 4:]
        assert (still == still[:, :1]).all()  # frozen
    for each in masked[2:]:
        assert each.z.shape == (6, 4)
        assert each.x0 == (7 if padding == "pre" else 1)
    hidden = fed[0].z[:, :6] if padding == "pre" else fed[0].z[:, 4:]
    assert (hidden != hidden[:, :1]).any()  # drifting


def test_no_value_is_drawn_where_padding_was_masked_and_the_fill_where_it_was_fed():
    figure = xray_figure(both())
    (masked, seen), (_, fed) = (
        [s.y for s in drawn(figure, "scatter", column)] for column in (0, 1)
    )
    assert np.isnan(masked[:6]).all()
    assert np.isnan(seen[:6]).all()
    assert (fed[:6] == 0.5).all()


def test_padding_is_hatched_in_every_row():
    figure = xray_figure(both())
    for column in (0, 1):
        axes = {each.yaxis for each in figure.data if each.xaxis == ("x", "x2")[column]}
        hatched = [b for b in drawn(figure, "bar", column) if b.marker.pattern.shape == "/"]
        assert {bar.yaxis for bar in hatched} == axes
        for bar in hatched:
            assert bar.base.tolist() == [0.5]
            assert bar.x.tolist() == [6]


def test_erased_steps_are_hatched_and_have_no_gates():
    figure = xray_figure(both(erased=(8,)))
    gate = drawn(figure, "heatmap")[2]
    assert np.isnan(gate.z[:, 2]).all()
    assert not np.isnan(gate.z[:, [0, 1, 3]]).any()
    [framed] = [bar for bar in drawn(figure, "bar") if bar.hovertext]
    assert (framed.base.tolist(), framed.x.tolist()) == ([8.5], [1])


def test_the_slider_moves_the_line_of_every_side_and_tells_its_answer():
    xray = both()
    figure = xray_figure(xray)
    [slider] = figure.layout.sliders
    assert [step.label for step in slider.steps] == [str(n) for n in range(1, 11)]
    moved = slider.steps[7].args[0]
    for column in (0, 1):
        assert moved[f"shapes[{column}].x0"] == moved[f"shapes[{column}].x1"] == 8
        answer = float(xray.sides[column].answers[7, 0])
        assert f"<b>{answer:.3g}</b>" in moved[f"annotations[{column}].text"]
    assert "–" in slider.steps[0].args[0]["annotations[0].text"]  # nothing was read yet
    assert [shape.x0 for shape in figure.layout.shapes] == [10, 10]


def test_one_side_alone_has_the_whole_width():
    xray = both()
    figure = xray_figure(xray, sides=[1])
    assert {each.xaxis for each in figure.data} == {"x"}
    assert figure.layout.xaxis.domain == (0, 1)
    assert figure.layout.annotations[0].text.startswith("Without a mask")
    assert len(figure.layout.shapes) == 1


def test_each_layer_and_direction_has_its_own():
    xray = both(layers=(LSTM(6, bidirectional=True), GRU(5)))
    views = xray.sides[0].layers
    assert [(v.number, v.kind, v.backward) for v in views] == [
        (1, "LSTM", False),
        (1, "LSTM", True),
        (2, "GRU", False),
    ]
    for number, view in enumerate(views):
        assert drawn(xray_figure(xray, number), "heatmap")[0].z.shape[0] == len(view.units)
    labels = [note.text for note in xray_figure(xray, 2).layout.annotations]
    assert "update gate" in labels
    assert "cell state" not in labels


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    "what",
    [
        {},
        {"length": 1, "width": 1},
        {"length": 10, "width": 10},
        {"length": 9_000, "width": 10_000, "features": 300, "layers": (LSTM(300),)},
        {"classes": [NASTY + str(number) for number in range(900)], "features": 40},
        {"features": 2, "erased": (7, 9)},
    ],
    ids=["small", "one step", "no padding", "large", "many classes", "erased"],
)
def test_a_figure_of_any_size_is_small_and_shows_names_as_text(what, dark):
    found = xray_figure(both(**what), dark=dark).to_json()
    assert len(found) < LIMIT
    assert "<i" not in found.replace("\\u003c", "<")
    json.loads(found)


def test_what_is_left_out_is_said():
    xray = both(length=900, width=1_000, features=40, layers=(LSTM(300),))
    labels = [note.text for note in xray_figure(xray).layout.annotations]
    assert f"hidden state ({MAX_UNITS} of 300 units, 1 in 5 steps)" in labels
    assert f"input ({MAX_FEATURES} of 40)" in labels


def test_classes_are_named_in_the_colours_of_their_lines():
    figure = xray_figure(both(classes=["up", "down"]))
    label = next(n.text for n in figure.layout.annotations if n.text.startswith("the answer"))
    for line in drawn(figure, "scatter")[:2]:
        assert f'<b style="color:{line.line.color}">{line.name}</b>' in label


def test_it_speaks_other_languages():
    found = xray_figure(both(), words=Words(hidden="Zustand", masked="Maskiert")).to_json()
    assert "Zustand" in found
    assert "hidden state" not in found
    assert "Maskiert" in found
