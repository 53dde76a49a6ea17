"""Figures: what they must never do (grow beyond 500 kB, draw padding as a value, run an id
as HTML, import TensorFlow) and what they must show."""

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
    MASK_CELLS,
    Words,
    answers_figure,
    class_answers_figure,
    classes_figure,
    confidence_figure,
    confusion_figure,
    drawn_classes,
    drawn_lines,
    drawn_part,
    early_figure,
    history_figure,
    lengths_figure,
    lines_figure,
    mask_figure,
    padded_figure,
    predicted_figure,
    probabilities_figure,
    residuals_figure,
    sequences_figure,
    value_span,
)
from core.figures.theme import look, shortened

LIMIT = 500_000
THREE = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
RNG = np.random.default_rng(0)
NASTY = (
    "<i onclick=x>" + "\N{SEEDLING}&" * 300 + "</i>"
)  # long, to be escaped, many bytes a character


def noise(rows: int, steps: int) -> dict:
    """Values, mask and erased steps that no compression makes smaller."""
    return {
        "values": RNG.normal(size=(rows, steps)),
        "mask": RNG.random((rows, steps)) < 0.5,
        "ids": np.array([f"{NASTY}{row}" for row in range(rows)], dtype=object),
        "erased": RNG.random((rows, steps)) < 0.5,
    }


def huge(rows: int, steps: int) -> dict:
    """As ``noise``, one row repeated without memory for it."""
    row = noise(1, steps)
    return {
        key: np.broadcast_to(row[key], (rows, steps)) for key in ("values", "mask", "erased")
    } | {"ids": np.broadcast_to(row["ids"], rows)}


def masks(parts: dict) -> dict:
    return {key: part for key, part in parts.items() if key != "values"}


def ragged(rows: int, steps: int, targets) -> Sequences:
    return Sequences(
        RNG.normal(size=(rows * steps, 1)),
        np.full(rows, steps),
        targets=targets,
        ids=[f"{NASTY}{row}" for row in range(rows)],
        feature_names=(NASTY,),
    )


LONG = ragged(60, 10_000, [f"{NASTY}{row % 7}" for row in range(60)])
ONE = Sequences.from_lists([[5]], targets=[1])
MANY = np.array([f"{row}{NASTY}" for row in range(100_000)], dtype=object)
SPLIT = RNG.choice(["train", "validation", "test"], 100_000).astype(object)
CURVE = {"loss": list(RNG.random(100_000)), "val_loss": list(RNG.random(100_000))}
EXTREMES = {
    "padded, 100,000 x 10,000": lambda: padded_figure(**huge(100_000, 10_000)),
    "padded, 600 cells": lambda: padded_figure(**noise(40, 15)),
    "padded, 601 cells": lambda: padded_figure(**noise(601, 1)),
    "padded, 200 named rows": lambda: padded_figure(**noise(200, 300)),
    "padded, 1 cell": lambda: padded_figure(**noise(1, 1)),
    "mask, 100,000 x 10,000": lambda: mask_figure(**masks(huge(100_000, 10_000))),
    "mask, all of MASK_CELLS": lambda: mask_figure(**masks(noise(2000, 500)), cells=MASK_CELLS),
    "mask, 100,000 x 1": lambda: mask_figure(**masks(huge(100_000, 1)), cells=MASK_CELLS),
    "mask, 600 cells": lambda: mask_figure(**masks(noise(15, 40))),
    "sequences, long": lambda: sequences_figure(LONG, slice(None)),
    "sequences, one step": lambda: sequences_figure(ONE, [0]),
    "lines, long": lambda: lines_figure(LONG, slice(None)),
    "lines, one step": lambda: lines_figure(ONE, [0]),
    "lengths, 100,000": lambda: lengths_figure(RNG.integers(1, 10_001, 100_000), 10_000),
    "lengths, one": lambda: lengths_figure([1], 1),
    "classes, 100,000": lambda: classes_figure(MANY, SPLIT),
    "answers, 100,000": lambda: answers_figure(RNG.normal(size=100_000), RNG.normal(size=100_000)),
    "classes by step, 100,000": lambda: class_answers_figure(
        [f"{NASTY}{i}" for i in range(50)],
        RNG.dirichlet(np.ones(50), 100_000),
        np.array([f"{NASTY}{i}" for i in range(50)])[RNG.integers(0, 50, 100_000)],
    ),
    "numbers, 100,000": lambda: classes_figure(RNG.normal(size=100_000), SPLIT),
    "history, 100,000 epochs": lambda: history_figure(CURVE, 200_000, log=True),
    "probabilities": lambda: probabilities_figure(
        MANY[:1000], MANY[:1000], RNG.dirichlet(np.ones(1000), 1000)
    ),
}


def strings(part) -> list[str]:
    """Every string of a figure, keys left out."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, dict):
        part = list(part.values())
    return [text for item in part for text in strings(item)] if isinstance(part, list) else []


def tiles(fig: go.Figure, index: int) -> set[tuple[int, int]]:
    """(row, step) of the bars of one trace, both from 1."""
    bar = fig.data[index]
    return {
        (int(y), int(np.floor(base + 1)))
        for y, base in zip(bar.y, np.asarray(bar.base), strict=True)
    }


def places(where: np.ndarray) -> set[tuple[int, int]]:
    return {(row + 1, step + 1) for row, step in np.argwhere(where).tolist()}


def pixels(fig: go.Figure) -> np.ndarray:
    """What the image of a large figure tells apart: padding 0, real 1, erased 2."""
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
    shown = strings(json.loads(history_figure({"loss": [1.0]}, label=evil, title=evil).to_json()))
    assert shown.count("&lt;i&gt;x&lt;/i&gt;") == 2


def test_a_mask_of_2000_x_500_is_small():
    mask = np.arange(500) >= RNG.integers(0, 500, (2000, 1))
    fig = mask_figure(mask, np.arange(2000).astype(str), cells=MASK_CELLS)
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
def test_a_part_is_a_window_on_the_side_of_the_content(rows, steps, padding, expected):
    high, wide = drawn_part(rows, steps, padding)
    assert (high.stop, wide.start, wide.stop) == expected


def test_the_pair_shows_the_same_part_and_counts_its_steps_right():
    parts = noise(300, 1000)
    for fig in (padded_figure(**parts), mask_figure(**masks(parts))):
        assert fig.layout.xaxis.range == (400.5, 1000.5)
        assert fig.layout.yaxis.range == fig.layout.yaxis2.range == (100.5, 0.5)


@pytest.mark.parametrize("padding", ["pre", "post"])
def test_small_padding_is_hatched_and_never_coloured_as_a_value(padding):
    padded = pad(THREE, 15, padding=padding, value=-999)
    fig = padded_figure(padded.values[:, :, 0], padded.mask, THREE.ids, padding=padding)
    hatch, fill, real, erased = fig.data
    assert hatch.marker.pattern.shape == "/"
    assert len(hatch.y) == 3  # one strip a row
    assert tiles(fig, 1) == places(~padded.mask)
    assert set(fill.text) == {"-999"}
    assert tiles(fig, 2) == places(padded.mask)
    assert list(real.text) == ["1", "2", "5", "3", "9", "9", "4", "8"]
    assert (real.marker.cmin, real.marker.cmax) == (1, 9)
    assert len(erased.y) == 0


def test_large_padding_is_the_hatched_ground_seen_through_image_and_heat_map():
    data = Sequences.from_lists([RNG.normal(size=length) for length in range(50, 90)])
    padded = pad(data, value=-999)
    fig = padded_figure(padded.values[:, :, 0], padded.mask, data.ids)
    ground, image, heat = fig.data
    assert ground.marker.pattern.shape == "/"
    assert (ground.base, ground.x[0], ground.y[0], ground.width) == (0.5, 89, 20.5, 40)
    assert isinstance(image, go.Image)
    assert image.yaxis == heat.yaxis == "y2"  # the axis that lies over the ground's
    assert np.array_equal(pixels(fig), padded.mask)
    png = Image.open(BytesIO(base64.b64decode(image.source.split(",")[1]))).convert("RGBA")
    assert not np.array(png)[:, :, 3].any()  # clear: the heat map and the ground are seen
    assert np.array_equal(np.isnan(heat.z), ~padded.mask)
    assert heat.hoverongaps is False
    assert (heat.zmin, heat.zmax) == (data.values.min(), data.values.max())


@pytest.mark.parametrize("dark", [False, True])
def test_no_colour_of_a_value_comes_near_to_padding(dark):
    colours = look(dark)
    for scale in (colours.sequential, colours.diverging, (colours.accent, colours.warning)):
        for colour in scale:
            assert contrast(colour, colours.absent) >= 1.6
            assert contrast(colour, colours.hatch) >= 1.2


@pytest.mark.parametrize(("low", "high"), [(-1, 1), (-0.2, 2.2), (-30, 4)])
def test_zero_has_the_middle_colour_and_no_colour_is_spent_beyond_the_values(low, high):
    fig = padded_figure(np.array([[low, high]]), np.ones((1, 2), dtype=bool), ["a"])
    marker = fig.data[2].marker
    assert (marker.cmin, marker.cmax) == (low, high)
    stops, shades = zip(*marker.colorscale, strict=True)
    assert (stops[0], stops[-1]) == (0, 1)
    zero = shades[int(np.argmin(np.abs(np.array(stops) + low / (high - low))))]
    assert zero == look(False).diverging[3]


def test_a_value_keeps_its_colour_whatever_rows_are_drawn():
    few, all = (sequences_figure(THREE, rows).data[0].marker for rows in ([0, 1], slice(None)))
    assert (few.cmin, few.cmax) == (all.cmin, all.cmax) == value_span(THREE) == (1, 9)
    fig = padded_figure(np.array([[5.0]]), np.array([[True]]), ["b"], span=value_span(THREE))
    assert (fig.data[2].marker.cmin, fig.data[2].marker.cmax) == (1, 9)


def test_a_colour_bar_with_the_features_name_stands_for_numbers_that_do_not_fit():
    room = np.ones((3, 15), dtype=bool)
    whole = padded_figure(np.full((3, 15), 9.0), room, ["a", "b", "c"], name="pulse")
    assert not whole.data[2].marker.showscale
    for shape in [(3, 15), (40, 3)]:  # too narrow, too low
        mask = np.ones(shape, dtype=bool)
        ids = np.arange(len(mask))
        marker = padded_figure(np.full(shape, 0.123), mask, ids, name="pulse").data[2].marker
        assert marker.showscale
        assert marker.colorbar.title.text == "pulse"
    large = padded_figure(**noise(3, 400) | {"name": "<b>" + "x" * 100}).data[2]
    assert large.colorbar.title.text.startswith("&lt;b&gt;x")
    assert len(large.colorbar.title.text) < 30  # or it would be longer than the plot is high


@pytest.mark.parametrize(
    "fig",
    [
        mask_figure(np.array([[True]]), ["a"]),
        padded_figure(np.zeros((1, 500)), np.ones((1, 500), dtype=bool), ["a"]),
        probabilities_figure(["a"], ["x", "y"], np.array([[0.2, 0.8]])),
    ],
    ids=["mask", "large", "probabilities"],
)
def test_one_row_leaves_room_for_labels_and_title_below_it(fig):
    assert fig.layout.height >= 56 + 44 + 4
    assert fig.layout.minreducedheight < 56  # Plotly cuts labels off rather than go below it


def test_long_class_names_below_one_row_are_slanted_and_have_room():
    short = probabilities_figure(["a"], ["x", "y"], np.array([[0.2, 0.8]])).layout
    long = probabilities_figure(
        ["a"], [f"walking upstairs {i}" for i in range(8)], np.full((1, 8), 1 / 8)
    ).layout
    assert (short.xaxis.tickangle, long.xaxis.tickangle) == (0, -45)
    assert long.height - short.height >= 14 * 7 * 0.7  # 14 characters, of 7 pixels, slanted


@pytest.mark.parametrize("steps", [3, 400])  # bars, and an image
def test_ids_do_not_touch_beside_many_rows_and_the_hover_knows_them_all(steps):
    fig = mask_figure(np.ones((40, steps), dtype=bool), [f"id{row}" for row in range(40)])
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
    short = shortened(ids, 14)
    assert len(set(short)) == len(ids)
    assert max(map(len, short)) <= 14


def test_equal_ids_are_shortened_like_any_other():
    assert shortened(["patient-0001-visit-0012"] * 2, 12) == ["patien…-0012"] * 2
    assert shortened([], 12) == []


@pytest.mark.parametrize("scale", [1, 100])  # written in, and as an image
def test_erased_real_steps_are_marked_and_padding_never_is(scale):
    mask = np.tile([[False, True, True]], (1, scale))
    erased = np.tile([[True, True, False]], (1, scale))
    values = np.zeros(mask.shape)
    padded = padded_figure(values, mask, ["a"], erased=erased)
    masked = mask_figure(mask, ["a"], erased=erased)
    if scale == 1:
        for fig in (padded, masked):
            assert tiles(fig, 1) == {(1, 1)}
            assert tiles(fig, 2) == {(1, 3)}
            assert tiles(fig, 3) == {(1, 2)}
        assert (list(masked.data[2].text), list(masked.data[3].text)) == (["1"], ["0"])
    else:
        for fig in (padded, masked):
            assert np.array_equal(pixels(fig), np.tile([[0, 2, 1]], (1, scale)))
        assert np.array_equal(
            np.isnan(padded.data[2].z), np.tile([[True, True, False]], (1, scale))
        )


def test_a_missing_value_is_a_question_mark_and_has_no_say_in_the_colours():
    data = Sequences.from_lists([[1, float("nan"), 3], [2]], missing="mean")
    assert value_span(data) == (1, 3)
    fig = sequences_figure(data, slice(None))
    assert [trace.text.tolist() for trace in fig.data if "?" in trace.text] == [["?"]]
    assert "missing value" in fig.data[1].hovertemplate
    lacking = Sequences.from_lists([[float("nan")] * 200] * 50, missing="mean")
    assert value_span(lacking) == (0, 0)
    for figure in (sequences_figure(lacking, slice(None)), lines_figure(lacking, slice(None))):
        assert figure.to_json()


def test_sequences_stand_ragged_without_any_padding_and_fill_the_width():
    fig = sequences_figure(THREE, [2, 0])
    assert len(fig.data) == 1
    assert tiles(fig, 0) == {(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)}
    assert fig.layout.yaxis.ticktext == ("3", "1")
    assert fig.layout.xaxis.range == (0.5, 5.5)


def test_the_hover_knows_an_id_that_is_too_long_for_the_axis():
    id = "patient-000001-visit-000012"
    fig = mask_figure(np.array([[True]]), [id])
    assert fig.layout.yaxis.ticktext == ("patient…000012",)
    assert fig.data[2].customdata[0][0] == id


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("low", [0, -50])  # sequential and diverging colours
def test_values_in_cells_contrast_with_their_cell(dark, low):
    values = np.linspace(low, 50, 40)[None]
    fig = padded_figure(values, np.ones((1, 40), dtype=bool), ["a"], dark=dark)
    bar = fig.data[2]
    scale = [(stop, np.array(rgb(colour))) for stop, colour in bar.marker.colorscale]
    stops, shades = zip(*scale, strict=True)
    for value, ink in zip(values[0], bar.textfont.color, strict=True):
        share = (value - bar.marker.cmin) / (bar.marker.cmax - bar.marker.cmin)
        shade = [np.interp(share, stops, np.array(shades)[:, i]) for i in range(3)]
        assert contrast(shade, ink) > 4.4  # WCAG asks for 4.5


def contrast(one: str | list[float], other: str) -> float:
    """WCAG 2.1's contrast ratio of two colours, 1 to 21."""
    shades = [
        luminance(rgb(colour) if isinstance(colour, str) else colour) for colour in (one, other)
    ]
    return (max(shades) + 0.05) / (min(shades) + 0.05)


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(colour: list[float]) -> float:
    """WCAG 2.1's relative luminance."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def test_lines_say_which_part_they_draw():
    assert drawn_lines(LONG, slice(None)) == (36, 1500)
    assert drawn_lines(THREE, [0, 1]) == (2, 2)
    fig = lines_figure(LONG, slice(None))
    assert [len(line.y) for line in fig.data] == [1500] * 36
    assert np.array_equal(fig.data[5].y, LONG[5][:1500, 0])


def test_lines_share_a_colour_and_one_legend_entry_in_a_class():
    data = Sequences.from_lists([[1, 2], [3, 4], [5, 6]], targets=["b", "a", "b"])
    lines = lines_figure(data, slice(None)).data
    assert lines[0].line.color == lines[2].line.color != lines[1].line.color
    assert [(line.name, line.showlegend) for line in lines] == [
        ("b", True),
        ("a", True),
        ("b", False),
    ]


def test_one_step_is_seen_though_it_makes_no_line():
    assert lines_figure(ONE, [0]).data[0].mode == "markers"
    assert "markers" in history_figure({"loss": [1.0]}, 10).data[0].mode


def test_every_length_is_counted_and_maxlen_keeps_what_fits_on_its_left():
    fig = lengths_figure(np.array([1, 2, 5, 5]), 2)
    assert dict(zip(fig.data[0].customdata, fig.data[0].y, strict=True)) == {
        "1": 1,
        "2": 1,
        "3": 0,
        "4": 0,
        "5": 2,
    }
    assert fig.layout.shapes[0].x0 == 2.5
    assert lengths_figure(np.arange(1, 1001)).data[0].y.sum() == 1000
    assert not lengths_figure(np.array([3])).layout.shapes


@pytest.mark.parametrize(
    "fig",
    [lengths_figure(THREE.lengths), classes_figure(THREE.targets)],
    ids=["lengths", "classes"],
)
def test_a_few_sequences_are_counted_in_whole_ticks(fig):
    assert fig.layout.yaxis.dtick == 1


def test_classes_are_counted_by_split():
    fig = classes_figure(
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
def test_no_target_is_lost_as_long_as_they_can_be_drawn(targets, bars):
    bar = classes_figure(targets).data[0]
    counts = bar.x if bar.orientation == "h" else bar.y
    assert (len(counts), counts.sum()) == (bars, len(targets))
    assert drawn_classes(targets)[2] == 0


def test_of_thousands_of_classes_the_commonest_are_drawn_and_no_bar_flattens_them():
    targets = np.repeat(np.arange(3000).astype(str), [1] * 2997 + [7, 9, 8])
    split = np.where(np.arange(len(targets)) % 2, "train", "test")
    assert drawn_classes(targets) == (30, 3000, 2970)
    both = classes_figure(targets, split)
    counts = np.sum([bar.x for bar in both.data], axis=0)
    assert (both.layout.yaxis.ticktext[:3], list(counts[:3])) == (
        ("2998", "2999", "2997"),
        [9, 8, 7],
    )
    assert (len(counts), counts.sum()) == (30, 9 + 8 + 7 + 27)


def test_long_class_names_stand_beside_lying_bars():
    fig = classes_figure(np.array([f"walking {i} stairs" for i in range(8)], dtype=object))
    assert fig.data[0].orientation == "h"
    assert fig.layout.yaxis.range == (7.6, -0.6)  # the first on top
    assert "%{x:,}" in fig.data[0].hovertemplate
    assert classes_figure(np.array(["a", "b"], dtype=object)).data[0].orientation == "v"


@pytest.mark.parametrize(
    ("done", "planned", "end"),
    [(0, 1000, 20), (1, 10, 10), (20, 1000, 20), (21, 1000, 40), (90, 100, 100), (700, 1000, 1000)],
)
def test_a_running_training_grows_into_an_axis_that_never_squeezes_it(done, planned, end):
    fig = history_figure({"loss": [3.0] * done}, planned)
    assert fig.layout.xaxis.range[1] == pytest.approx(end * 1.015)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("losses", [[], [np.nan]])
def test_without_a_point_the_axes_show_no_numbers(losses, log):
    fig = history_figure({"loss": losses}, 100, log=log)
    assert fig.layout.xaxis.showticklabels is fig.layout.yaxis.showticklabels is False
    said = [note.text for note in fig.layout.annotations]
    assert said == ([] if losses else [Words().waiting])


def test_small_losses_are_numbers_and_accuracy_is_a_share_of_all():
    history = {"loss": [2e-4], "accuracy": [0.97]}
    assert history_figure(history).layout.yaxis.exponentformat == "power"  # not "200μ"
    fig = history_figure(history, metric="accuracy")
    assert fig.layout.yaxis.range == (0, 1)
    assert fig.layout.yaxis.tickformat == ".0%"
    assert "%{y:.1%}" in fig.data[0].hovertemplate


def test_history_shows_training_and_validation_of_the_metric_asked_for():
    history = {"loss": [9.0], "accuracy": [0.1, 0.2], "val_accuracy": [0.3, np.nan]}
    fig = history_figure(history, metric="accuracy")
    assert [line.name for line in fig.data] == ["training", "validation"]
    assert np.allclose(fig.data[1].y, [0.3, np.nan], equal_nan=True)  # a gap, not a zero


@pytest.mark.parametrize("losses", [[], [np.nan], [0.0], [3.0, 1e-6], [-1.0, 2.0]])
def test_a_logarithmic_axis_survives_any_loss(losses):
    fig = history_figure({"loss": losses}, 10, log=True)
    assert fig.layout.yaxis.type == "log"
    assert np.isfinite(fig.layout.yaxis.tickvals).all()


def test_probabilities_keep_the_classes_that_matter():
    chances = np.zeros((2, 50))
    chances[0, 40], chances[1, 7] = 1, 1
    fig = probabilities_figure(["a", "b"], np.arange(50), chances)
    assert {"7", "40"} <= set(fig.layout.xaxis.ticktext)
    assert len(fig.layout.xaxis.ticktext) == 20


@pytest.mark.parametrize(
    ("chance", "written"), [(1, "100%"), (0.012, "1%"), (0.005, "0.5%"), (1 / 3000, "0.03%")]
)
def test_a_probability_is_never_written_as_nothing_where_all_are_small(chance, written):
    fig = probabilities_figure(["a"], np.arange(50), np.full((1, 50), chance))
    assert set(fig.data[0].text) == {written}


def test_words_come_from_the_caller():
    fig = padded_figure(
        np.zeros((1, 2)), np.array([[False, True]]), ["1"], words=Words(step="Schritt")
    )
    assert fig.layout.xaxis.title.text == "Schritt"
    assert "Schritt" in fig.data[2].hovertemplate


def test_figures_need_neither_tensorflow_nor_streamlit():
    script = (
        "import sys, core.figures; print({'tensorflow', 'keras', 'streamlit'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_answers_by_step_leave_out_the_steps_without_one():
    fig = answers_figure(np.array([np.nan, 2, 3]), np.array([1, 2, 4]))
    target, predicted = fig.data
    assert np.isnan(predicted.y[0])
    assert (target.name, list(target.y)) == ("target", [1, 2, 4])
    areas = class_answers_figure(["a", "b"], [[np.nan, np.nan], [0.25, 0.75], [0.5, 0.5]])
    assert [list(area.x) for area in areas.data] == [[2, 3], [2, 3]]
    assert list(areas.data[1].y) == [0.75, 0.5]


def test_classes_by_step_stand_in_the_colours_of_their_areas():
    shares = RNG.dirichlet(np.ones(12), 30)
    names = [f"<b>{i}" for i in range(12)]
    fig = class_answers_figure(names, shares, np.array(names)[np.arange(30) % 12])
    *areas, strip = fig.data
    best = set(np.argsort(-shares.max(axis=0))[:8])
    assert len(areas) == 8
    for step, colour in enumerate(strip.marker.color):
        name = f"&lt;b&gt;{step % 12}"
        drawn = [area.fillcolor for area in areas if area.name == name]
        assert drawn == ([colour] if step % 12 in best else [])


def test_targets_of_steps_are_counted_as_steps_and_colour_no_line():
    data = Sequences.from_lists([[1, 2], [3]], [["a", "b"], ["a"]])
    fig = classes_figure(data.targets, per_step=True)
    assert fig.layout.yaxis.title.text == "time steps"
    assert not lines_figure(data, slice(None)).layout.showlegend


@pytest.mark.parametrize("high", [30, 89, 100_000])
def test_whole_numbers_that_are_equally_frequent_give_bars_of_equal_height(high):
    bars = classes_figure(np.arange(high)).data[0]
    counts = bars.y
    assert bars.customdata[0] == {30: "0", 89: "0 – 2"}.get(high, "0 – 2499")
    assert len(set(counts[:-1])) == 1
    assert counts[-1] <= counts[0]
    assert counts.sum() == high


POINTS = [[length, truth, truth + 0.5] for length, truth in enumerate(RNG.normal(size=1000), 1)]


@pytest.mark.parametrize("dark", [False, True])
def test_figures_of_merit_are_small_and_show_names_as_text(dark):
    names = [f"{NASTY}{number}" for number in range(20)]
    counts = RNG.integers(0, 999, (20, 20)).tolist()
    for made in (
        predicted_figure(POINTS, dark=dark),
        residuals_figure(POINTS, dark=dark),
        confusion_figure(names, counts, dark=dark),
        confidence_figure([[0.95, 0.9, 12], [0.5, 0.4, 3]], dark=dark),
        early_figure(
            [0.5, 1],
            [(0.8, 0.7, 0.9), (0.9, 0.85, 0.95)],
            label="Accuracy",
            percent=True,
            enough=0.5,
            dark=dark,
        ),
    ):
        found = made.to_json()
        assert len(found) < LIMIT
        assert "<i" not in found.replace("\\u003c", "<")


def test_predictions_stand_over_targets_and_errors_over_lengths():
    _, points = predicted_figure(POINTS).data
    np.testing.assert_allclose(points.y - points.x, 0.5, atol=1e-6)
    _, errors = residuals_figure(POINTS).data
    np.testing.assert_array_equal(errors.x, np.arange(1, 1001))
    np.testing.assert_allclose(errors.y, 0.5, atol=1e-6)


def test_a_row_of_the_confusion_is_a_true_class():
    [cells] = confusion_figure(["a", "b"], [[3, 1], [0, 0]]).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0, 0]])
    assert cells.text[0] == ("3", "1") or list(cells.text[0]) == ["3", "1"]


def test_confidence_is_drawn_larger_where_there_is_more_of_it():
    _, points = confidence_figure([[0.95, 0.9, 400], [0.5, 0.4, 4]]).data
    assert points.marker.size[0] > 2 * points.marker.size[1]
