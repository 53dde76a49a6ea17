"""Learning curves of one training run or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from .labels import ENGLISH, Labels
from .layout import HEIGHT, VALUE_AXIS, build_figure, build_integer_ticks
from .text import escape_text
from .theme import Settings, get_palette

MAX_CURVE_POINTS = 5_000
MIN_AXIS_EPOCHS = 20  # on the axis of a training run that has just started


def plot_history(
    history: Mapping[str, Sequence[float]],
    epochs: int | None = None,
    *,
    metric: str = "loss",
    label: str = "",
    log: bool = False,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the training and validation curves of one metric, by epoch counted from 1.

    Args:
        history: One list per metric, as in ``TrainedModel.history``; validation is under "val_" +
            metric. With "member", each member of an ensemble has curves of its own, which begin at
            epoch 1.
        epochs: Planned epochs of an active run, or of a member. The axis doubles until it covers
            them all, so that 1,000 planned epochs do not compress the first 20.
        metric: Key of the metric in the history.
        label: The metric with its unit, e.g. "loss (mse)".
        log: Use a logarithmic axis, for a loss that falls by orders of magnitude.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    members = _split_members(history)
    keys = (metric, f"val_{metric}")
    completed = max(len(member.get(key, ())) for member in members.values() for key in keys)
    last = max(completed, 2)
    if epochs is not None:
        room = MIN_AXIS_EPOCHS * 2 ** max(
            0, int(np.ceil(np.log2(max(completed, 1) / MIN_AXIS_EPOCHS)))
        )
        last = max(min(epochs, room), last)
    stride = -(-completed // MAX_CURVE_POINTS)  # above 5,000 epochs every second point, and so on
    is_share = metric == "accuracy"
    number_format = ":.1%" if is_share else ":.4~g"
    kinds = (
        (metric, labels.training, colours.accent, "solid"),
        (f"val_{metric}", labels.validation, colours.categories[1], "dot"),
    )
    traces = []
    for number, member in members.items():
        for key, name, colour, dash in kinds:
            curve = np.asarray(member.get(key, ()), dtype=np.float32)
            if not len(curve):
                continue
            hover_name = escape_text(name)
            if number is not None:
                hover_name = escape_text(f"{labels.member.format(n=number)}, {name}")
            traces.append(
                go.Scatter(
                    x0=1,
                    dx=max(stride, 1),
                    y=curve[:: max(stride, 1)],
                    mode="lines+markers" if len(curve) == 1 else "lines",
                    line={"color": colour, "dash": dash},
                    marker={"size": 8, "color": colour},
                    cliponaxis=False,  # the point of epoch 1 is on the edge
                    name=escape_text(name),
                    legendgroup=key,  # one entry for all members
                    showlegend=number == next(iter(members)),
                    hovertemplate=f"{hover_name} <b>%{{y{number_format}}}</b><extra></extra>",
                )
            )
    x = {
        "title": labels.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **build_integer_ticks(1, last),
    }
    x |= {"hoverformat": "d", "unifiedhovertitle": {"text": f"{labels.epoch} %{{x}}"}}
    y = {"title": label or metric, **VALUE_AXIS}
    if is_share:
        y |= {"range": [0, 1], "tickformat": ".0%"}
    else:
        y |= build_log_axis(traces) if log else {"rangemode": "tozero"}
    fig = build_figure(
        traces,
        colours,
        HEIGHT,
        x,
        y,
        title,
        showlegend=len({trace.name for trace in traces}) > 1,
        hovermode="x unified",
    )
    if not any(np.isfinite(trace.y).any() for trace in traces):  # Plotly would invent tick values
        fig.update_xaxes(showticklabels=False)
        fig.update_yaxes(showticklabels=False, showgrid=False)
    if not completed:
        position = {"x": 0.5, "y": 0.5, "xref": "paper", "yref": "paper"}
        fig.add_annotation(text=labels.waiting, font={"color": colours.muted}, **position)
    return fig


def _split_members(
    history: Mapping[str, Sequence[float]],
) -> dict[int | None, Mapping[str, Sequence[float]]]:
    """Return the history of each member of an ensemble; by None that of a single network."""
    if not history.get("member"):
        return {None: history}
    numbers = np.asarray(history["member"], int)
    metrics = {key: np.asarray(values) for key, values in history.items()}
    return {
        int(number): {key: values[numbers == number].tolist() for key, values in metrics.items()}
        for number in np.unique(numbers)
    }


def plot_penalties(
    history: Mapping[str, Sequence[float]],
    *,
    metric: str = "loss",
    label: str = "",
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the leave-one-out curve of a model in closed form, by its penalty.

    Args:
        history: As in ``TrainedModel.history``, with "penalty".
        metric: Key of the metric in the history.
        label: The metric with its unit, e.g. "loss (mse)".
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    penalties, curve = np.asarray(history["penalty"]), np.asarray(history[metric])
    is_share = metric == "accuracy"
    number_format = ":.1%" if is_share else ":.4~g"
    name = escape_text(labels.left_out)
    line = go.Scatter(
        x=penalties,
        y=curve,
        mode="lines+markers",
        line={"color": colours.accent},
        marker={"size": 6, "color": colours.accent},
        name=name,
        hovertemplate=f"{name} <b>%{{y{number_format}}}</b><extra></extra>",
    )
    x = {"title": labels.penalty, "type": "log", "dtick": 1, "exponentformat": "power"}
    x |= {"hoverformat": ".3~g", "unifiedhovertitle": {"text": f"{labels.penalty} %{{x}}"}}
    y = {"title": label or metric, **VALUE_AXIS}
    y |= {"range": [0, 1], "tickformat": ".0%"} if is_share else {"rangemode": "tozero"}
    fig = build_figure([line], colours, HEIGHT, x, y, title, hovermode="x unified")
    chosen = float(penalties[np.argmin(history["loss"])])
    fig.add_vline(chosen, line={"dash": "dot", "color": colours.muted})
    fig.add_annotation(
        x=float(np.log10(chosen)),  # where Plotly expects it on a logarithmic axis
        y=0,
        yref="y domain",
        text=labels.chosen_penalty.format(penalty=f"{chosen:.3g}"),
        font={"color": colours.muted},
        showarrow=False,
        xanchor="right",
        yanchor="bottom",
    )
    return fig


def plot_loss_curves(
    histories: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    label: str = "",
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the loss curves of several runs by epoch, on a logarithmic axis.

    Args:
        histories: History per run. A run with a validation set shows its validation loss
            (dotted), any other run its training loss.
        label: Title of the loss axis.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    traces, last = [], 2
    for name, history in histories.items():
        key = "val_loss" if history.get("val_loss") else "loss"
        curve = np.asarray(history[key], dtype=np.float32)
        stride = max(-(-len(curve) * len(histories) // MAX_CURVE_POINTS), 1)
        last = max(last, len(curve))
        split_name = labels.validation if key == "val_loss" else labels.training
        run_name = escape_text(name, 40)
        traces.append(
            go.Scatter(
                x0=1,
                dx=stride,
                y=curve[::stride],
                mode="lines+markers" if len(curve) == 1 else "lines",
                line={"width": 2, "dash": "dot" if "val" in key else "solid"},
                name=run_name,
                hovertemplate=f"{run_name}, {split_name} <b>%{{y:.4~g}}</b><extra></extra>",
            )
        )
    x = {
        "title": labels.epoch,
        "range": [max(1 - 0.015 * last, 0.5), last * 1.015],
        **build_integer_ticks(1, last),
    }
    y = {"title": label, **VALUE_AXIS, **build_log_axis(traces)}
    return build_figure(traces, colours, HEIGHT, x, y, title, showlegend=True, hovermode="x")


def build_log_axis(traces: list[go.Scatter]) -> Settings:
    """Return a logarithmic axis with ticks at 1, 2 and 5, or at powers of ten for a long one."""
    points = np.concatenate([trace.y for trace in traces] or [np.ones(1)])
    points = points[np.isfinite(points) & (points > 0)] if (points > 0).any() else np.ones(1)
    low, high = np.floor(np.log10(points.min())), np.ceil(np.log10(points.max()))
    powers = 10.0 ** np.arange(low, high + 1)
    ticks = (powers[:, None] * ((1, 2, 5) if high - low <= 3 else (1,))).ravel()
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
