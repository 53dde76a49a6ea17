"""Lines and bars: sequences over time, lengths, classes, training curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .theme import ENGLISH, Look, Words, beside, figure, legend, look, shortened, text, whole_ticks
from ..data.sequences import SPLITS, Sequences

LINES, LINE_STEPS = 36, 1500  # drawn at most; 5.4 bytes a point
CLASSES = 30  # bars at most
BINS = 40
CURVE_POINTS = 5_000
EPOCHS = 20  # on the axis of a training that has just begun
HEIGHT = 260


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


def history_figure(
    history: Mapping[str, Sequence[float]],
    epochs: int | None = None,
    *,
    metric: str = "loss",
    label: str = "",
    log: bool = False,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Training and validation curve of one metric, by epoch counted from 1.

    history  as ``TrainedModel.history``: a list a metric, validation under "val_" + metric
    epochs   the planned epochs of a running training: the curve grows into an axis that doubles
             until it holds them all, so that 1,000 of them do not squeeze the first 20
    label    the metric with its unit, e.g. "loss (mse)"
    log      logarithmic axis, for a loss that falls through decades
    """
    colours = look(dark)
    done = max((len(history.get(key, ())) for key in (metric, f"val_{metric}")), default=0)
    last = max(done, 2)
    if epochs is not None:
        room = EPOCHS * 2 ** max(0, int(np.ceil(np.log2(max(done, 1) / EPOCHS))))
        last = max(min(epochs, room), last)
    stride = -(-done // CURVE_POINTS)  # beyond 5,000 epochs every second point, and so on
    share = metric == "accuracy"
    form = ":.1%" if share else ":.4~g"
    traces = []
    for key, name, colour, dash in (
        (metric, words.training, colours.accent, "solid"),
        (f"val_{metric}", words.validation, colours.categories[1], "dot"),
    ):
        curve = np.asarray(history.get(key, ()), dtype=np.float32)
        if not len(curve):
            continue
        traces.append(
            go.Scatter(
                x0=1,
                dx=max(stride, 1),
                y=curve[:: max(stride, 1)],
                mode="lines+markers" if len(curve) == 1 else "lines",
                line={"width": 2.5, "color": colour, "dash": dash},
                marker={"size": 8, "color": colour},
                cliponaxis=False,  # the point of epoch 1 stands on the edge
                name=text(name),
                hovertemplate=f"{text(name)} <b>%{{y{form}}}</b><extra></extra>",
            )
        )
    x = {
        "title": words.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **whole_ticks(1, last),
    }
    x |= {"hoverformat": "d", "unifiedhovertitle": {"text": f"{words.epoch} %{{x}}"}}
    y = {"title": label or metric, **value_axis(colours)}
    if share:
        y |= {"range": [0, 1], "tickformat": ".0%"}
    else:
        y |= decades(traces) if log else {"rangemode": "tozero"}
    shown = {"showlegend": len(traces) > 1, "legend": legend(colours), "hovermode": "x unified"}
    fig = figure(traces, colours, HEIGHT, x, y, title, **shown)
    if not any(np.isfinite(trace.y).any() for trace in traces):  # Plotly would make up numbers
        fig.update_xaxes(showticklabels=False)
        fig.update_yaxes(showticklabels=False, showgrid=False)
    if not done:
        middle = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper", "showarrow": False}
        fig.add_annotation(text=words.waiting, font={"color": colours.muted}, **middle)
    return fig


def compare_figure(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    label: str = "",
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Loss curves of several trainings by epoch, on a logarithmic axis: of the validation rows
    (dotted) where a training has some, else of the training rows."""
    colours = look(dark)
    traces, last = [], 2
    for rank, (name, history) in enumerate(histories.items()):
        key = "val_loss" if history.get("val_loss") else "loss"
        curve = np.asarray(history[key], dtype=np.float32)
        stride = max(-(-len(curve) * len(histories) // CURVE_POINTS), 1)
        last = max(last, len(curve))
        what = words.validation if key == "val_loss" else words.training
        colour = colours.categories[rank % len(colours.categories)]
        traces.append(
            go.Scatter(
                x0=1,
                dx=stride,
                y=curve[::stride],
                mode="lines+markers" if len(curve) == 1 else "lines",
                line={"width": 2, "color": colour, "dash": "dot" if "val" in key else "solid"},
                name=text(name, 40),
                hovertemplate=f"{text(name, 40)}, {what} <b>%{{y:.4~g}}</b><extra></extra>",
            )
        )
    x = {
        "title": words.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **whole_ticks(1, last),
    }
    y = {"title": label, **value_axis(colours), **decades(traces)}
    shown = {"showlegend": True, "legend": legend(colours), "hovermode": "x"}
    return figure(traces, colours, HEIGHT, x, y, title, **shown)


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


def decades(traces: list[go.Scatter]) -> dict[str, Any]:
    """A logarithmic axis with written-out ticks at 1, 2, 5 (or powers of ten, when many)."""
    points = np.concatenate([trace.y for trace in traces] or [np.ones(1)])
    points = points[np.isfinite(points) & (points > 0)] if (points > 0).any() else np.ones(1)
    low, high = np.floor(np.log10(points.min())), np.ceil(np.log10(points.max()))
    powers = 10.0 ** np.arange(low, high + 1)
    ticks = (powers[:, None] * ((1, 2, 5) if high - low <= 3 else (1,))).ravel()
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def base_axis(colours: Look) -> dict[str, Any]:
    """The axis that data stands on."""
    return {"showline": True, "linecolor": colours.line}


def value_axis(colours: Look) -> dict[str, Any]:
    """A value axis: "0.0002" and "2×10⁻⁷", where Plotly's own choice is "200μ"."""
    plain = {"exponentformat": "power", "minexponent": 4}
    return {"showgrid": True, "gridcolor": colours.line, "nticks": 6, **plain}
