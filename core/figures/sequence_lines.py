"""Line plots of sequences over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..data.categories import decode_words
from ..data.sequences import Sequences
from .labels import ENGLISH, Labels
from .layout import (
    BASE_AXIS,
    HEIGHT,
    VALUE_AXIS,
    build_figure,
    build_integer_ticks,
    build_word_ticks,
)
from .text import escape_text
from .theme import get_palette

MAX_LINES, MAX_LINE_STEPS = 36, 1500  # 5.4 bytes of JSON per point


def count_drawn_lines(data: Sequences, rows: slice | np.ndarray | Sequence[int]) -> tuple[int, int]:
    """Count the sequences of ``data[rows]`` and their first steps that ``plot_lines`` draws."""
    lengths = data.lengths[rows][:MAX_LINES]
    return len(lengths), int(min(lengths.max(), MAX_LINE_STEPS))


def plot_lines(
    data: Sequences,
    rows: slice | np.ndarray | Sequence[int],
    feature: int = 0,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot sequences as thin lines over time steps.

    The lines are coloured by target when there are at most 9 distinct per-sequence targets.

    Args:
        data: All sequences.
        rows: Indices, a slice or a boolean array that selects the sequences to draw.
        feature: Index of the feature.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    count, steps = count_drawn_lines(data, rows)
    part = data[rows][:count]
    if part.per_step:
        part = part.with_targets(None)
    targets = np.full(count, "") if part.targets is None else part.targets
    classes = list(np.unique(targets))
    by_class = 1 < len(classes) <= len(colours.categories)
    words = part.categories.get(part.feature_names[feature], ())
    value_hover = "%{text}" if words else "%{y:.6~g}"
    feature_name, target_name = part.feature_names[feature], escape_text(labels.target)
    traces = []
    for row in range(count):
        rank = classes.index(targets[row]) if by_class else 0
        values = part[row][:steps, feature]
        target_text = (
            "" if part.targets is None else f"<br>{target_name} {escape_text(targets[row], 100)}"
        )
        traces.append(
            go.Scatter(
                x0=1,
                y=values,
                text=[escape_text(word) for word in decode_words(values, words)] if words else None,
                mode="lines" if len(values) > 1 else "markers",
                line={
                    "width": 1.5,
                    "color": colours.categories[rank],
                    "shape": "hv" if words else "linear",
                },
                marker={"size": 6, "color": colours.categories[rank]},
                opacity=0.75,
                name=escape_text(classes[rank], 20),
                legendgroup=str(rank),
                legendrank=rank + 1,
                showlegend=by_class and row == int(np.argmax(targets == classes[rank])),
                meta=escape_text(part.ids[row], 100) + target_text,
                hovertemplate=f"{labels.sequence} %{{meta}}<br>{labels.step} %{{x}}"
                f"<br>{escape_text(feature_name, 40)} <b>{value_hover}</b><extra></extra>",
            )
        )
    x = {
        "title": labels.step,
        **BASE_AXIS,
        "range": [max(1 - 0.01 * steps, 0.5), steps * 1.01],
    } | build_integer_ticks(1, steps)
    y = {"title": feature_name, **VALUE_AXIS}
    if words:
        y |= build_word_ticks(words)
    legend = {"title": {"text": target_name, "side": "left", "font": {"size": 13}}}
    return build_figure(traces, colours, HEIGHT, x, y, title, showlegend=by_class, legend=legend)
