"""Figures that compare recipes: loss bands over epochs, differences with confidence intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from .history import MAX_CURVE_POINTS, build_log_axis
from .labels import ENGLISH, Labels
from .layout import HEIGHT, VALUE_AXIS, build_figure, build_integer_ticks
from .text import escape_text, shorten_all
from .theme import get_palette

ROW_HEIGHT = 50  # pixels per recipe: a line of text above its interval
MAX_NAME_CHARACTERS = 20  # beside the values on a phone
MAX_BANDS = 9  # recipes in one figure: the number of colours


def plot_loss_bands(
    curves: Mapping[str, np.ndarray],
    *,
    label: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the loss by epoch, one colour per recipe.

    A line shows the mean over the seeds, a band the range from minimum to maximum. A run that has
    ended keeps its last loss. At most 9 recipes are drawn, the first ones.

    Args:
        curves: (seeds, epochs) losses per recipe, NaN after the last epoch of each seed.
        label: Title of the loss axis.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    names = list(curves)[:MAX_BANDS]
    last = max(curves[name].shape[1] for name in names)
    stride = max(-(-last * 3 * len(names) // MAX_CURVE_POINTS), 1)
    bands, lines = [], []
    for rank, name in enumerate(names):
        losses = _extend_to_end(curves[name])[:, ::stride].astype(np.float32)
        mean, low, high = losses.mean(axis=0), losses.min(axis=0), losses.max(axis=0)
        epochs = (1 + stride * np.arange(len(mean))).astype(np.int32)
        colour = colours.categories[rank % len(colours.categories)]
        shared = {"legendgroup": str(rank), "showlegend": False, "hoverinfo": "skip"}
        if len(losses) > 1:
            edge = {"mode": "lines", "line": {"width": 0}, **shared}
            bands.append(go.Scatter(x=epochs, y=low, **edge))
            bands.append(
                go.Scatter(x=epochs, y=high, fill="tonexty", fillcolor=f"{colour}2e", **edge)
            )
        name_text = escape_text(name, 40)
        lines.append(
            go.Scatter(
                x=epochs,
                y=mean,
                mode="lines+markers" if len(mean) == 1 else "lines",
                line={"color": colour},
                name=name_text,
                legendgroup=str(rank),
                hovertemplate=f"{name_text} <b>%{{y:.4~g}}</b><extra></extra>",
            )
        )
    x = {
        "title": labels.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **build_integer_ticks(1, last),
    }
    y = {"title": label, **VALUE_AXIS, **build_log_axis(lines)}
    return build_figure(
        [*bands, *lines],
        colours,
        HEIGHT + 24 * len(names),
        x,
        y,
        hovermode="x unified",
        showlegend=True,
        legend={"x": 0, "xanchor": "left", "y": -0.18, "yref": "paper"},
        margin={"t": 4},
    )


def _extend_to_end(curves: np.ndarray) -> np.ndarray:
    """Replace NaN after the last epoch of each seed by its last loss."""
    ends = (~np.isnan(curves)).sum(axis=1)
    last = curves[np.arange(len(curves)), np.maximum(ends - 1, 0)]
    return np.where(np.isnan(curves), last[:, None], curves)


def plot_differences(
    differences: Sequence[tuple[str, float, float | None, float | None]],
    *,
    label: str = "",
    unit: str = "",
    lower_is_better: bool = False,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the difference of each recipe from the first one with its confidence interval.

    Name and values are written above each interval, so that they have room on a phone. A
    difference whose interval excludes zero has the accent colour when it is an improvement,
    otherwise the warning colour.

    Args:
        differences: Name, value, and lower and upper limit of the interval per recipe.
        label: Title of the difference axis.
        unit: Text after each value and the numbers of the axis, such as "%".
        lower_is_better: A negative difference is an improvement.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    names = shorten_all([each[0] for each in differences], MAX_NAME_CHARACTERS)
    values = np.array([each[1] for each in differences])
    lows = np.array([np.nan if each[2] is None else each[2] for each in differences])
    highs = np.array([np.nan if each[3] is None else each[3] for each in differences])
    is_significant = (lows > 0) | (highs < 0)
    is_better = is_significant & ((values < 0) == lower_is_better)
    shades = np.where(
        is_significant, np.where(is_better, colours.accent, colours.warning), colours.muted
    )
    positions = np.arange(len(names))
    traces = [
        go.Scatter(
            x=[low, high],
            y=[position] * 2,
            mode="lines",
            line={"width": 4, "color": shade},
            hoverinfo="skip",
        )
        for position, low, high, shade in zip(positions, lows, highs, shades, strict=True)
    ]
    texts = [format_difference(*each[1:], unit) for each in differences]
    traces.append(
        go.Scatter(
            x=values,
            y=positions,
            mode="markers",
            marker={"size": 12, "color": shades},
            text=[
                f"{escape_text(each[0], 100)}<br><b>{text}</b>"
                for each, text in zip(differences, texts, strict=True)
            ],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    ends = np.append(np.concatenate([values, lows, highs]), 0.0)
    low, high = float(np.nanmin(ends)), float(np.nanmax(ends))
    margin = 0.1 * (high - low) or 1.0
    x = {
        "title": label,
        **VALUE_AXIS,
        "range": [low - margin, high + margin],
        "zeroline": True,
        "zerolinecolor": colours.text,
        "zerolinewidth": 1.5,
        "tickformat": "+.4~g",
        "ticksuffix": unit,
    }
    y = {"showticklabels": False, "range": [len(names) - 0.6, -0.9]}
    figure = build_figure(traces, colours, ROW_HEIGHT * len(names) + 12, x, y)
    for position, name, text in zip(positions.tolist(), names, texts, strict=True):
        figure.add_annotation(
            text=f"<b>{name}</b>  {text}",
            x=0,
            xref="paper",
            xanchor="left",
            y=position,
            yanchor="bottom",
            yshift=9,
            bgcolor=colours.ground,
            borderpad=1,
        )
    return figure


def format_difference(value: float, low: float | None, high: float | None, unit: str = "") -> str:
    """Format a difference with its unit, and its confidence interval.

    >>> format_difference(0.71, -0.2, 1.6, "%")
    '+0.7% (−0.2 to +1.6)'
    >>> format_difference(-1.2, None, None)
    '−1.2'
    """

    def format_signed(number: float) -> str:
        return f"{number:+.1f}".replace("-", "−")

    text = format_signed(value) + unit
    if low is None or high is None:
        return text
    return f"{text} ({format_signed(low)} to {format_signed(high)})"
