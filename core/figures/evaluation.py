"""What a model is worth: predictions against the truth, errors by length, confusion, confidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .cell_grid import ID_CHARACTERS
from .heatmaps import even_scale
from .theme import (
    ENGLISH,
    HEIGHT,
    Look,
    Words,
    base_axis,
    beside,
    figure,
    longest,
    look,
    shortened,
    text,
    value_axis,
)

CELL = 26  # pixels of a class


def predicted_figure(
    points: Sequence[Sequence[float]], *, dark: bool = False, words: Words = ENGLISH
) -> go.Figure:
    """Predictions over targets; on the line they are equal. points: rows of length, truth and
    prediction."""
    colours = look(dark)
    _, truth, predicted = np.array(points).T
    ends = np.array([min(truth.min(), predicted.min()), max(truth.max(), predicted.max())])
    hover = f"{words.target} %{{x:.6~g}}<br>{words.prediction} <b>%{{y:.6~g}}</b><extra></extra>"
    x = {"title": words.target, **value_axis(colours)}
    y = {"title": words.prediction, **value_axis(colours)}
    traces = [_line(ends, ends, colours), _points(truth, predicted, hover, colours)]
    return figure(traces, colours, HEIGHT, x, y)


def residuals_figure(
    points: Sequence[Sequence[float]], *, dark: bool = False, words: Words = ENGLISH
) -> go.Figure:
    """Errors, prediction less target, by the length of the sequence; points as above."""
    colours = look(dark)
    length, truth, predicted = np.array(points).T
    ends = np.array([length.min(), length.max()])
    hover = f"{words.length} %{{x}}<br>{words.error} <b>%{{y:.4~g}}</b><extra></extra>"
    x = {"title": words.length, **base_axis(colours)}
    y = {"title": words.error, **value_axis(colours)}
    traces = [
        _line(ends, np.zeros(2), colours),
        _points(length, predicted - truth, hover, colours),
    ]
    return figure(traces, colours, HEIGHT, x, y)


def confusion_figure(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """How often each true class, a row, was answered as each class, a column, coloured by the
    share of the row."""
    colours = look(dark)
    known = np.array(counts)
    share = known / np.maximum(known.sum(axis=1, keepdims=True), 1)
    names = shortened(classes, ID_CHARACTERS)
    at = np.arange(len(names))
    cells = go.Heatmap(
        z=share.astype(np.float32),
        text=np.where(known > 0, known, "").tolist(),
        texttemplate="%{text}",
        customdata=np.array([[[text(a, 40), text(b, 40)] for b in classes] for a in classes]),
        hovertemplate=f"{words.target} %{{customdata[0]}}<br>{words.prediction} "
        "%{customdata[1]}<br><b>%{text}</b> (%{z:.0%})<extra></extra>",
        colorscale=even_scale((colours.absent, colours.accent)),
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    slant = 0 if beside(names) else 45
    ticks = {"tickvals": at, "ticktext": names}
    x = {"title": words.prediction, **ticks, "tickangle": -slant}
    y = {"title": words.target, **ticks, "autorange": "reversed"}
    room = round(0.7 * longest(names)) if slant else 0
    return figure([cells], colours, max(HEIGHT - 60, CELL * len(names)) + room, x, y)


def confidence_figure(
    confidence: Sequence[Sequence[float]], *, dark: bool = False, words: Words = ENGLISH
) -> go.Figure:
    """The share of answers that are right over the probability they were given; on the line they
    are equal. confidence: rows of mean probability, share right and count."""
    colours = look(dark)
    sure, right, counts = np.array(confidence).T
    ends = np.array([0.0, 1.0])
    size = 8 + 22 * np.sqrt(counts / counts.max())
    hover = (
        f"{words.probability} %{{x:.0%}}<br>{words.right} <b>%{{y:.0%}}</b><br>"
        "n = %{customdata:,}<extra></extra>"
    )
    points = _points(sure, right, hover, colours, size=size, customdata=counts)
    share = {"range": [-0.05, 1.08], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    x = {"title": words.probability, **value_axis(colours), **share}
    y = {"title": words.right, **value_axis(colours), **share}
    return figure([_line(ends, ends, colours), points], colours, HEIGHT, x, y)


def early_figure(
    shares: Sequence[float],
    figures: Sequence[tuple[float, float | None, float | None]],
    *,
    label: str,
    percent: bool,
    enough: float,
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """A figure of merit over the share of each sequence that was seen, with its interval as a
    band; the share that is enough is marked. figures: value, low and high at each share."""
    colours = look(dark)
    at = np.array(shares)
    value, low, high = (np.array(each, np.float64) for each in zip(*figures, strict=True))
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    form = ".1%" if percent else ".4~g"
    hover = f"{words.seen} %{{x:.0%}}<br>{label} <b>%{{y:{form}}}</b><extra></extra>"
    line = go.Scatter(
        x=at,
        y=value,
        mode="lines+markers",
        line={"color": colours.accent, "width": 2.5},
        marker={"size": np.where(at == enough, 13, 7)},
        hovertemplate=hover,
    )
    band = [
        go.Scatter(x=at, y=low, **edge),
        go.Scatter(x=at, y=high, fill="tonexty", fillcolor=f"{colours.accent}2e", **edge),
    ]
    x = {"title": words.seen, "tickformat": ".0%", "range": [0, 1.04], **base_axis(colours)}
    y = {"title": label, **value_axis(colours)} | ({"tickformat": ".0%"} if percent else {})
    return figure([*(band if np.isfinite(low).all() else []), line], colours, HEIGHT, x, y)


def _line(x: np.ndarray, y: np.ndarray, colours: Look) -> go.Scatter:
    line = {"color": colours.muted, "width": 1.5, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def _points(
    x: np.ndarray, y: np.ndarray, hover: str, colours: Look, size: Any = 7, **more: Any
) -> go.Scatter:
    marker = {"color": colours.accent, "size": size, "opacity": 0.7, "line": {"width": 0}}
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers",
        marker=marker,
        hovertemplate=hover,
        **more,
    )
