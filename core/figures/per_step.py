"""Figures of the predictions at every step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .labels import ENGLISH, Labels
from .layout import BASE_AXIS, HEIGHT, VALUE_AXIS, build_figure, build_integer_ticks
from .sequence_lines import MAX_LINE_STEPS
from .text import escape_text
from .theme import Palette, Settings, get_palette

STRIP = 1.13  # height of the targets above the probabilities; its name has room above 100%


def plot_step_predictions(
    values: np.ndarray,
    targets: np.ndarray | None = None,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the predicted and the target number of each of the first 1,500 steps.

    Args:
        values: (steps,) predictions, NaN for a gap in the line.
        targets: (steps,) targets, drawn as a dotted line; None if unknown.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    predicted = _draw_line(values, labels.prediction, colours.accent, "solid")
    lines = [predicted]
    if targets is not None:
        lines.insert(0, _draw_line(targets, labels.target, colours.categories[1], "dot"))
    y = {"title": labels.target, **VALUE_AXIS}
    x = _build_step_axis(len(values), labels)
    return build_figure(
        lines, colours, HEIGHT, x, y, title, showlegend=len(lines) > 1, hovermode="x unified"
    )


def plot_step_probabilities(
    classes: Sequence[object] | np.ndarray,
    probabilities: np.ndarray,
    targets: np.ndarray | None = None,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the class probabilities of each of the first 1,500 steps as stacked areas.

    Draws at most 8 classes: those with the highest probability at any step. Known targets are a
    strip above the areas, in the colours of the classes.

    Args:
        classes: (classes,) class names.
        probabilities: (steps, classes) from 0 to 1, NaN at steps without a prediction.
        targets: (steps,) target classes, None if unknown.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    part = np.asarray(probabilities, dtype=np.float32)[:MAX_LINE_STEPS]
    best = np.sort(np.argsort(-np.nan_to_num(part).max(axis=0), kind="stable")[:8])
    predicted = np.flatnonzero(~np.isnan(part[:, 0]))
    x, part = predicted + 1.0, part[predicted]
    if len(x) == 1:  # an area needs two ends
        x, part = x + np.array([-0.25, 0.25]), part[[0, 0]]
    areas = []
    for rank, index in enumerate(best):
        colour = colours.categories[rank]
        areas.append(
            go.Scatter(
                x=x.astype(np.float32),
                y=part[:, index],
                mode="none",
                stackgroup="probability",
                fillcolor=colour,
                name=escape_text(classes[index], 20),
                legendgroup=str(rank),
                hovertemplate=f"{escape_text(classes[index], 20)} <b>%{{y:.1%}}</b><extra></extra>",
            )
        )
    strip = (
        []
        if targets is None
        else _draw_targets(classes, best, targets[:MAX_LINE_STEPS], colours, labels)
    )
    y = {"title": labels.probability, **VALUE_AXIS}
    shares = [0, 0.25, 0.5, 0.75, 1]
    names = [f"{share:.0%}" for share in shares]
    if strip:
        shares, names = [*shares, STRIP], [*names, escape_text(labels.target, 14)]
    y |= {"range": [0, STRIP + 0.06 if strip else 1], "tickvals": shares, "ticktext": names}
    steps = _build_step_axis(len(probabilities), labels)
    traces = [*areas, *strip]
    return build_figure(
        traces, colours, HEIGHT, steps, y, title, showlegend=True, hovermode="x unified"
    )


def _draw_targets(
    classes: Sequence[object] | np.ndarray,
    drawn_classes: np.ndarray,
    targets: np.ndarray,
    colours: Palette,
    labels: Labels,
) -> list[go.Scatter]:
    """Draw the target of every step as a mark above the areas, grey for classes without an area."""
    rank = {str(classes[index]): position for position, index in enumerate(drawn_classes)}
    shades = [
        colours.categories[rank[str(t)]] if str(t) in rank else colours.muted for t in targets
    ]
    marker = {"color": shades, "size": 9, "symbol": "square"}
    return [
        go.Scatter(
            x0=1,
            y=np.full(len(targets), STRIP, np.float32),
            mode="markers",
            marker=marker,
            text=[escape_text(target, 20) for target in targets],
            name=escape_text(labels.target),
            showlegend=False,
            hovertemplate=f"{escape_text(labels.target)} <b>%{{text}}</b><extra></extra>",
        )
    ]


def _draw_line(values: np.ndarray, name: str, colour: str, dash: str) -> go.Scatter:
    y = np.asarray(values, dtype=np.float32)[:MAX_LINE_STEPS]
    return go.Scatter(
        x0=1,
        y=y,
        mode="lines+markers" if len(y) <= 30 else "lines",
        line={"color": colour, "dash": dash},
        marker={"size": 6, "color": colour},
        name=escape_text(name),
        hovertemplate=f"{escape_text(name)} <b>%{{y:.6~g}}</b><extra></extra>",
    )


def _build_step_axis(steps: int, labels: Labels) -> Settings:
    last = min(steps, MAX_LINE_STEPS)
    return {
        "title": labels.step_axis,
        **BASE_AXIS,
        "range": [max(1 - 0.01 * last, 0.5), max(last * 1.01, 1.5)],
        "unifiedhovertitle": {"text": f"{labels.step} %{{x}}"},
    } | build_integer_ticks(1, last)
