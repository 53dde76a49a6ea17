"""Size, titles and axes of a figure; everything else is in its template, see ``theme``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from .text import PHONE_WIDTH, escape_text, shorten_all
from .theme import Palette, Settings

HEIGHT = 260  # pixels of a chart
BASE_AXIS = {"showline": True}  # the axis at the base of the data
VALUE_AXIS = {"showgrid": True, "nticks": 6}
LEGEND_SYMBOL = 46  # pixels of a line and its distances
MAX_WORD_TICKS, MAX_WORD_CHARACTERS = 12, 20


def build_figure(
    traces: list[BaseTraceType],
    colours: Palette,
    height: int,
    x: Settings,
    y: Settings,
    title: str = "",
    headroom: int = 0,
    **layout: object,
) -> go.Figure:
    """Build a figure in the template of the page's mode.

    Args:
        traces: Plotly traces.
        colours: Colours of the page's mode.
        height: Height of the plot area in pixels.
        x: Settings of the x axis; ``title`` is its text.
        y: Settings of the y axis; ``title`` is its text.
        title: Title of the figure.
        headroom: Additional pixels above the plot.
        **layout: Further settings of the layout.
    """
    top = (34 if title or layout.get("showlegend") else 4) + headroom
    shared = {
        "template": colours.template,
        "height": top + height + 44,  # labels and the axis title are below the plot
        "margin": {"t": top},
        "xaxis": x | {"title": build_title(x.get("title", ""))},
        "yaxis": y | {"title": build_title(y.get("title", ""))},
    }
    if title:
        shared["title"] = build_title(title)
    return go.Figure(traces, shared | layout)


def build_class_legend(names: Sequence[str], title: str) -> tuple[Settings, int]:
    """Return a legend above the plot, and the pixels that it takes beyond one line on a phone."""
    widths = [7 * len(name) + LEGEND_SYMBOL for name in (escape_text(title), *names)]
    lines = -(-sum(widths) // PHONE_WIDTH) if names else 1
    legend = {
        "title": {"text": escape_text(title), "side": "left", "font": {"size": 13}},
        "x": 0,  # its title, on the left, would leave the picture of a phone
        "xanchor": "left",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
    }
    return legend, 20 * (lines - 1)


def build_title(title: object) -> dict[str, str]:
    """Return the settings of a title of a figure or of an axis."""
    return {"text": escape_text(title)}


def build_word_ticks(words: Sequence[str]) -> Settings:
    """Return ticks that name the codes of words, evenly spaced if there are many."""
    codes = range(0, len(words), -(-len(words) // MAX_WORD_TICKS))
    names = shorten_all([words[code] for code in codes], MAX_WORD_CHARACTERS)
    return {"tickvals": list(codes), "ticktext": names}


def build_integer_ticks(first: int, last: int) -> Settings:
    """Return axis settings for the integers ``first`` … ``last``; up to 20 all have a tick."""
    span = last - first + 1
    if span <= 20:
        return {"tick0": first, "dtick": 1, "tickformat": ",d"}
    steps = np.array([2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000])
    candidates = steps[steps >= span / 10]
    return {
        "tick0": 0,
        "dtick": int(candidates[0]) if len(candidates) else span // 8,
        "tickformat": ",d",
    }
