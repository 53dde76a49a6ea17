"""What a model answers at every step of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .lines import LINE_STEPS
from .theme import (
    ENGLISH,
    HEIGHT,
    Look,
    Words,
    base_axis,
    figure,
    legend,
    look,
    text,
    value_axis,
    whole_ticks,
)

QUARTERS = (0, 0.25, 0.5, 0.75, 1)


def answers_figure(
    values: np.ndarray,
    targets: np.ndarray | None = None,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Predicted numbers (steps,) by step, a gap where there is none (NaN), and the targets (steps,)
    as a dotted line; the first 1,500 steps."""
    colours = look(dark)
    predicted = _line(values, words.prediction, colours.accent, "solid")
    lines = [predicted]
    if targets is not None:
        lines.insert(0, _line(targets, words.target, colours.categories[1], "dot"))
    y = {"title": words.value, **value_axis(colours)}
    shown = {"showlegend": len(lines) > 1, "legend": legend(colours), "hovermode": "x unified"}
    return figure(lines, colours, HEIGHT, _steps(len(values), words, colours), y, title, **shown)


def class_answers_figure(
    classes: Sequence[object] | np.ndarray,
    probabilities: np.ndarray,
    targets: np.ndarray | None = None,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Probabilities (steps, classes), 0 to 1, as areas that add up to 1, of the steps where they
    are not NaN; above them, where the targets (steps,) are known, a strip in the colours of the
    classes. Of more than 8 classes those that are most probable anywhere; the first 1,500 steps."""
    colours = look(dark)
    part = np.asarray(probabilities, dtype=np.float32)[:LINE_STEPS]
    best = np.sort(np.argsort(-np.nan_to_num(part).max(axis=0), kind="stable")[:8])
    answered = np.flatnonzero(~np.isnan(part[:, 0]))
    x, part = answered + 1.0, part[answered]
    if len(x) == 1:  # an area needs two ends
        x, part = x + np.array([-0.25, 0.25]), part[[0, 0]]
    areas = []
    for rank, number in enumerate(best):
        colour = colours.categories[rank]
        areas.append(
            go.Scatter(
                x=x.astype(np.float32),
                y=part[:, number],
                mode="none",
                stackgroup="probability",
                fillcolor=colour,
                name=text(classes[number], 20),
                legendgroup=str(rank),
                hovertemplate=f"{text(classes[number], 20)} <b>%{{y:.1%}}</b><extra></extra>",
            )
        )
    strip = [] if targets is None else _strip(classes, best, targets[:LINE_STEPS], colours, words)
    y = {"title": words.probability, **value_axis(colours)}
    y |= {
        "range": [0, 1.12 if strip else 1],
        "tickformat": ".0%",
        "tickvals": [0, 0.25, 0.5, 0.75, 1],
    }
    shown = {"showlegend": True, "legend": legend(colours), "hovermode": "x unified"}
    steps = _steps(len(probabilities), words, colours)
    return figure([*areas, *strip], colours, HEIGHT, steps, y, title, **shown)


def _strip(classes, drawn: np.ndarray, targets: np.ndarray, colours: Look, words: Words) -> list:
    """A row of marks above the areas: the target of every step. Targets that are not drawn
    below are grey."""
    rank = {str(classes[number]): place for place, number in enumerate(drawn)}
    shades = [
        colours.categories[rank[str(t)]] if str(t) in rank else colours.muted for t in targets
    ]
    marks = {"color": shades, "size": 9, "symbol": "square"}
    return [
        go.Scatter(
            x0=1,
            y=np.full(len(targets), 1.06, np.float32),
            mode="markers",
            marker=marks,
            text=[text(target, 20) for target in targets],
            name=words.target,
            showlegend=False,
            hovertemplate=f"{words.target} <b>%{{text}}</b><extra></extra>",
        )
    ]


def _line(values: np.ndarray, name: str, colour: str, dash: str) -> go.Scatter:
    shown = np.asarray(values, dtype=np.float32)[:LINE_STEPS]
    return go.Scatter(
        x0=1,
        y=shown,
        mode="lines+markers" if len(shown) <= 30 else "lines",
        line={"width": 2.5, "color": colour, "dash": dash},
        marker={"size": 6, "color": colour},
        name=text(name),
        hovertemplate=f"{text(name)} <b>%{{y:.6~g}}</b><extra></extra>",
    )


def _steps(steps: int, words: Words, colours: Look) -> dict[str, Any]:
    last = min(steps, LINE_STEPS)
    return {
        "title": words.step,
        **base_axis(colours),
        "range": [max(1 - 0.01 * last, 0.5), max(last * 1.01, 1.5)],
        "unifiedhovertitle": {"text": f"{words.step} %{{x}}"},
    } | whole_ticks(1, last)
