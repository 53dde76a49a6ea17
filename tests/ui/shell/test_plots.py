"""Figures on a page, and the page of figures that a visitor downloads."""

import re

import pytest

from core.figures import plot_history, plot_lengths
from tests.support.figures import contrast
from ui.shell.plots import to_html


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_of_figures_is_readable_without_the_app(dark):
    figures = {
        "Loss <b>": plot_history({"loss": [2.0, 1.0]}, dark=dark),
        "Lengths": plot_lengths([1, 2, 2], dark=dark),
    }
    page = to_html(figures).decode()
    [(ground, ink)] = re.findall("background:(#[0-9a-f]{6});color:(#[0-9a-f]{6})", page)
    assert contrast(ground, ink) >= 7
    assert (contrast(ground, "#ffffff") > 7) is dark
    assert "<h2>Loss &lt;b&gt;</h2>" in page
    assert page.count("Plotly.newPlot(") == 2
