"""Shared parts of all figures: colours, labels, text escaping, layout, points and lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape
from typing import Any
from unicodedata import east_asian_width

import numpy as np
import plotly.graph_objects as go

from ..i18n import N_

FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # the one Streamlit serves
PHONE_WIDTH = 340  # pixels for a plot and its labels on a narrow phone
HEIGHT = 260  # pixels of a chart


@dataclass(frozen=True)
class Labels:
    """Texts that figures contain; one instance per language: ``Labels(step=_("time step"), …)``."""

    sequence: str = N_("sequence")
    step: str = N_("time step")
    value: str = N_("value")
    padding: str = N_("padding")
    real: str = N_("real step")
    missing: str = N_("missing value")
    erased: str = N_("real step, erased by the mask value")
    length: str = N_("length (time steps)")
    sequences: str = N_("sequences")
    steps: str = N_("time steps")
    maxlen: str = N_("maxlen")
    target: str = N_("target")
    train: str = N_("train")
    validation: str = N_("validation")
    test: str = N_("test")
    training: str = N_("training")
    epoch: str = N_("epoch")
    waiting: str = N_("the curve begins after the first epoch")
    predicted: str = N_("class")
    prediction: str = N_("prediction")
    probability: str = N_("probability")
    error: str = N_("error (prediction − target)")
    right: str = N_("share that is right")
    seen: str = N_("share of the sequence seen")
    masked: str = N_("With the mask")
    unmasked: str = N_("Without a mask")
    so_far: str = N_("the answer so far")
    influence: str = N_("influence on the answer")
    by_feature: str = N_("influence by feature")
    input: str = N_("input")
    hidden: str = N_("hidden state")
    cell: str = N_("cell state")
    input_gate: str = N_("input gate")
    forget_gate: str = N_("forget gate")
    output_gate: str = N_("output gate")
    update_gate: str = N_("update gate")
    reset_gate: str = N_("reset gate")
    candidate: str = N_("candidate")
    unit: str = N_("unit")
    units: str = N_("{n} units")
    units_of: str = N_("{n} of {total} units")
    feature: str = N_("feature")
    part_of: str = N_("{n} of {total}")
    one_in: str = N_("1 in {n} steps")


ENGLISH = Labels()


@dataclass(frozen=True)
class Palette:
    """Colours of the light or the dark mode.

    ``categories`` is the palette of Okabe and Ito and ``sequential`` is a section of viridis, both
    designed for every kind of colour vision. ``diverging`` has the purple and green of
    ColorBrewer's PRGn, which everybody can distinguish. Its middle is sand, as dark as a light
    page and as light as a dark page allows: no real value, least of all zero, may look like
    padding.
    """

    ground: str  # background of the page
    text: str
    muted: str
    faint: str  # the fill written into padding
    line: str
    absent: str  # background of padding, under its hatching
    hatch: str
    accent: str
    on_accent: str
    warning: str
    label_ground: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    categories: tuple[str, ...]


LIGHT = Palette(
    ground="#ffffff",
    text="#10171f",
    muted="#66717d",
    faint="#66717d",
    line="#e3e7ec",
    absent="#f7f8fa",
    hatch="#d3d9e0",
    accent="#0072b2",
    on_accent="#ffffff",
    warning="#bf5400",
    label_ground="#ffffff",
    sequential=("#9ccf6b", "#5ab785", "#2a9d8f", "#2f7d9b", "#355f8d", "#433e85", "#44206b"),
    diverging=("#5f1a78", "#8f55a8", "#bb92b8", "#d6b45c", "#93bb6c", "#439657", "#0f5a2c"),
    categories=(
        "#0072b2",
        "#e69f00",
        "#009e73",
        "#cc79a7",
        "#d55e00",
        "#56b4e9",
        "#b8a900",
        "#1f2933",
        "#999999",
    ),
)
DARK = Palette(
    ground="#12171e",
    text="#e6e9ee",
    muted="#8f9aa7",
    faint="#7d8997",
    line="#2b333d",
    absent="#1a2028",
    hatch="#39434f",
    accent="#56b4e9",
    on_accent="#0d1b26",
    warning="#ff8c42",
    label_ground="#1b222b",
    sequential=("#46508f", "#35689b", "#2f7f9d", "#2a9d8f", "#5ec28a", "#a6d96a", "#f0e55a"),
    diverging=("#9a4fc0", "#b072c6", "#c59ac0", "#d6b45c", "#93bb6c", "#4fa563", "#1f8a45"),
    categories=(
        "#56b4e9",
        "#e69f00",
        "#2cc295",
        "#cc79a7",
        "#f27935",
        "#3d8fd1",
        "#f0e442",
        "#e6e9ee",
        "#8c8c8c",
    ),
)


def get_palette(dark: bool) -> Palette:
    """Return the colours for a dark or a light page."""
    return DARK if dark else LIGHT


def escape_text(value: object, limit: int = 300) -> str:
    """Convert a value to text that Plotly displays literally, not as HTML.

    Text of more than ``limit`` characters loses its middle, because ids often differ only at the
    end.

    >>> escape_text("<b>x</b>"), escape_text("patient-0001-visit-0012", 12)
    ('&lt;b&gt;x&lt;/b&gt;', 'patien…-0012')
    """
    result = re.sub(r"\s+", " ", str(value)).strip()
    if len(result) > limit:
        end = (limit - 1) // 2
        result = result[: limit - 1 - end] + "…" + result[len(result) - end :]
    return escape(result, quote=False)


def shorten_all(ids: Iterable[object], limit: int) -> list[str]:
    """Shorten ids to at most ``limit`` characters each and keep distinct ids distinct.

    Where ``escape_text`` maps distinct ids to the same text, the long ids keep their beginning
    and the part in which they differ.

    >>> shorten_all(["patient-0001-left-hand", "patient-0002-left-hand"], 12)
    ['patient-0…1…', 'patient-0…2…']
    """
    texts = [re.sub(r"\s+", " ", str(id)).strip() for id in ids]
    shortened = [escape_text(id, limit) for id in texts]
    if len(set(shortened)) == len(set(texts)):
        return shortened
    long_ids = [id for id in texts if len(id) > limit]
    prefix = _count_common_prefix(long_ids)
    suffix = _count_common_prefix([id[prefix:][::-1] for id in long_ids])
    middles = [id[prefix : len(id) - suffix] for id in texts]
    middle_width = max(len(id) for id in long_ids) - prefix - suffix
    kept_prefix = max(
        0, min(prefix, limit - 2 - middle_width)
    )  # characters kept of the common prefix
    middle_room = limit - kept_prefix - 2
    return [
        escape_text(f"{id[:kept_prefix]}…") + escape_text(middle, middle_room) + "…" * (suffix > 0)
        if len(id) > limit
        else escape_text(id)
        for id, middle in zip(texts, middles, strict=True)
    ]


def format_number(value: float) -> str:
    """Format a number to fit a cell.

    >>> [format_number(v) for v in (9.0, -0.0, 1.860936, 12345.0, 1234567.0)]
    ['9', '0', '1.86', '12345', '1.23e+06']
    """
    value = float(value) + 0.0  # −0 becomes 0
    return str(int(value)) if value.is_integer() and abs(value) < 1e5 else f"{value:.3g}"


def build_figure(
    traces: list[Any],
    colours: Palette,
    height: int,
    x: dict,
    y: dict,
    title: str = "",
    **layout: Any,
) -> go.Figure:
    """Build a figure with the shared layout: transparent, narrow margins, dragging disabled.

    A figure that reacts to dragging blocks scrolling on a phone.

    Args:
        traces: Plotly traces.
        colours: Colours of the page's mode.
        height: Height of the plot area in pixels.
        x: Settings of the x axis; ``title`` is its text.
        y: Settings of the y axis; ``title`` is its text.
        title: Title of the figure.
        **layout: Further settings of the layout.
    """
    axis = {
        "zeroline": False,
        "showgrid": False,
        "automargin": True,
        "fixedrange": True,
        "ticks": "",
        "ticklabelstandoff": 4,
        "tickfont": {"color": colours.text},
    }
    top = 34 if title or layout.get("showlegend") else 4
    shared = {
        "template": {},  # the colours are set below; Plotly's own template adds 3 kB
        "height": top + height + 44,  # labels and the axis title are below the plot
        "margin": {"l": 8, "r": 8, "t": top, "b": 4},
        "minreducedheight": 2,  # otherwise labels below a plot of less than 64 pixels are cut off
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": colours.text},
        "hoverlabel": {
            "bgcolor": colours.label_ground,
            "bordercolor": colours.line,
            "font": {"family": FONT, "size": 13, "color": colours.text},
        },
        "showlegend": False,
        "dragmode": False,
        "xaxis": axis | x | {"title": _build_axis_title(x, 4, colours)},
        "yaxis": axis | y | {"title": _build_axis_title(y, 8, colours)},
    }
    if title:
        shared["title"] = {
            "text": escape_text(title),
            "font": {"size": 15, "weight": 600},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 1,
            "yref": "container",
            "yanchor": "top",
            "pad": {"t": 6, "l": 2},
        }
    return go.Figure(traces, shared | layout)


def measure_longest(names: list[str]) -> int:
    """Measure the longest name on an axis in pixels: 7 per character, 14 per Chinese character.

    >>> measure_longest(["speaker", "说话人"])
    49
    """
    return 7 * max((_measure_width(unescape(name)) for name in names), default=0)


def _measure_width(name: str) -> int:
    return sum(1 + (east_asian_width(character) in "WF") for character in name)


def has_horizontal_room(names: list[str]) -> bool:
    """Return True if horizontal names fit below their columns on a phone."""
    return len(names) * (measure_longest(names) + 4) <= PHONE_WIDTH - 20


def build_legend(colours: Palette) -> dict[str, Any]:
    """Return the settings of a legend in one line above the plot."""
    return {
        "orientation": "h",
        "x": 1,
        "xanchor": "right",
        "y": 1,
        "yref": "container",
        "yanchor": "top",
        "bgcolor": "rgba(0,0,0,0)",
        "font": {"color": colours.text},
        "itemclick": False,
        "itemdoubleclick": False,
    }


def build_integer_ticks(first: int, last: int) -> dict[str, Any]:
    """Return axis settings for the integers ``first`` … ``last``; up to 20 all have a tick."""
    span = last - first + 1
    if span <= 20:
        return {"tick0": first, "dtick": 1, "tickformat": "d"}
    steps = np.array([2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000])
    candidates = steps[steps >= span / 10]
    return {
        "tick0": 0,
        "dtick": int(candidates[0]) if len(candidates) else span // 8,
        "tickformat": "d",
    }


def _count_common_prefix(texts: list[str]) -> int:
    """Count the characters of the common prefix of all texts."""
    first, last = min(texts), max(texts)  # sorted between these two, all texts share their prefix
    pairs = enumerate(zip(first, last, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(first), len(last)))


def _build_axis_title(axis: dict, standoff: int, colours: Palette) -> dict[str, Any]:
    title = axis.get("title", "")
    return {
        "text": escape_text(title),
        "font": {"size": 12, "color": colours.muted},
        "standoff": standoff,
    }


def build_base_axis(colours: Palette) -> dict[str, Any]:
    """Return the settings of the axis at the base of the data."""
    return {"showline": True, "linecolor": colours.line}


def build_value_axis(colours: Palette) -> dict[str, Any]:
    """Return the settings of a value axis: "0.0002" and "2×10⁻⁷" instead of Plotly's "200μ"."""
    exponent_format = {"exponentformat": "power", "minexponent": 4}
    return {"showgrid": True, "gridcolor": colours.line, "nticks": 6, **exponent_format}


def draw_reference_line(x: np.ndarray, y: np.ndarray, colours: Palette) -> go.Scatter:
    """Draw the line on which the points of an ideal model are."""
    line = {"color": colours.muted, "width": 1.5, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def draw_points(
    x: np.ndarray, y: np.ndarray, hover: str, colours: Palette, size: Any = 7, **settings: Any
) -> go.Scatter:
    """Draw points that show through each other where they overlap.

    Args:
        x: Horizontal positions.
        y: Vertical positions.
        hover: Template of the text under the pointer.
        colours: Colours of the page's mode.
        size: Diameter in pixels, for all points or for each.
        **settings: Further settings of the trace.
    """
    marker = {"color": colours.accent, "size": size, "opacity": 0.7, "line": {"width": 0}}
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers",
        marker=marker,
        hovertemplate=hover,
        **settings,
    )
