"""The X-ray holds the most relevant parts of two traces."""

import numpy as np

from core import LSTM
from core.inspection.xray import MAX_CLASSES, MAX_FEATURES, MAX_STEPS, MAX_UNITS, XRay
from tests.support.xrays import make_trace, make_xray


def test_a_small_sequence_is_complete():
    trace = make_trace(features=2)
    xray = XRay.from_traces(trace)
    side = xray.sides[0]
    assert xray.stride == 1
    np.testing.assert_array_equal(xray.steps, np.arange(10))
    np.testing.assert_array_equal(side.inputs, trace.inputs)
    np.testing.assert_array_equal(side.attributions, trace.attributions)
    for view, layer in zip(side.layers, trace.layers, strict=True):
        assert view.total_units == len(view.units) == layer.hidden.shape[1]
        assert sorted(view.units) == list(range(1, view.total_units + 1))
        for name, gate in layer.gates.items():
            np.testing.assert_array_equal(view.maps[name], gate[:, view.units - 1])
    assert list(side.layers[0].maps) == ["hidden", "cell", "input", "forget", "candidate", "output"]
    assert list(side.layers[1].maps) == ["hidden", "update", "reset", "candidate"]


def test_a_large_sequence_keeps_the_last_step_and_the_most_relevant_parts():
    names = [f"class {number}" for number in range(20)]
    trace = make_trace(1_000, 2_501, 40, (LSTM(200),), names)
    xray = XRay.from_traces(trace)
    side = xray.sides[0]
    assert len(xray.steps) <= MAX_STEPS
    assert xray.steps[-1] == 2_500
    assert set(np.diff(xray.steps)) == {xray.stride}
    assert side.inputs.shape == (len(xray.steps), MAX_FEATURES)
    assert xray.features == 40
    assert len(side.layers[0].units) == MAX_UNITS
    assert side.layers[0].total_units == 200
    assert len(xray.classes) == MAX_CLASSES
    assert names[trace.explained_class] in xray.classes
    # The attributions of the selected features are complete.
    totals = np.abs(trace.attributions).sum(axis=0)
    selected = np.sort(np.argsort(-totals, kind="stable")[:MAX_FEATURES])
    np.testing.assert_allclose(
        side.attributions.sum(axis=0), trace.attributions[:, selected].sum(axis=0), rtol=1e-6
    )


def test_both_sides_have_the_same_units_in_the_same_order():
    xray = make_xray()
    for one, other in zip(xray.sides[0].layers, xray.sides[1].layers, strict=True):
        np.testing.assert_array_equal(one.units, other.units)


def test_rising_units_are_at_one_end_and_falling_ones_at_the_other():
    trace = make_trace(length=9, layers=(LSTM(16),))
    result = XRay.from_traces(trace)
    ends = result.sides[0].layers[0].maps["hidden"][-1]
    assert ends[:4].mean() > 0 > ends[-4:].mean()
    again = XRay.from_traces(trace)
    np.testing.assert_array_equal(again.sides[0].layers[0].units, result.sides[0].layers[0].units)
