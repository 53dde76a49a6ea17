"""Curves of a training, and of several beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from .theme import (
    ENGLISH,
    HEIGHT,
    Words,
    figure,
    legend,
    look,
    text,
    value_axis,
    whole_ticks,
)

CURVE_POINTS = 5_000
EPOCHS = 20  # on the axis of a training that has just begun


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


def decades(traces: list[go.Scatter]) -> dict[str, Any]:
    """A logarithmic axis with written-out ticks at 1, 2, 5 (or powers of ten, when many)."""
    points = np.concatenate([trace.y for trace in traces] or [np.ones(1)])
    points = points[np.isfinite(points) & (points > 0)] if (points > 0).any() else np.ones(1)
    low, high = np.floor(np.log10(points.min())), np.ceil(np.log10(points.max()))
    powers = 10.0 ** np.arange(low, high + 1)
    ticks = (powers[:, None] * ((1, 2, 5) if high - low <= 3 else (1,))).ravel()
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
