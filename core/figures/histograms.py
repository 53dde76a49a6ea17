"""Histograms of lengths, targets and classes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from ..data.validation import SPLITS
from .labels import ENGLISH, Labels
from .layout import BASE_AXIS, HEIGHT, VALUE_AXIS, build_figure, build_integer_ticks
from .text import escape_text, has_horizontal_room, shorten_all
from .theme import Settings, get_palette

MAX_CLASSES = 30  # bars at most
MAX_BINS = 40


def plot_lengths(
    lengths: np.ndarray,
    maxlen: int | None = None,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot a histogram of sequence lengths.

    Args:
        lengths: (n,) time steps per sequence.
        maxlen: Length to mark by a line, None for no line.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    lengths = np.asarray(lengths, dtype=np.int64)
    low, high = int(lengths.min()), int(lengths.max())
    width = -(-(high - low + 1) // MAX_BINS)  # whole steps per bin, rounded up
    counts = np.bincount((lengths - low) // width)
    starts = low + width * np.arange(len(counts))
    spans = [str(s) if width == 1 else f"{s} – {s + width - 1}" for s in starts]
    middles, unit = starts + (width - 1) / 2, labels.sequences
    bars = _draw_bars(middles, counts, spans, colours.accent, labels.length, unit)
    bars.width = width * 0.92
    begin = min(low, maxlen or low) - 0.7
    end = max(int(starts[-1]) + width, (maxlen or 0) + 1) - 0.3
    x = {
        "title": labels.length,
        **BASE_AXIS,
        "range": [begin, end],
    } | build_integer_ticks(low, int(end))
    y, headroom = _build_count_axis(counts.max(), unit), 0 if maxlen is None else 16
    fig = build_figure([bars], colours, HEIGHT - 60, x, y, title, headroom)
    if maxlen is not None:
        fig.add_vline(
            maxlen + 0.5,  # after the bar of the lengths that just fit
            line={"color": colours.warning, "width": 2, "dash": "dash"},
            annotation={
                "text": f"{labels.maxlen} {maxlen}",
                "font": {"color": colours.warning, "size": 13},
                "yanchor": "bottom",
                "xanchor": "right" if maxlen > (begin + end) / 2 else "left",
            },
            annotation_position="top",
        )
    return fig


def count_drawn_classes(targets: np.ndarray) -> tuple[int, int, int]:
    """Count the classes that ``plot_classes`` draws.

    Args:
        targets: (n,) targets per sequence or per step.

    Returns:
        The number of distinct targets with a bar of their own, the number of all distinct
        targets, and the number of sequences or steps whose target has no bar. A histogram of
        numbers includes every target.
    """
    names, counts = np.unique(np.asarray(targets), return_counts=True)
    drawn = len(names) if _is_histogram(names) else min(len(names), MAX_CLASSES)
    return drawn, len(names), int(np.sort(counts)[::-1][drawn:].sum())


def plot_classes(
    targets: np.ndarray,
    split: np.ndarray | None = None,
    *,
    per_step: bool = False,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the number of occurrences of each target, stacked by split.

    Draws one bar per class, or a histogram for more than 20 distinct numbers. Of more than 30
    classes, only the most frequent are drawn, in descending order.

    Args:
        targets: (n,) targets per sequence or per step.
        split: (n,) "train", "validation" or "test"; None for no split.
        per_step: The targets are per step.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    unit = labels.steps if per_step else labels.sequences
    targets = np.asarray(targets)
    names, indices = np.unique(targets, return_inverse=True)
    horizontal = False
    class_axis: Settings = {}
    if _is_histogram(names):
        edges = _bin_edges(names)
        indices = np.clip(np.searchsorted(edges, targets, side="right") - 1, 0, len(edges) - 2)
        offset = 0.5 if names.dtype.kind in "iu" else 0  # whole numbers: 0 – 2, then 3 – 5
        spans = pairwise(edges)
        bar_labels = [
            " – ".join({f"{a + offset:.6g}": 0, f"{b - offset:.6g}": 0}) for a, b in spans
        ]
        positions, gap = (edges[:-1] + edges[1:]) / 2, 0.08
    else:
        names, indices = _select_most_frequent(names, indices)
        bar_labels = [escape_text(name, 100) for name in names]
        positions, gap = np.arange(len(names)), 0.3
        short_names = shorten_all(names, 16)
        room = 0.6 if len(names) > 2 else 1.2  # otherwise two classes fill the whole plot
        ends = [-room, len(names) - 1 + room]
        class_axis = {"tickvals": positions, "ticktext": short_names, "range": ends}
        horizontal = not has_horizontal_room(short_names)
        if horizontal:  # long names need horizontal bars, with the first at the top
            class_axis |= {"ticktext": shorten_all(names, 22), "range": ends[::-1]}
    class_axis |= {"title": labels.target, **BASE_AXIS}
    groups: list[tuple[str | None, np.ndarray, str]] = [(None, indices >= 0, colours.accent)]
    if split is not None:
        shades = dict(zip(SPLITS, colours.categories, strict=False))
        groups = [
            (s, (split == s) & (indices >= 0), shades[s]) for s in SPLITS if (split == s).any()
        ]
    traces = []
    for name, rows, colour in groups:
        counts = np.bincount(indices[rows], minlength=len(positions))
        bars = _draw_bars(positions, counts, bar_labels, colour, labels.target, unit, horizontal)
        if name is not None:
            bars.name = getattr(labels, name)
            bars.hovertemplate = bars.hovertemplate.replace("<extra>", f"<br>{bars.name}<extra>")
        traces.append(bars)
    y = _build_count_axis(np.bincount(indices[indices >= 0]).max(), unit)
    x, y = (y, class_axis) if horizontal else (class_axis, y)
    height = max(HEIGHT - 60, 16 * len(positions)) if horizontal else HEIGHT - 60
    return build_figure(
        traces,
        colours,
        height,
        x,
        y,
        title,
        barmode="stack",
        bargap=gap,
        showlegend=len(groups) > 1,
        legend={"traceorder": "normal"},
    )


def _draw_bars(
    positions: np.ndarray,
    counts: np.ndarray,
    names: list[str],
    colour: str,
    title: str,
    unit: str,
    horizontal: bool = False,
) -> go.Bar:
    x, y, count_axis = (counts, positions, "x") if horizontal else (positions, counts, "y")
    return go.Bar(
        x=x,
        y=y,
        orientation="h" if horizontal else "v",
        customdata=names,
        marker={"color": colour},
        hovertemplate=f"{escape_text(title)} %{{customdata}}<br><b>%{{{count_axis}:,}}</b> "
        f"{unit}<extra></extra>",
    )


def _bin_edges(values: np.ndarray) -> np.ndarray:
    """Compute the bin edges of a histogram.

    Bins of integers contain equally many of them: otherwise bars alternate between high and low.
    """
    if values.dtype.kind == "f":
        return np.histogram_bin_edges(values, MAX_BINS)
    low, high = float(values.min()), float(values.max())
    width = -(-(high - low + 1) // MAX_BINS)
    return low - 0.5 + width * np.arange(-(-(high - low + 1) // width) + 1)


def _is_histogram(names: np.ndarray) -> bool:
    return names.dtype.kind in "iuf" and len(names) > 20


def _select_most_frequent(names: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Select at most ``MAX_CLASSES`` classes, most frequent first; the others get index −1."""
    if len(names) <= MAX_CLASSES:
        return names, indices
    selected = np.argsort(-np.bincount(indices), kind="stable")[:MAX_CLASSES]
    rank = np.full(len(names), -1)
    rank[selected] = np.arange(len(selected))
    return names[selected], rank[indices]


def _build_count_axis(most: int, unit: str) -> Settings:
    ticks = {"dtick": 1} if most < 6 else {}  # otherwise Plotly sets ticks between integers
    return {
        "title": unit,
        "rangemode": "tozero",
        "tickformat": ",d",
        **VALUE_AXIS,
        **ticks,
    }
