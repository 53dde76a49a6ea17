"""Sequences as lines over time."""

from __future__ import annotations

from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..data.sequences import Sequences
from .theme import (
    ENGLISH,
    HEIGHT,
    Words,
    base_axis,
    figure,
    legend,
    look,
    text,
    value_axis,
    whole_ticks,
)

LINES, LINE_STEPS = 36, 1500  # drawn at most; 5.4 bytes a point


def drawn_lines(data: Sequences, rows: Any) -> tuple[int, int]:
    """How many sequences of ``data[rows]``, and how many of their first steps,
    ``lines_figure`` draws."""
    lengths = data.lengths[rows][:LINES]
    return len(lengths), int(min(lengths.max(), LINE_STEPS))


def lines_figure(
    data: Sequences,
    rows: Any,
    feature: int = 0,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Sequences as thin lines by step, coloured by class where there are at most 9
    different targets, one a sequence; ``rows`` are indices, a slice or a boolean array into
    ``data``."""
    colours = look(dark)
    count, steps = drawn_lines(data, rows)
    part = data[rows][:count]
    if part.per_step:
        part = part.with_targets(None)
    targets = np.full(count, "") if part.targets is None else part.targets
    classes = list(np.unique(targets))
    few = 1 < len(classes) <= len(colours.categories)
    traces = []
    for row in range(count):
        rank = classes.index(targets[row]) if few else 0
        shown = part[row][:steps, feature]
        about = "" if part.targets is None else f"<br>{words.target} {text(targets[row], 100)}"
        traces.append(
            go.Scatter(
                x0=1,
                y=shown,
                mode="lines" if len(shown) > 1 else "markers",
                line={"width": 1.5, "color": colours.categories[rank]},
                marker={"size": 6, "color": colours.categories[rank]},
                opacity=0.75,
                name=text(classes[rank], 20),
                legendgroup=str(rank),
                legendrank=rank + 1,
                showlegend=few and row == int(np.argmax(targets == classes[rank])),
                meta=text(part.ids[row], 100) + about,
                hovertemplate=f"{words.sequence} %{{meta}}<br>{words.step} %{{x}}"
                f"<br>{words.value} <b>%{{y:.6~g}}</b><extra></extra>",
            )
        )
    x = {
        "title": words.step,
        **base_axis(colours),
        "range": [max(1 - 0.01 * steps, 0.5), steps * 1.01],
    } | whole_ticks(1, steps)
    y = {"title": part.feature_names[feature], **value_axis(colours)}
    named = legend(colours) | {
        "title": {"text": words.target, "side": "left", "font": {"size": 13}}
    }
    return figure(traces, colours, HEIGHT, x, y, title, showlegend=few, legend=named)
