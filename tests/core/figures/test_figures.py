"""Figures stay below 500 kB, hatch padding, escape ids and do not import TensorFlow."""

import base64
import json
import subprocess
import sys
from io import BytesIO

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from core.data.padding import pad
from core.data.sequences import Sequences
from core.figures import (
    MAX_MASK_CELLS,
    Labels,
    compute_value_span,
    count_drawn_classes,
    count_drawn_lines,
    get_drawn_window,
    plot_calibration,
    plot_classes,
    plot_confusion_matrix,
    plot_early_prediction,
    plot_history,
    plot_lengths,
    plot_lines,
    plot_mask,
    plot_padded,
    plot_predictions,
    plot_probabilities,
    plot_residuals,
    plot_sequences,
    plot_step_predictions,
    plot_step_probabilities,
)
from core.figures.theme import get_palette, shorten_all

LIMIT = 500_000
THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
RNG = np.random.default_rng(0)
NASTY = (
    "<i onclick=x>" + "\N{SEEDLING}&" * 300 + "</i>"
)  # long, needs escaping, several bytes per character


def noise(rows: int, steps: int) -> dict:
    """Random values, mask and erased steps, which do not compress."""
    return {
        "values": RNG.normal(size=(rows, steps)),
        "mask": RNG.random((rows, steps)) < 0.5,
        "ids": np.array([f"{NASTY}{row}" for row in range(rows)], dtype=object),
        "erased": RNG.random((rows, steps)) < 0.5,
    }


def huge(rows: int, steps: int) -> dict:
    """One row of ``noise``, repeated as a view without memory of its own."""
    row = noise(1, steps)
    return {
        key: np.broadcast_to(row[key], (rows, steps)) for key in ("values", "mask", "erased")
    } | {"ids": np.broadcast_to(row["ids"], rows)}


def masks(parts: dict) -> dict:
    return {key: part for key, part in parts.items() if key != "values"}


def random_sequences(rows: int, steps: int, targets) -> Sequences:
    return Sequences(
        RNG.normal(size=(rows * steps, 1)),
        np.full(rows, steps),
        targets=targets,
        ids=[f"{NASTY}{row}" for row in range(rows)],
        feature_names=(NASTY,),
    )


LONG = random_sequences(60, 10_000, [f"{NASTY}{row % 7}" for row in range(60)])
ONE = Sequences.from_lists([[5]], targets=[1])
MANY = np.array([f"{row}{NASTY}" for row in range(100_000)], dtype=object)
SPLIT = RNG.choice(["train", "validation", "test"], 100_000).astype(object)
CURVE = {"loss": list(RNG.random(100_000)), "val_loss": list(RNG.random(100_000))}
EXTREMES = {
    "padded, 100,000 x 10,000": lambda: plot_padded(**huge(100_000, 10_000)),
    "padded, 600 cells": lambda: plot_padded(**noise(40, 15)),
    "padded, 601 cells": lambda: plot_padded(**noise(601, 1)),
    "padded, 200 named rows": lambda: plot_padded(**noise(200, 300)),
    "padded, 1 cell": lambda: plot_padded(**noise(1, 1)),
    "mask, 100,000 x 10,000": lambda: plot_mask(**masks(huge(100_000, 10_000))),
    "mask, all of MAX_MASK_CELLS": lambda: plot_mask(
        **masks(noise(2000, 500)), cells=MAX_MASK_CELLS
    ),
    "mask, 100,000 x 1": lambda: plot_mask(**masks(huge(100_000, 1)), cells=MAX_MASK_CELLS),
    "mask, 600 cells": lambda: plot_mask(**masks(noise(15, 40))),
    "sequences, long": lambda: plot_sequences(LONG, slice(None)),
    "sequences, one step": lambda: plot_sequences(ONE, [0]),
    "lines, long": lambda: plot_lines(LONG, slice(None)),
    "lines, one step": lambda: plot_lines(ONE, [0]),
    "lengths, 100,000": lambda: plot_lengths(RNG.integers(1, 10_001, 100_000), 10_000),
    "lengths, one": lambda: plot_lengths([1], 1),
    "classes, 100,000": lambda: plot_classes(MANY, SPLIT),
    "answers, 100,000": lambda: plot_step_predictions(
        RNG.normal(size=100_000), RNG.normal(size=100_000)
    ),
    "classes by step, 100,000": lambda: plot_step_probabilities(
        [f"{NASTY}{i}" for i in range(50)],
        RNG.dirichlet(np.ones(50), 100_000),
        np.array([f"{NASTY}{i}" for i in range(50)])[RNG.integers(0, 50, 100_000)],
    ),
    "numbers, 100,000": lambda: plot_classes(RNG.normal(size=100_000), SPLIT),
    "history, 100,000 epochs": lambda: plot_history(CURVE, 200_000, log=True),
    "probabilities": lambda: plot_probabilities(
        MANY[:1000], MANY[:1000], RNG.dirichlet(np.ones(1000), 1000)
    ),
}


def strings(part) -> list[str]:
    """Every string of a figure, without the keys."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        part = list(part.values())
    return [text for item in part for text in strings(item)] if isinstance(part, list) else []


def list_tiles(fig: go.Figure, index: int) -> set[tuple[int, int]]:
    """(row, step) of the bars of one trace, both from 1."""
    bar = fig.data[index]
    return {
        (int(y), int(np.floor(base + 1)))
        for y, base in zip(bar.y, np.asarray(bar.base), strict=True)
    }


def list_cells(where: np.ndarray) -> set[tuple[int, int]]:
    return {(row + 1, step + 1) for row, step in np.argwhere(where).tolist()}


def pixels(fig: go.Figure) -> np.ndarray:
    """Pixels of the image in a large figure: padding 0, real 1, erased 2."""
    return np.array(Image.open(BytesIO(base64.b64decode(fig.data[1].source.split(",")[1]))))


@pytest.mark.parametrize("name", EXTREMES)
def test_every_figure_stays_below_500_kb(name):
    fig = EXTREMES[name]()
    assert len(fig.to_json()) <= LIMIT
    assert 80 <= fig.layout.height <= 600


@pytest.mark.parametrize("name", EXTREMES)
def test_ids_and_class_names_never_become_html(name):
    assert not [text for text in strings(json.loads(EXTREMES[name]().to_json())) if "<i" in text]


def test_titles_and_labels_are_escaped():
    evil = "<i>x</i>"
    shown = strings(json.loads(plot_history({"loss": [1.0]}, label=evil, title=evil).to_json()))
    assert shown.count("&lt;i&gt;x&lt;/i&gt;") == 2


def test_a_mask_of_2000_x_500_is_small():
    mask = np.arange(500) >= RNG.integers(0, 500, (2000, 1))
    fig = plot_mask(mask, np.arange(2000).astype(str), cells=MAX_MASK_CELLS)
    assert len(fig.to_json()) < 40_000
    assert np.array_equal(pixels(fig), mask)


@pytest.mark.parametrize(
    ("rows", "steps", "padding", "expected"),
    [
        (3, 15, "pre", (3, 0, 15)),
        (1, 1, "post", (1, 0, 1)),
        (2, 10_000, "pre", (2, 9400, 10_000)),
        (2, 10_000, "post", (2, 0, 600)),
        (100_000, 10_000, "post", (100, 0, 600)),
        (100_000, 1, "pre", (489, 0, 1)),
    ],
)
def test_the_drawn_window_is_on_the_side_of_the_content(rows, steps, padding, expected):
    high, wide = get_drawn_window(rows, steps, padding)
    assert (high.stop, wide.start, wide.stop) == expected


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
    assert heat.hoverongaps is False
    assert (heat.zmin, heat.zmax) == (data.values.min(), data.values.max())


@pytest.mark.parametrize("dark", [False, True])
def test_no_colour_of_a_value_resembles_padding(dark):
    colours = get_palette(dark)
    for scale in (colours.sequential, colours.diverging, (colours.accent, colours.warning)):
        for colour in scale:
            assert contrast(colour, colours.absent) >= 1.6
            assert contrast(colour, colours.hatch) >= 1.2


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
    assert fig.layout.minreducedheight < 56  # Plotly cuts labels off before it goes below


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


@pytest.mark.parametrize(
    "ids",
    [
        [f"patient_00000{i:03d}_visit_left" for i in range(200)],
        [f"a_very_long_common_beginning_{i}" for i in range(200)],
        ["patient-0001-a", "patient-000000000001-b", "patient-000000000002-b"],
    ],
)
def test_different_ids_stay_different_when_they_are_shortened(ids):
    short = shorten_all(ids, 14)
    assert len(set(short)) == len(ids)
    assert max(map(len, short)) <= 14


def test_equal_ids_are_shortened_like_any_other():
    assert shorten_all(["patient-0001-visit-0012"] * 2, 12) == ["patien…-0012"] * 2
    assert shorten_all([], 12) == []


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
        assert contrast(shade, ink) > 4.4  # WCAG asks for 4.5


def contrast(colour_a: str | list[float], colour_b: str) -> float:
    """WCAG 2.1 contrast ratio of two colours, 1 to 21."""
    shades = [
        luminance(rgb(colour) if isinstance(colour, str) else colour)
        for colour in (colour_a, colour_b)
    ]
    return (max(shades) + 0.05) / (min(shades) + 0.05)


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    """WCAG 2.1 relative luminance."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_count_drawn_lines_matches_the_lines():
    assert count_drawn_lines(LONG, slice(None)) == (36, 1500)
    assert count_drawn_lines(THREE, [0, 1]) == (2, 2)
    fig = plot_lines(LONG, slice(None))
    assert [len(line.y) for line in fig.data] == [1500] * 36
    assert np.array_equal(fig.data[5].y, LONG[5][:1500, 0])


def test_lines_share_a_colour_and_one_legend_entry_in_a_class():
    data = Sequences.from_lists([[1, 2], [3, 4], [5, 6]], targets=["b", "a", "b"])
    lines = plot_lines(data, slice(None)).data
    assert lines[0].line.color == lines[2].line.color != lines[1].line.color
    assert [(line.name, line.showlegend) for line in lines] == [
        ("b", True),
        ("a", True),
        ("b", False),
    ]


def test_a_single_step_is_a_marker():
    assert plot_lines(ONE, [0]).data[0].mode == "markers"
    assert "markers" in plot_history({"loss": [1.0]}, 10).data[0].mode


def test_every_length_is_counted_and_maxlen_is_after_the_lengths_that_fit():
    fig = plot_lengths(np.array([1, 2, 5, 5]), 2)
    assert dict(zip(fig.data[0].customdata, fig.data[0].y, strict=True)) == {
        "1": 1,
        "2": 1,
        "3": 0,
        "4": 0,
        "5": 2,
    }
    assert fig.layout.shapes[0].x0 == 2.5
    assert plot_lengths(np.arange(1, 1001)).data[0].y.sum() == 1000
    assert not plot_lengths(np.array([3])).layout.shapes


@pytest.mark.parametrize(
    "fig",
    [plot_lengths(THREE.lengths), plot_classes(THREE.targets)],
    ids=["lengths", "classes"],
)
def test_a_few_sequences_are_counted_in_whole_ticks(fig):
    assert fig.layout.yaxis.dtick == 1


def test_classes_are_counted_by_split():
    fig = plot_classes(
        np.array(["b", "a", "b"], dtype=object), np.array(["test", "train", "train"], dtype=object)
    )
    assert fig.layout.xaxis.ticktext == ("a", "b")
    assert [(bar.name, list(bar.y)) for bar in fig.data] == [("train", [1, 1]), ("test", [0, 1])]


@pytest.mark.parametrize(
    ("targets", "bars"),
    [
        (np.arange(20), 20),  # few numbers are classes
        (np.arange(21), 21),  # many are a histogram
        (np.arange(21) / 2, 40),
        (np.arange(30).astype(str), 30),
    ],
)
def test_no_target_is_omitted_while_all_can_be_drawn(targets, bars):
    bar = plot_classes(targets).data[0]
    counts = bar.x if bar.orientation == "h" else bar.y
    assert (len(counts), counts.sum()) == (bars, len(targets))
    assert count_drawn_classes(targets)[2] == 0


def test_only_the_most_frequent_of_thousands_of_classes_are_drawn():
    targets = np.repeat(np.arange(3000).astype(str), [1] * 2997 + [7, 9, 8])
    split = np.where(np.arange(len(targets)) % 2, "train", "test")
    assert count_drawn_classes(targets) == (30, 3000, 2970)
    both = plot_classes(targets, split)
    counts = np.sum([bar.x for bar in both.data], axis=0)
    assert (both.layout.yaxis.ticktext[:3], list(counts[:3])) == (
        ("2998", "2999", "2997"),
        [9, 8, 7],
    )
    assert (len(counts), counts.sum()) == (30, 9 + 8 + 7 + 27)


def test_long_class_names_use_horizontal_bars():
    fig = plot_classes(np.array([f"walking {i} stairs" for i in range(8)], dtype=object))
    assert fig.data[0].orientation == "h"
    assert fig.layout.yaxis.range == (7.6, -0.6)  # the first on top
    assert "%{x:,}" in fig.data[0].hovertemplate
    assert plot_classes(np.array(["a", "b"], dtype=object)).data[0].orientation == "v"


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
    assert plot_history(history).layout.yaxis.exponentformat == "power"  # not "200μ"
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


def test_labels_come_from_the_caller():
    fig = plot_padded(
        np.zeros((1, 2)), np.array([[False, True]]), ["1"], labels=Labels(step="Schritt")
    )
    assert fig.layout.xaxis.title.text == "Schritt"
    assert "Schritt" in fig.data[2].hovertemplate


def test_figures_need_neither_tensorflow_nor_streamlit():
    script = (
        "import sys, core.figures; print({'tensorflow', 'keras', 'streamlit'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"


def test_predictions_by_step_omit_the_steps_without_one():
    fig = plot_step_predictions(np.array([np.nan, 2, 3]), np.array([1, 2, 4]))
    target, predicted = fig.data
    assert np.isnan(predicted.y[0])
    assert (target.name, list(target.y)) == ("target", [1, 2, 4])
    areas = plot_step_probabilities(["a", "b"], [[np.nan, np.nan], [0.25, 0.75], [0.5, 0.5]])
    assert [list(area.x) for area in areas.data] == [[2, 3], [2, 3]]
    assert list(areas.data[1].y) == [0.75, 0.5]


def test_target_classes_by_step_have_the_colours_of_their_areas():
    shares = RNG.dirichlet(np.ones(12), 30)
    names = [f"<b>{i}" for i in range(12)]
    fig = plot_step_probabilities(names, shares, np.array(names)[np.arange(30) % 12])
    *areas, strip = fig.data
    best = set(np.argsort(-shares.max(axis=0))[:8])
    assert len(areas) == 8
    for step, colour in enumerate(strip.marker.color):
        name = f"&lt;b&gt;{step % 12}"
        drawn = [area.fillcolor for area in areas if area.name == name]
        assert drawn == ([colour] if step % 12 in best else [])


def test_per_step_targets_are_counted_as_steps_and_do_not_colour_lines():
    data = Sequences.from_lists([[1, 2], [3]], [["a", "b"], ["a"]])
    fig = plot_classes(data.targets, per_step=True)
    assert fig.layout.yaxis.title.text == "time steps"
    assert not plot_lines(data, slice(None)).layout.showlegend


@pytest.mark.parametrize("high", [30, 89, 100_000])
def test_whole_numbers_that_are_equally_frequent_give_bars_of_equal_height(high):
    bars = plot_classes(np.arange(high)).data[0]
    counts = bars.y
    assert bars.customdata[0] == {30: "0", 89: "0 – 2"}.get(high, "0 – 2499")
    assert len(set(counts[:-1])) == 1
    assert counts[-1] <= counts[0]
    assert counts.sum() == high


POINTS = [[length, truth, truth + 0.5] for length, truth in enumerate(RNG.normal(size=1000), 1)]


@pytest.mark.parametrize("dark", [False, True])
def test_evaluation_figures_are_small_and_escape_names(dark):
    names = [f"{NASTY}{number}" for number in range(20)]
    counts = RNG.integers(0, 999, (20, 20)).tolist()
    for figure in (
        plot_predictions(POINTS, dark=dark),
        plot_residuals(POINTS, dark=dark),
        plot_confusion_matrix(names, counts, dark=dark),
        plot_calibration([[0.95, 0.9, 12], [0.5, 0.4, 3]], dark=dark),
        plot_early_prediction(
            [0.5, 1],
            [(0.8, 0.7, 0.9), (0.9, 0.85, 0.95)],
            label="Accuracy",
            percent=True,
            sufficient_share=0.5,
            dark=dark,
        ),
    ):
        json_text = figure.to_json()
        assert len(json_text) < LIMIT
        assert "<i" not in json_text.replace("\\u003c", "<")


def test_predictions_are_plotted_over_targets_and_residuals_over_lengths():
    _, points = plot_predictions(POINTS).data
    np.testing.assert_allclose(points.y - points.x, 0.5, atol=1e-6)
    _, errors = plot_residuals(POINTS).data
    np.testing.assert_array_equal(errors.x, np.arange(1, 1001))
    np.testing.assert_allclose(errors.y, 0.5, atol=1e-6)


def test_a_row_of_the_confusion_matrix_is_a_true_class():
    [cells] = plot_confusion_matrix(["a", "b"], [[3, 1], [0, 0]]).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0, 0]])
    assert cells.text[0] == ("3", "1") or list(cells.text[0]) == ["3", "1"]


def test_a_calibration_point_grows_with_its_count():
    _, points = plot_calibration([[0.95, 0.9, 400], [0.5, 0.4, 4]]).data
    assert points.marker.size[0] > 2 * points.marker.size[1]
