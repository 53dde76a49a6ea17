"""What all figures share: colours, words, text made safe, and the layout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import plotly.graph_objects as go

FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # the one Streamlit serves


@dataclass(frozen=True)
class Words:
    """Every word a figure writes by itself; one a language: ``Words(step=_("time step"), …)``."""

    sequence: str = "sequence"
    step: str = "time step"
    value: str = "value"
    padding: str = "padding"
    real: str = "real step"
    erased: str = "real step, erased by the mask value"
    length: str = "length (time steps)"
    sequences: str = "sequences"
    maxlen: str = "maxlen"
    target: str = "target"
    other: str = "other"
    train: str = "train"
    validation: str = "validation"
    test: str = "test"
    training: str = "training"
    epoch: str = "epoch"
    predicted: str = "class"
    probability: str = "probability"


ENGLISH = Words()


@dataclass(frozen=True)
class Look:
    """The colours of one mode.

    ``categories`` is Okabe and Ito's palette and ``sequential`` is cut from viridis, both
    made for every kind of colour vision; ``diverging`` has the purple and green of
    ColorBrewer's PRGn, told apart by all, around a yellow that is not padding's grey.
    """

    text: str
    muted: str
    faint: str  # the fill written into padding
    line: str
    absent: str  # the ground of padding, hatched
    ground: str  # of padding where cells are too many to hatch
    hatch: str
    accent: str
    on_accent: str
    warning: str
    label_ground: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    categories: tuple[str, ...]


LIGHT = Look(
    text="#1f2933",
    muted="#66717d",
    faint="#8b95a1",
    line="#e3e7ec",
    absent="#f7f8fa",
    ground="#e6e9ed",
    hatch="#d3d9e0",
    accent="#0072b2",
    on_accent="#ffffff",
    warning="#d55e00",
    label_ground="#ffffff",
    sequential=("#b8de7c", "#5ec28a", "#2a9d8f", "#2f7d9b", "#355f8d", "#433e85", "#44206b"),
    diverging=("#762a83", "#9970ab", "#c9b3d6", "#f5efd8", "#a8d3a6", "#4fa35f", "#1b6b36"),
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
    text="#e6e9ee",
    muted="#8f9aa7",
    faint="#75818f",
    line="#2b333d",
    absent="#1a2028",
    ground="#29313b",
    hatch="#39434f",
    accent="#56b4e9",
    on_accent="#0d1b26",
    warning="#ff8c42",
    label_ground="#1b222b",
    sequential=("#46508f", "#35689b", "#2f7f9d", "#2a9d8f", "#5ec28a", "#a6d96a", "#f0e55a"),
    diverging=("#dcb3ea", "#ab72c4", "#6f4486", "#5a5645", "#2f7a4a", "#55b36f", "#b0e8b6"),
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
    top = 34 if title or layout.get("showlegend") else 8
    shared = {
        "template": {},  # colours stand below; Plotly's own template would add 3 kB
        "height": top + height + 48,
        "margin": {"l": 8, "r": 8, "t": top, "b": 8},
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
        "xaxis": axis | x | {"title": _axis_title(x, colours)},
        "yaxis": axis | y | {"title": _axis_title(y, colours)},
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


def _axis_title(axis: dict, colours: Look) -> dict[str, Any]:
    words = axis.get("title", "")
    return {"text": text(words), "font": {"size": 12, "color": colours.muted}, "standoff": 8}
