"""Recipes beside each other: curves with bands, differences with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from .history import CURVE_POINTS, decades
from .theme import ENGLISH, HEIGHT, Words, figure, look, shortened, text, value_axis, whole_ticks

ROW = 30  # pixels of a recipe
MAX_BANDS = 9  # recipes in one picture, as many as there are colours


def bands_figure(
    curves: Mapping[str, np.ndarray],
    *,
    label: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Losses by epoch, a colour a recipe: the mean over the seeds as a line, the range between the
    least and the greatest as a band. A training that has ended keeps its last loss. Of more than 9
    recipes the first. curves: (seeds, epochs), NaN behind the last epoch of each."""
    colours = look(dark)
    names = list(curves)[:MAX_BANDS]
    last = max(curves[name].shape[1] for name in names)
    stride = max(-(-last * 3 * len(names) // CURVE_POINTS), 1)
    bands, lines = [], []
    for rank, name in enumerate(names):
        drawn = _to_the_end(curves[name])[:, ::stride].astype(np.float32)
        middle, low, high = drawn.mean(axis=0), drawn.min(axis=0), drawn.max(axis=0)
        at = (1 + stride * np.arange(len(middle))).astype(np.int32)
        colour = colours.categories[rank % len(colours.categories)]
        shared = {"legendgroup": str(rank), "showlegend": False, "hoverinfo": "skip"}
        if len(drawn) > 1:
            edge = {"mode": "lines", "line": {"width": 0}, **shared}
            bands.append(go.Scatter(x=at, y=low, **edge))
            bands.append(go.Scatter(x=at, y=high, fill="tonexty", fillcolor=f"{colour}2e", **edge))
        shown = text(name, 40)
        lines.append(
            go.Scatter(
                x=at,
                y=middle,
                mode="lines+markers" if len(middle) == 1 else "lines",
                line={"width": 2.5, "color": colour},
                name=shown,
                legendgroup=str(rank),
                hovertemplate=f"{shown} <b>%{{y:.4~g}}</b><extra></extra>",
            )
        )
    x = {
        "title": words.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **whole_ticks(1, last),
    }
    y = {"title": label, **value_axis(colours), **decades(lines)}
    below = {"orientation": "h", "x": 0, "xanchor": "left", "y": -0.18, "yanchor": "top"}
    legend = below | {"font": {"color": colours.text}, "itemclick": False}
    return figure(
        [*bands, *lines],
        colours,
        HEIGHT + 24 * len(names),
        x,
        y,
        hovermode="x unified",
        showlegend=True,
        legend=legend | {"itemdoubleclick": False, "bgcolor": "rgba(0,0,0,0)"},
        margin={"l": 8, "r": 8, "t": 4, "b": 4},
    )


def _to_the_end(curves: np.ndarray) -> np.ndarray:
    """(seeds, epochs) with the last loss of each in place of NaN behind it."""
    ends = (~np.isnan(curves)).sum(axis=1)
    last = curves[np.arange(len(curves)), np.maximum(ends - 1, 0)]
    return np.where(np.isnan(curves), last[:, None], curves)


def differences_figure(
    differences: Sequence[tuple[str, float, float | None, float | None]],
    *,
    label: str = "",
    percent: bool = False,
    lower_is_better: bool = False,
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """What each recipe differs by from the first one: a point with its interval, in the accent
    colour where the interval leaves zero out. differences: name, value, low and high."""
    colours = look(dark)
    names = shortened([each[0] for each in differences], 28)
    at = np.arange(len(names))
    values = np.array([each[1] for each in differences])
    lows = np.array([np.nan if each[2] is None else each[2] for each in differences])
    highs = np.array([np.nan if each[3] is None else each[3] for each in differences])
    sure = (lows > 0) | (highs < 0)
    better = sure & ((values < 0) == lower_is_better)
    shades = np.where(sure, np.where(better, colours.accent, colours.warning), colours.muted)
    form = ":+.2%" if percent else ":+.4~g"
    traces = []
    for rank in range(len(names)):
        traces.append(
            go.Scatter(
                x=[lows[rank], highs[rank]],
                y=[at[rank]] * 2,
                mode="lines",
                line={"width": 3, "color": shades[rank]},
                hoverinfo="skip",
            )
        )
    traces.append(
        go.Scatter(
            x=values,
            y=at,
            mode="markers",
            marker={"size": 11, "color": shades},
            customdata=np.stack([lows, highs], axis=1),
            text=[text(each[0], 100) for each in differences],
            hovertemplate=f"%{{text}}<br><b>%{{x{form}}}</b> "
            f"(%{{customdata[0]{form}}} … %{{customdata[1]{form}}})<extra></extra>",
        )
    )
    ends = np.append(np.concatenate([values, lows, highs]), 0.0)
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    air = 0.1 * (high - low) or 1.0
    x = {"title": label, **value_axis(colours), "range": [low - air, high + air], "nticks": 6}
    x |= {"zeroline": True, "zerolinecolor": colours.text, "zerolinewidth": 1.5}
    if percent:
        x |= {"tickformat": "+.1%"}
    y = {"tickvals": at, "ticktext": names, "range": [len(names) - 0.5, -0.5]}
    return figure(traces, colours, ROW * len(names) + 20, x, y)
