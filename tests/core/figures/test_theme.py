"""Colours of values and padding, and the Plotly templates."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from plotly.colors import hex_to_rgb

from core.figures import plot_history
from core.figures.theme import get_palette
from tests.support.figures import contrast


@pytest.mark.parametrize("dark", [False, True])
def test_no_colour_of_a_value_resembles_padding(dark):
    colours = get_palette(dark)
    for scale in (colours.sequential, colours.diverging, (colours.accent, colours.warning)):
        for colour in scale:
            assert contrast(colour, colours.absent) >= 1.6
            assert contrast(colour, colours.hatch) >= 1.2


# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as people without red, green or blue
# cones see it.
VISION = {
    "normal": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def to_lab(colour: str, vision: str) -> np.ndarray:
    """CIELAB coordinates of a colour as somebody sees it."""
    rgb = np.array(hex_to_rgb(colour)) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(VISION[vision] @ linear, 0, 1)
    xyz = TO_XYZ @ seen / TO_XYZ.sum(axis=1)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("vision", VISION)
def test_classes_can_be_distinguished_with_every_kind_of_vision(dark, vision):
    colours = get_palette(dark)
    for first, second in combinations(colours.classes, 2):
        assert np.linalg.norm(to_lab(first, vision) - to_lab(second, vision)) >= 10
    assert all(contrast(colour, colours.ground) >= 3 for colour in colours.classes)


@pytest.mark.parametrize(("dark", "name"), [(False, "unpadded"), (True, "unpadded_dark")])
def test_a_figure_is_drawn_in_the_registered_template_of_its_mode(dark, name):
    template = plot_history({"loss": [1.0]}, dark=dark).layout.template
    assert template == pio.templates[name]
    assert template.layout.colorway == get_palette(dark).categories
    assert contrast(template.layout.font.color, template.layout.paper_bgcolor) >= 7


def test_a_figure_of_the_user_can_have_the_template():
    figure = go.Figure(go.Scatter(y=[1, 2]), {"template": "unpadded_dark"})
    assert figure.layout.template == plot_history({"loss": [1.0]}, dark=True).layout.template


def test_a_change_of_one_figure_leaves_the_template_as_it_is():
    plot_history({"loss": [1.0]}).update_layout(template_layout_font_size=30)
    assert plot_history({"loss": [1.0]}).layout.template.layout.font.size == 13


@pytest.mark.slow
def test_the_default_template_of_the_user_stays():
    script = (
        "import plotly.io as pio; pio.templates.default = 'ggplot2'; import core.figures; "
        "core.figures.plot_history({'loss': [1.0]}); print(pio.templates.default)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "ggplot2"
