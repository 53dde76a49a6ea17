"""The figure of differences has their values and unit in the words of the conclusion."""

import pytest

from core.figures import format_difference, plot_differences


@pytest.mark.parametrize(
    ("limits", "unit", "text"),
    [
        ((-0.24, 1.6), "", "+0.7 (−0.2 to +1.6)"),
        ((-0.24, 1.6), "%", "+0.7% (−0.2 to +1.6)"),
        ((None, None), "%", "+0.7%"),
    ],
)
def test_a_difference_has_its_unit_once(limits, unit, text):
    assert format_difference(0.7, *limits, unit) == text


def test_the_axis_is_in_the_unit_of_the_values():
    figure = plot_differences([("mean", 0.7, -0.2, 1.6)], label="more is better", unit="%")
    [annotation] = figure.layout.annotations
    assert annotation.text == "<b>mean</b>  +0.7% (−0.2 to +1.6)"
    low, high = figure.layout.xaxis.range
    assert low < -0.2 < 1.6 < high
    assert figure.layout.xaxis.ticksuffix == "%"
    assert figure.layout.xaxis.title.text == "more is better"
