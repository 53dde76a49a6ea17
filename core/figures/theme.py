"""What all figures share: colours, words, text made safe, and the layout."""

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
PHONE = 340  # pixels that a plot and its labels have on a narrow phone
HEIGHT = 260  # of a chart, in pixels


@dataclass(frozen=True)
class Words:
    """Every word a figure writes by itself; one a language: ``Words(step=_("time step"), …)``."""

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


ENGLISH = Words()


@dataclass(frozen=True)
class Look:
    """The colours of one mode.

    ``categories`` is Okabe and Ito's palette and ``sequential`` is cut from viridis, both
    made for every kind of colour vision; ``diverging`` has the purple and green of
    ColorBrewer's PRGn, told apart by all. Its middle is sand, as dark as a light page and as
    light as a dark one allows: no real value, zero least of all, may pass for padding.
    """

    ground: str  # of the page
    text: str
    muted: str
    faint: str  # the fill written into padding
    line: str
    absent: str  # the ground of padding, hatched
    hatch: str
    accent: str
    on_accent: str
    warning: str
    label_ground: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    categories: tuple[str, ...]


LIGHT = Look(
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
DARK = Look(
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


def look(dark: bool) -> Look:
    """The colours for a dark or a light page."""
    return DARK if dark else LIGHT


def text(value: object, limit: int = 300) -> str:
    """A value as text that Plotly shows as it stands, never as HTML, at most ``limit``
    characters. Longer ones lose their middle, since ids often differ only at the end.

    >>> text("<b>x</b>"), text("patient-0001-visit-0012", 12)
    ('&lt;b&gt;x&lt;/b&gt;', 'patien…-0012')
    """
    plain = re.sub(r"\s+", " ", str(value)).strip()
    if len(plain) > limit:
        end = (limit - 1) // 2
        plain = plain[: limit - 1 - end] + "…" + plain[len(plain) - end :]
    return escape(plain, quote=False)


def shortened(ids: Iterable[object], limit: int) -> list[str]:
    """Ids as ``text`` of at most ``limit`` characters each. Where that would make different
    ones the same, the long ones keep their beginning and what tells them apart.

    >>> shortened(["patient-0001-left-hand", "patient-0002-left-hand"], 12)
    ['patient-0…1…', 'patient-0…2…']
    """
    plain = [re.sub(r"\s+", " ", str(id)).strip() for id in ids]
    short = [text(id, limit) for id in plain]
    if len(set(short)) == len(set(plain)):
        return short
    long = [id for id in plain if len(id) > limit]
    before = _in_common(long)
    after = _in_common([id[before:][::-1] for id in long])
    middles = [id[before : len(id) - after] for id in plain]
    widest = max(len(id) for id in long) - before - after
    kept = max(0, min(before, limit - 2 - widest))  # of the common beginning
    room = limit - kept - 2
    return [
        text(f"{id[:kept]}…") + text(middle, room) + "…" * (after > 0)
        if len(id) > limit
        else text(id)
        for id, middle in zip(plain, middles, strict=True)
    ]


def number(value: float) -> str:
    """A number short enough for a cell.

    >>> [number(v) for v in (9.0, -0.0, 1.860936, 12345.0, 1234567.0)]
    ['9', '0', '1.86', '12345', '1.23e+06']
    """
    value = float(value) + 0.0  # −0 becomes 0
    return str(int(value)) if value.is_integer() and abs(value) < 1e5 else f"{value:.3g}"


def figure(
    traces: list[Any], colours: Look, height: int, x: dict, y: dict, title: str = "", **layout: Any
) -> go.Figure:
    """Traces in the layout all figures share: see-through, narrow margins, nothing to drag
    (a figure that catches the finger cannot be scrolled past on a phone)."""
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
        "template": {},  # colours stand below; Plotly's own template would add 3 kB
        "height": top + height + 44,  # below the plot stand labels and the axis title
        "margin": {"l": 8, "r": 8, "t": top, "b": 4},
        "minreducedheight": 2,  # or labels below a plot lower than 64 pixels are cut off
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
        "xaxis": axis | x | {"title": _axis_title(x, 4, colours)},
        "yaxis": axis | y | {"title": _axis_title(y, 8, colours)},
    }
    if title:
        shared["title"] = {
            "text": text(title),
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


def longest(names: list[str]) -> int:
    """Pixels that the longest of these names takes on an axis, at 7 a character, and twice as many
    a Chinese one.

    >>> longest(["speaker", "说话人"])
    49
    """
    return 7 * max((_width(unescape(name)) for name in names), default=0)


def _width(name: str) -> int:
    return sum(1 + (east_asian_width(character) in "WF") for character in name)


def beside(names: list[str]) -> bool:
    """Whether names fit under their columns, upright and side by side, on a phone."""
    return len(names) * (longest(names) + 4) <= PHONE - 20


def legend(colours: Look) -> dict[str, Any]:
    """A legend in one line above the plot."""
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


def whole_ticks(first: int, last: int) -> dict[str, Any]:
    """Axis settings for whole numbers ``first`` … ``last``, every one of them while few."""
    span = last - first + 1
    if span <= 20:
        return {"tick0": first, "dtick": 1, "tickformat": "d"}
    steps = np.array([2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000])
    fine = steps[steps >= span / 10]
    return {"tick0": 0, "dtick": int(fine[0]) if len(fine) else span // 8, "tickformat": "d"}


def _in_common(texts: list[str]) -> int:
    """How many characters all of the texts begin with."""
    first, last = min(texts), max(texts)  # as far as these two agree, all between them do
    pairs = enumerate(zip(first, last, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(first), len(last)))


def _axis_title(axis: dict, standoff: int, colours: Look) -> dict[str, Any]:
    words = axis.get("title", "")
    return {"text": text(words), "font": {"size": 12, "color": colours.muted}, "standoff": standoff}


def base_axis(colours: Look) -> dict[str, Any]:
    """The axis that data stands on."""
    return {"showline": True, "linecolor": colours.line}


def value_axis(colours: Look) -> dict[str, Any]:
    """A value axis: "0.0002" and "2×10⁻⁷", where Plotly's own choice is "200μ"."""
    plain = {"exponentformat": "power", "minexponent": 4}
    return {"showgrid": True, "gridcolor": colours.line, "nticks": 6, **plain}
