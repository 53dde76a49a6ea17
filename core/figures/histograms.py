"""Histograms of lengths, and of targets or classes by part of the data."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..data.sequences import SPLITS
from .theme import (
    ENGLISH,
    HEIGHT,
    Look,
    Words,
    base_axis,
    beside,
    figure,
    legend,
    look,
    shortened,
    text,
    value_axis,
    whole_ticks,
)

CLASSES = 30  # bars at most
BINS = 40


def lengths_figure(
    lengths: np.ndarray,
    maxlen: int | None = None,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Histogram of lengths (n,), with a line at ``maxlen`` if one is given."""
    colours = look(dark)
    lengths = np.asarray(lengths, dtype=np.int64)
    low, high = int(lengths.min()), int(lengths.max())
    width = -(-(high - low + 1) // BINS)  # whole steps a bin, rounded up
    counts = np.bincount((lengths - low) // width)
    starts = low + width * np.arange(len(counts))
    spans = [str(s) if width == 1 else f"{s} – {s + width - 1}" for s in starts]
    middles, unit = starts + (width - 1) / 2, words.sequences
    bars = _bars(middles, counts, spans, colours.accent, words.length, unit)
    bars.width = width * 0.92
    begin = min(low, maxlen or low) - 0.7
    end = max(int(starts[-1]) + width, (maxlen or 0) + 1) - 0.3
    x = {"title": words.length, **base_axis(colours), "range": [begin, end]} | whole_ticks(
        low, int(end)
    )
    fig = figure([bars], colours, HEIGHT - 60, x, _counts(counts.max(), unit, colours), title)
    if maxlen is not None:
        fig.update_layout(margin_t=fig.layout.margin.t + 16, height=fig.layout.height + 16)
        fig.add_vline(
            maxlen + 0.5,  # behind the bar of the lengths that just fit
            line={"color": colours.warning, "width": 2, "dash": "dash"},
            annotation={
                "text": f"{words.maxlen} {maxlen}",
                "font": {"color": colours.warning, "size": 13},
                "yanchor": "bottom",
                "xanchor": "right" if maxlen > (begin + end) / 2 else "left",
            },
            annotation_position="top",
        )
    return fig


def drawn_classes(targets: np.ndarray) -> tuple[int, int, int]:
    """How many different targets ``classes_figure`` draws a bar for, how many there are, and
    how many sequences, or steps, have one of the rest. A histogram draws them all."""
    names, counts = np.unique(np.asarray(targets), return_counts=True)
    drawn = len(names) if _is_histogram(names) else min(len(names), CLASSES)
    return drawn, len(names), int(np.sort(counts)[::-1][drawn:].sum())


def classes_figure(
    targets: np.ndarray,
    split: np.ndarray | None = None,
    *,
    per_step: bool = False,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """How often each target occurs, one a sequence or one a step, stacked by split: a bar a
    class; for more than 20 different numbers a histogram. Of more than 30 classes the commonest,
    in this order."""
    colours = look(dark)
    unit = words.steps if per_step else words.sequences
    targets = np.asarray(targets)
    names, place = np.unique(targets, return_inverse=True)
    lying = False
    if _is_histogram(names):
        edges = _edges(names)
        place = np.clip(np.searchsorted(edges, targets, side="right") - 1, 0, len(edges) - 2)
        inside = 0.5 if names.dtype.kind in "iu" else 0  # whole numbers: 0 – 2, then 3 – 5
        spans = pairwise(edges)
        labels = [" – ".join({f"{a + inside:.6g}": 0, f"{b - inside:.6g}": 0}) for a, b in spans]
        at, kinds, gap = (edges[:-1] + edges[1:]) / 2, {}, 0.08
    else:
        names, place = _commonest(names, place)
        labels = [text(name, 100) for name in names]
        at, gap = np.arange(len(names)), 0.3
        short = shortened(names, 16)
        room = 0.6 if len(names) > 2 else 1.2  # or two classes make two walls
        kinds = {"tickvals": at, "ticktext": short, "range": [-room, len(names) - 1 + room]}
        lying = not beside(short)
        if lying:  # long names stand beside bars that lie, the first on top
            kinds |= {"ticktext": shortened(names, 22), "range": kinds["range"][::-1]}
    kinds |= {"title": words.target, **base_axis(colours)}
    parts = [(None, place >= 0, colours.accent)]
    if split is not None:
        shades = dict(zip(SPLITS, colours.categories, strict=False))
        parts = [(s, (split == s) & (place >= 0), shades[s]) for s in SPLITS if (split == s).any()]
    traces = []
    for name, rows, colour in parts:
        counts = np.bincount(place[rows], minlength=len(at))
        bars = _bars(at, counts, labels, colour, words.target, unit, lying)
        if name is not None:
            bars.name = getattr(words, name)
            bars.hovertemplate = bars.hovertemplate.replace("<extra>", f"<br>{bars.name}<extra>")
        traces.append(bars)
    shown = {"showlegend": len(parts) > 1, "legend": legend(colours) | {"traceorder": "normal"}}
    y = _counts(np.bincount(place[place >= 0]).max(), unit, colours)
    x, y = (y, kinds) if lying else (kinds, y)
    height = max(HEIGHT - 60, 16 * len(at)) if lying else HEIGHT - 60
    return figure(traces, colours, height, x, y, title, barmode="stack", bargap=gap, **shown)


def _bars(
    at: np.ndarray,
    counts: np.ndarray,
    names: list[str],
    colour: str,
    what: str,
    unit: str,
    lying: bool = False,
) -> go.Bar:
    x, y, count = (counts, at, "x") if lying else (at, counts, "y")
    return go.Bar(
        x=x,
        y=y,
        orientation="h" if lying else "v",
        customdata=names,
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"{text(what)} %{{customdata}}<br><b>%{{{count}:,}}</b> "
        f"{unit}<extra></extra>",
    )


def _edges(values: np.ndarray) -> np.ndarray:
    """Of the bins of a histogram. Those of whole numbers hold equally many of them: else bars
    would be high and low by turns."""
    if values.dtype.kind == "f":
        return np.histogram_bin_edges(values, BINS)
    low, high = float(values.min()), float(values.max())
    width = -(-(high - low + 1) // BINS)
    return low - 0.5 + width * np.arange(-(-(high - low + 1) // width) + 1)


def _is_histogram(names: np.ndarray) -> bool:
    return names.dtype.kind in "iuf" and len(names) > 20


def _commonest(names: np.ndarray, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of more than CLASSES classes the commonest, commonest first; −1 is the place of the rest."""
    if len(names) <= CLASSES:
        return names, place
    kept = np.argsort(-np.bincount(place), kind="stable")[:CLASSES]
    rank = np.full(len(names), -1)
    rank[kept] = np.arange(len(kept))
    return names[kept], rank[place]


def _counts(most: int, unit: str, colours: Look) -> dict[str, Any]:
    ticks = {"dtick": 1} if most < 6 else {}  # or Plotly sets ticks between whole sequences
    return {
        "title": unit,
        "rangemode": "tozero",
        "tickformat": ",d",
        **value_axis(colours),
        **ticks,
    }
