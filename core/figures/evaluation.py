"""Figures of an evaluation: predictions, residuals, early prediction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .labels import ENGLISH, Labels
from .layout import BASE_AXIS, HEIGHT, VALUE_AXIS, build_figure
from .points import draw_points, draw_reference_line
from .text import escape_text
from .theme import get_palette


def plot_predictions(
    points: Sequence[Sequence[float]], *, dark: bool = False, labels: Labels = ENGLISH
) -> go.Figure:
    """Plot predictions over targets, with the line on which they are equal.

    Args:
        points: Sequence length, target and prediction per row.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    _, truth, predicted = np.array(points).T
    ends = np.array([min(truth.min(), predicted.min()), max(truth.max(), predicted.max())])
    hover = (
        f"{escape_text(labels.target)} %{{x:.6~g}}<br>{labels.prediction} <b>%{{y:.6~g}}</b>"
        "<extra></extra>"
    )
    x = {"title": labels.target, **VALUE_AXIS}
    y = {"title": labels.prediction, **VALUE_AXIS}
    traces = [
        draw_reference_line(ends, ends, colours),
        draw_points(truth, predicted, hover, colours),
    ]
    return build_figure(traces, colours, HEIGHT, x, y)


def plot_residuals(
    points: Sequence[Sequence[float]], *, dark: bool = False, labels: Labels = ENGLISH
) -> go.Figure:
    """Plot residuals, prediction minus target, by the length of the sequence.

    Args:
        points: Sequence length, target and prediction per row.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    length, truth, predicted = np.array(points).T
    ends = np.array([length.min(), length.max()])
    error = labels.error.format(target=labels.target)
    hover = f"{labels.length} %{{x}}<br>{escape_text(error)} <b>%{{y:.4~g}}</b><extra></extra>"
    x = {"title": labels.length, **BASE_AXIS}
    y = {"title": error, **VALUE_AXIS}
    traces = [
        draw_reference_line(ends, np.zeros(2), colours),
        draw_points(length, predicted - truth, hover, colours),
    ]
    return build_figure(traces, colours, HEIGHT, x, y)


def plot_early_prediction(
    shares: Sequence[float],
    scores: Sequence[tuple[float, float | None, float | None]],
    *,
    label: str,
    percent: bool,
    sufficient_share: float,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot a metric over the share of each sequence that the model has seen.

    Args:
        shares: Shares of the sequence, from 0 to 1.
        figures: Value, and lower and upper limit of its interval, of the metric per share.
        label: Name of the metric.
        percent: Format the metric as a percentage.
        enough: The share that is sufficient, marked by a larger point.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    x_values = np.array(shares)
    value, low, high = (np.array(each, np.float64) for each in zip(*scores, strict=True))
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    number_format = ".1%" if percent else ".4~g"
    hover = f"{labels.seen} %{{x:.0%}}<br>{label} <b>%{{y:{number_format}}}</b><extra></extra>"
    line = go.Scatter(
        x=x_values,
        y=value,
        mode="lines+markers",
        line={"color": colours.accent},
        marker={"size": np.where(x_values == sufficient_share, 13, 7)},
        hovertemplate=hover,
    )
    band = [
        go.Scatter(x=x_values, y=low, **edge),
        go.Scatter(x=x_values, y=high, fill="tonexty", fillcolor=f"{colours.accent}2e", **edge),
    ]
    x = {"title": labels.seen, "tickformat": ".0%", "range": [0, 1.04], **BASE_AXIS}
    y = {"title": label, **VALUE_AXIS} | ({"tickformat": ".0%"} if percent else {})
    return build_figure([*(band if np.isfinite(low).all() else []), line], colours, HEIGHT, x, y)
