"""Line plots of sequences over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ..data.categories import decode_words
from ..data.sequences import Sequences
from .examples import MAX_COLOURED_CLASSES
from .labels import ENGLISH, Labels
from .layout import (
    BASE_AXIS,
    HEIGHT,
    VALUE_AXIS,
    build_class_legend,
    build_figure,
    build_integer_ticks,
    build_word_ticks,
)
from .text import escape_text
from .theme import Palette, Settings, build_colour_scale, get_palette

MAX_LINES, MAX_LINE_STEPS = 36, 1500  # 5.4 bytes of JSON per point
DASHED_FROM = MAX_COLOURED_CLASSES // 2  # a second difference beside the colour


def count_drawn_lines(data: Sequences, rows: slice | np.ndarray | Sequence[int]) -> tuple[int, int]:
    """Count the sequences of ``data[rows]`` and their first steps that ``plot_lines`` draws."""
    lengths = data.lengths[rows][:MAX_LINES]
    return len(lengths), int(min(lengths.max(), MAX_LINE_STEPS))


def plot_lines(
    data: Sequences,
    rows: slice | np.ndarray | Sequence[int],
    feature: int = 0,
    *,
    classes: Sequence[object] | np.ndarray | None = None,
    highlight: object | None = None,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot sequences as thin lines over time steps, coloured by their targets.

    Up to 12 classes have a colour each, from the seventh on with dashes. More classes have no
    colours. Numbers are coloured on a continuous scale.

    Args:
        data: All sequences.
        rows: Indices, a slice or a boolean array that selects the sequences to draw.
        feature: Index of the feature.
        classes: All classes, so that one has the same colour whatever is drawn. None for the
            targets that are drawn, empty if the targets are not classes.
        highlight: Class to draw in front of all others, which are grey.
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
    known = np.unique(targets) if classes is None else np.asarray(classes)
    styles, class_names = _style_lines(targets, list(known), highlight, colours)
    words = part.categories.get(part.feature_names[feature], ())
    value_hover = "%{text}" if words else "%{y:.6~g}"
    feature_name, target_name = part.feature_names[feature], escape_text(labels.target)
    traces: list[go.Scatter] = []
    in_legend: set[object] = set()
    in_front = targets == highlight if highlight is not None else np.zeros(count, bool)
    for row in np.argsort(in_front, kind="stable").tolist():
        values = part[row][:steps, feature]
        target_text = (
            "" if part.targets is None else f"<br>{target_name} {escape_text(targets[row], 100)}"
        )
        name = class_names.get(targets[row])
        traces.append(
            go.Scatter(
                x0=1,
                y=values,
                text=[escape_text(word) for word in decode_words(values, words)] if words else None,
                mode="lines" if len(values) > 1 else "markers",
                line={"width": 1.2, "shape": "hv" if words else "linear", **styles[row]},
                marker={"size": 6, "color": styles[row]["color"]},
                opacity=0.8,
                name=name,
                legendrank=1 + list(known).index(targets[row]) if name is not None else None,
                showlegend=name is not None and targets[row] not in in_legend,
                meta=escape_text(part.ids[row], 100) + target_text,
                hovertemplate=f"{labels.sequence} %{{meta}}<br>{labels.step} %{{x}}"
                f"<br>{escape_text(feature_name, 40)} <b>{value_hover}</b><extra></extra>",
            )
        )
        in_legend.add(targets[row])
    if len(known) == 0 and part.targets is not None and targets.dtype.kind != "O":
        traces.append(_draw_colour_bar(targets, target_name, colours))
    x = {
        "title": labels.step,
        **BASE_AXIS,
        "range": [max(1 - 0.01 * steps, 0.5), steps * 1.01],
    } | build_integer_ticks(1, steps)
    y = {"title": feature_name, **VALUE_AXIS}
    if words:
        y |= build_word_ticks(words)
    names = [str(trace.name) for trace in traces if trace.showlegend]
    legend, headroom = build_class_legend(names, labels.target)
    return build_figure(
        traces, colours, HEIGHT, x, y, title, headroom, showlegend=bool(names), legend=legend
    )


def _style_lines(
    targets: np.ndarray, classes: list[object], highlight: object | None, colours: Palette
) -> tuple[list[Settings], dict[object, str]]:
    """Return the style of each line, and the names in the legend by class."""
    if not classes and targets.dtype.kind in "iuf":
        low, high = float(targets.min()), float(targets.max())
        share = (targets - low) / (high - low or 1.0)
        scale = build_colour_scale(colours.sequential)
        return [{"color": shade} for shade in sample_colorscale(scale, share)], {}
    if highlight is not None:
        front: Settings = {"color": colours.accent, "width": 2}
        if highlight in classes[:MAX_COLOURED_CLASSES] and len(classes) <= MAX_COLOURED_CLASSES:
            front |= _style_class(classes.index(highlight), colours)
        behind: Settings = {"color": colours.background}
        styles = [front if target == highlight else behind for target in targets]
        return styles, {highlight: escape_text(highlight, 20)}
    if 1 < len(classes) <= MAX_COLOURED_CLASSES:
        styles = [_style_class(classes.index(target), colours) for target in targets]
        return styles, {each: escape_text(each, 20) for each in classes}
    return [{"color": colours.accent}] * len(targets), {}


def _style_class(rank: int, colours: Palette) -> Settings:
    return {"color": colours.classes[rank], "dash": "solid" if rank < DASHED_FROM else "5px,2px"}


def _draw_colour_bar(targets: np.ndarray, title: str, colours: Palette) -> go.Scatter:
    """Draw the colour bar of numbers, which lines do not have, by a trace without points."""
    marker = {
        "color": [targets.min()],
        "cmin": targets.min(),
        "cmax": targets.max() if targets.max() > targets.min() else targets.min() + 1,
        "colorscale": build_colour_scale(colours.sequential),
        "showscale": True,
        "colorbar": {"thickness": 8, "outlinewidth": 0, "title": {"text": title, "side": "right"}},
    }
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, hoverinfo="skip")
