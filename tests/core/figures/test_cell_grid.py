"""Cells and their axes: texts fit, contrast with their cell and do not touch."""

import numpy as np
import pytest

from core.figures import plot_mask, plot_padded, plot_probabilities
from tests.support.figures import contrast, noise, rgb


def test_a_colour_bar_with_the_feature_name_replaces_numbers_that_do_not_fit():
    room = np.ones((3, 15), dtype=bool)
    whole = plot_padded(np.full((3, 15), 9.0), room, ["a", "b", "c"], name="pulse")
    assert not whole.data[2].marker.showscale
    for shape in [(3, 15), (40, 3)]:  # too narrow, too low
        mask = np.ones(shape, dtype=bool)
        ids = np.arange(len(mask))
        marker = plot_padded(np.full(shape, 0.123), mask, ids, name="pulse").data[2].marker
        assert marker.showscale
        assert marker.colorbar.title.text == "pulse"
    large = plot_padded(**noise(3, 400) | {"name": "<b>" + "x" * 100}).data[2]
    assert large.colorbar.title.text.startswith("&lt;b&gt;x")
    assert len(large.colorbar.title.text) < 30  # no longer than the plot is high


@pytest.mark.parametrize(
    "fig",
    [
        plot_mask(np.array([[True]]), ["a"]),
        plot_padded(np.zeros((1, 500)), np.ones((1, 500), dtype=bool), ["a"]),
        plot_probabilities(["a"], ["x", "y"], np.array([[0.2, 0.8]])),
    ],
    ids=["mask", "large", "probabilities"],
)
def test_one_row_leaves_space_for_labels_and_title_below_it(fig):
    assert fig.layout.height >= 56 + 44 + 4
    # Plotly cuts labels off before it goes below.
    assert fig.layout.template.layout.minreducedheight < 56


def test_long_class_names_below_one_row_are_slanted_and_fit():
    short = plot_probabilities(["a"], ["x", "y"], np.array([[0.2, 0.8]])).layout
    long = plot_probabilities(
        ["a"], [f"walking upstairs {i}" for i in range(8)], np.full((1, 8), 1 / 8)
    ).layout
    assert (short.xaxis.tickangle, long.xaxis.tickangle) == (0, -45)
    assert long.height - short.height >= 14 * 7 * 0.7  # 14 characters, of 7 pixels, slanted


@pytest.mark.parametrize("steps", [3, 400])  # bars, and an image
def test_ids_of_many_rows_do_not_touch_and_the_hover_has_them_all(steps):
    fig = plot_mask(np.ones((40, steps), dtype=bool), [f"id{row}" for row in range(40)])
    shown = fig.layout.yaxis.ticktext
    assert shown[:2] == ("id1", "id3")
    assert (fig.layout.height - 48) / len(shown) >= 16
    if steps > 40:
        assert len(fig.layout.yaxis2.ticktext) == 40
        assert fig.layout.yaxis2.showticklabels is False


def test_the_hover_shows_an_id_that_is_too_long_for_the_axis():
    id = "patient-000001-visit-000012"
    fig = plot_mask(np.array([[True]]), [id])
    assert fig.layout.yaxis.ticktext == ("patient…000012",)
    assert fig.data[2].customdata[0][0] == id


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("low", [0, -50])  # sequential and diverging colours
def test_values_in_cells_contrast_with_their_cell(dark, low):
    values = np.linspace(low, 50, 40)[None]
    fig = plot_padded(values, np.ones((1, 40), dtype=bool), ["a"], dark=dark)
    bar = fig.data[2]
    scale = [(stop, np.array(rgb(colour))) for stop, colour in bar.marker.colorscale]
    stops, shades = zip(*scale, strict=True)
    for value, ink in zip(values[0], bar.textfont.color, strict=True):
        share = (value - bar.marker.cmin) / (bar.marker.cmax - bar.marker.cmin)
        shade = [np.interp(share, stops, np.array(shades)[:, i]) for i in range(3)]
        assert contrast(shade, ink) >= 4.5  # WCAG 2.2, 1.4.3
