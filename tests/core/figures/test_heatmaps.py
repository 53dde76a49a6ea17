"""Sequences, padded arrays, masks and probabilities: padding is hatched, values are coloured."""

import base64
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from core.data.padding import pad
from core.data.sequences import Sequences
from core.figures import (
    MAX_MASK_CELLS,
    compute_value_span,
    plot_lines,
    plot_mask,
    plot_padded,
    plot_probabilities,
    plot_sequences,
)
from core.figures.theme import get_palette
from tests.support.figures import THREE, list_tiles, masks, noise

RNG = np.random.default_rng(0)


def list_cells(where: np.ndarray) -> set[tuple[int, int]]:
    return {(row + 1, step + 1) for row, step in np.argwhere(where).tolist()}


def pixels(fig: go.Figure) -> np.ndarray:
    """Pixels of the image in a large figure: padding 0, real 1, erased 2."""
    return np.array(Image.open(BytesIO(base64.b64decode(fig.data[1].source.split(",")[1]))))


def test_a_mask_of_2000_x_500_is_small():
    mask = np.arange(500) >= RNG.integers(0, 500, (2000, 1))
    fig = plot_mask(mask, np.arange(2000).astype(str), cells=MAX_MASK_CELLS)
    assert len(fig.to_json()) < 40_000
    assert np.array_equal(pixels(fig), mask)


def test_the_padded_array_and_its_mask_show_the_same_window():
    parts = noise(300, 1000)
    for fig in (plot_padded(**parts), plot_mask(**masks(parts))):
        assert fig.layout.xaxis.range == (400.5, 1000.5)
        assert fig.layout.yaxis.range == fig.layout.yaxis2.range == (100.5, 0.5)


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_small_padding_is_hatched_and_never_coloured_as_a_value(padding):
    padded = pad(THREE, 15, padding=padding, value=-999)
    fig = plot_padded(padded.values[:, :, 0], padded.mask, THREE.ids, padding=padding)
    hatch, fill, values, erased = fig.data
    assert hatch.marker.pattern.shape == "/"
    assert len(hatch.y) == 3  # one strip per row
    assert list_tiles(fig, 1) == list_cells(~padded.mask)
    assert set(fill.text) == {"-999"}
    assert list_tiles(fig, 2) == list_cells(padded.mask)
    assert list(values.text) == ["1", "2", "5", "3", "9", "9", "4", "8"]
    assert (values.marker.cmin, values.marker.cmax) == (1, 9)
    assert len(erased.y) == 0


def test_large_padding_is_a_hatched_ground_below_image_and_heat_map():
    data = Sequences.from_lists([RNG.normal(size=length) for length in range(50, 90)])
    padded = pad(data, value=-999)
    fig = plot_padded(padded.values[:, :, 0], padded.mask, data.ids)
    ground, image, heat = fig.data
    assert ground.marker.pattern.shape == "/"
    assert (ground.base, ground.x[0], ground.y[0], ground.width) == (0.5, 89, 20.5, 40)
    assert isinstance(image, go.Image)
    assert image.yaxis == heat.yaxis == "y2"  # the axis over the one of the ground
    assert np.array_equal(pixels(fig), padded.mask)
    png = Image.open(BytesIO(base64.b64decode(image.source.split(",")[1]))).convert("RGBA")
    assert not np.array(png)[:, :, 3].any()  # clear: the heat map and the ground are seen
    assert np.array_equal(np.isnan(heat.z), ~padded.mask)
    assert fig.layout.template.data.heatmap[0].hoverongaps is False
    assert (heat.zmin, heat.zmax) == (data.values.min(), data.values.max())


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-0.2, 2.2), (-30, 4)])
def test_zero_has_the_middle_colour_and_the_scale_ends_at_the_values(low, high):
    fig = plot_padded(np.array([[low, high]]), np.ones((1, 2), dtype=bool), ["a"])
    marker = fig.data[2].marker
    assert (marker.cmin, marker.cmax) == (low, high)
    stops, shades = zip(*marker.colorscale, strict=True)
    assert (stops[0], stops[-1]) == (0, 1)
    zero = shades[int(np.argmin(np.abs(np.array(stops) + low / (high - low))))]
    assert zero == get_palette(False).diverging[3]


def test_the_colour_of_a_value_does_not_depend_on_the_drawn_rows():
    few, whole = (plot_sequences(THREE, rows).data[0].marker for rows in ([0, 1], slice(None)))
    assert (few.cmin, few.cmax) == (whole.cmin, whole.cmax) == compute_value_span(THREE) == (1, 9)
    fig = plot_padded(np.array([[5.0]]), np.array([[True]]), ["b"], span=compute_value_span(THREE))
    assert (fig.data[2].marker.cmin, fig.data[2].marker.cmax) == (1, 9)


@pytest.mark.parametrize("scale", [1, 100])  # written in, and as an image
def test_erased_real_steps_are_marked_and_padding_never_is(scale):
    mask = np.tile([[False, True, True]], (1, scale))
    erased = np.tile([[True, True, False]], (1, scale))
    values = np.zeros(mask.shape)
    padded = plot_padded(values, mask, ["a"], erased=erased)
    masked = plot_mask(mask, ["a"], erased=erased)
    if scale == 1:
        for fig in (padded, masked):
            assert list_tiles(fig, 1) == {(1, 1)}
            assert list_tiles(fig, 2) == {(1, 3)}
            assert list_tiles(fig, 3) == {(1, 2)}
        assert (list(masked.data[2].text), list(masked.data[3].text)) == (["1"], ["0"])
    else:
        for fig in (padded, masked):
            assert np.array_equal(pixels(fig), np.tile([[0, 2, 1]], (1, scale)))
        assert np.array_equal(
            np.isnan(padded.data[2].z), np.tile([[True, True, False]], (1, scale))
        )


def test_a_missing_value_is_a_question_mark_and_does_not_affect_the_colours():
    data = Sequences.from_lists([[1, float("nan"), 3], [2]], missing="mean")
    assert compute_value_span(data) == (1, 3)
    fig = plot_sequences(data, slice(None))
    assert [trace.text.tolist() for trace in fig.data if "?" in trace.text] == [["?"]]
    assert "missing value" in fig.data[1].hovertemplate
    lacking = Sequences.from_lists([[float("nan")] * 200] * 50, missing="mean")
    assert compute_value_span(lacking) == (0, 0)
    for figure in (plot_sequences(lacking, slice(None)), plot_lines(lacking, slice(None))):
        assert figure.to_json()


def test_sequences_are_drawn_without_padding_and_fill_the_width():
    fig = plot_sequences(THREE, [2, 0])
    assert len(fig.data) == 1
    assert list_tiles(fig, 0) == {(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)}
    assert fig.layout.yaxis.ticktext == ("3", "1")
    assert fig.layout.xaxis.range == (0.5, 5.5)


def test_probabilities_keep_the_most_probable_classes():
    chances = np.zeros((2, 50))
    chances[0, 40], chances[1, 7] = 1, 1
    fig = plot_probabilities(["a", "b"], np.arange(50), chances)
    assert {"7", "40"} <= set(fig.layout.xaxis.ticktext)
    assert len(fig.layout.xaxis.ticktext) == 20


@pytest.mark.parametrize(
    ("chance", "written"), [(1, "100%"), (0.012, "1%"), (0.005, "0.5%"), (1 / 3000, "0.03%")]
)
def test_a_small_probability_is_not_rounded_to_zero_when_all_are_small(chance, written):
    fig = plot_probabilities(["a"], np.arange(50), np.full((1, 50), chance))
    assert set(fig.data[0].text) == {written}


def build_words(steps: int, n_words: int) -> Sequences:
    codes = np.arange(2.0 * steps)[:, None] % n_words
    codes[1] = np.nan
    words = tuple(f"<b>w{number:03}" for number in range(n_words))
    return Sequences(
        codes, [steps, steps], feature_names=["ward"], categories={"ward": words}, missing="mean"
    )


def test_words_stand_in_the_cells_and_are_escaped():
    figure = plot_sequences(build_words(3, 3), slice(None))
    tiles = next(trace for trace in figure.data if "marker.color" not in str(trace.hovertemplate))
    assert list(tiles.text) == [
        "&lt;b&gt;w000",
        "&lt;b&gt;w002",
        "&lt;b&gt;w000",
        "&lt;b&gt;w001",
        "&lt;b&gt;w002",
    ]
    assert "%{text}" in tiles.hovertemplate


def test_the_colour_bar_names_some_of_many_words():
    data = build_words(4000, 30)
    figure = plot_sequences(data, slice(None))
    heatmap = next(trace for trace in figure.data if isinstance(trace, go.Heatmap))
    assert heatmap.colorbar.tickvals == tuple(range(0, 30, 3))
    assert len(heatmap.colorbar.ticktext) == 10
    assert "%{z" not in heatmap.hovertemplate


def test_the_axis_of_lines_names_words():
    figure = plot_lines(build_words(60, 4), slice(None))
    assert figure.layout.yaxis.tickvals == (0, 1, 2, 3)
    assert figure.data[0].line.shape == "hv"
    assert figure.data[0].text[2] == "&lt;b&gt;w002"
