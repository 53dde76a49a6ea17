"""Figures of an evaluation: predictions, residuals, confusion matrix, calibration, earliness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .cell_grid import MAX_ID_CHARACTERS
from .heatmaps import build_colour_scale
from .theme import (
    ENGLISH,
    HEIGHT,
    Labels,
    Palette,
    build_base_axis,
    build_figure,
    build_value_axis,
    escape_text,
    get_palette,
    has_horizontal_room,
    measure_longest,
    shorten_all,
)

CELL_SIZE = 26  # pixels per class


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
    hover = f"{labels.target} %{{x:.6~g}}<br>{labels.prediction} <b>%{{y:.6~g}}</b><extra></extra>"
    x = {"title": labels.target, **build_value_axis(colours)}
    y = {"title": labels.prediction, **build_value_axis(colours)}
    traces = [_draw_line(ends, ends, colours), _draw_points(truth, predicted, hover, colours)]
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
    hover = f"{labels.length} %{{x}}<br>{labels.error} <b>%{{y:.4~g}}</b><extra></extra>"
    x = {"title": labels.length, **build_base_axis(colours)}
    y = {"title": labels.error, **build_value_axis(colours)}
    traces = [
        _draw_line(ends, np.zeros(2), colours),
        _draw_points(length, predicted - truth, hover, colours),
    ]
    return build_figure(traces, colours, HEIGHT, x, y)


def plot_confusion_matrix(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the confusion matrix, coloured by the share of the row.

    Args:
        classes: (classes,) class names.
        counts: (classes, classes) sequences per true class (row) and predicted class (column).
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    totals = np.array(counts)
    share = totals / np.maximum(totals.sum(axis=1, keepdims=True), 1)
    names = shorten_all(classes, MAX_ID_CHARACTERS)
    positions = np.arange(len(names))
    cells = go.Heatmap(
        z=share.astype(np.float32),
        text=np.where(totals > 0, totals, "").tolist(),
        texttemplate="%{text}",
        customdata=np.array(
            [[[escape_text(a, 40), escape_text(b, 40)] for b in classes] for a in classes]
        ),
        hovertemplate=f"{labels.target} %{{customdata[0]}}<br>{labels.prediction} "
        "%{customdata[1]}<br><b>%{text}</b> (%{z:.0%})<extra></extra>",
        colorscale=build_colour_scale((colours.absent, colours.accent)),
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    slant = 0 if has_horizontal_room(names) else 45
    ticks = {"tickvals": positions, "ticktext": names}
    x = {"title": labels.prediction, **ticks, "tickangle": -slant}
    y = {"title": labels.target, **ticks, "autorange": "reversed"}
    room = round(0.7 * measure_longest(names)) if slant else 0
    return build_figure([cells], colours, max(HEIGHT - 60, CELL_SIZE * len(names)) + room, x, y)


def plot_calibration(
    confidence: Sequence[Sequence[float]], *, dark: bool = False, labels: Labels = ENGLISH
) -> go.Figure:
    """Plot calibration: the share of correct predictions over their predicted probability.

    On the line the two are equal.

    Args:
        confidence: Mean probability, share of correct predictions and count per bin.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    probabilities, shares, counts = np.array(confidence).T
    ends = np.array([0.0, 1.0])
    size = 8 + 22 * np.sqrt(counts / counts.max())
    hover = (
        f"{labels.probability} %{{x:.0%}}<br>{labels.right} <b>%{{y:.0%}}</b><br>"
        "n = %{customdata:,}<extra></extra>"
    )
    points = _draw_points(probabilities, shares, hover, colours, size=size, customdata=counts)
    share_axis = {"range": [-0.05, 1.08], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    x = {"title": labels.probability, **build_value_axis(colours), **share_axis}
    y = {"title": labels.right, **build_value_axis(colours), **share_axis}
    return build_figure([_draw_line(ends, ends, colours), points], colours, HEIGHT, x, y)


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
        line={"color": colours.accent, "width": 2.5},
        marker={"size": np.where(x_values == sufficient_share, 13, 7)},
        hovertemplate=hover,
    )
    band = [
        go.Scatter(x=x_values, y=low, **edge),
        go.Scatter(x=x_values, y=high, fill="tonexty", fillcolor=f"{colours.accent}2e", **edge),
    ]
    x = {"title": labels.seen, "tickformat": ".0%", "range": [0, 1.04], **build_base_axis(colours)}
    y = {"title": label, **build_value_axis(colours)} | ({"tickformat": ".0%"} if percent else {})
    return build_figure([*(band if np.isfinite(low).all() else []), line], colours, HEIGHT, x, y)


def _draw_line(x: np.ndarray, y: np.ndarray, colours: Palette) -> go.Scatter:
    line = {"color": colours.muted, "width": 1.5, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _draw_points(
    x: np.ndarray, y: np.ndarray, hover: str, colours: Palette, size: Any = 7, **settings: Any
) -> go.Scatter:
    marker = {"color": colours.accent, "size": size, "opacity": 0.7, "line": {"width": 0}}
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers",
        marker=marker,
        hovertemplate=hover,
        **settings,
    )
