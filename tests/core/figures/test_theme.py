"""Colours of values and padding, and the Plotly templates."""

import subprocess
import sys

import plotly.graph_objects as go
import plotly.io as pio
import pytest

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


def test_the_default_template_of_the_user_stays():
    script = (
        "import plotly.io as pio; pio.templates.default = 'ggplot2'; import core.figures; "
        "core.figures.plot_history({'loss': [1.0]}); print(pio.templates.default)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "ggplot2"
