"""Figure of predictions by the amount of padding, with and without a mask."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from ..data.padded import Side
from .heatmaps import build_hatch
from .labels import ENGLISH, Labels
from .layout import VALUE_AXIS, build_figure
from .text import escape_text
from .theme import TRANSPARENT, Palette, Settings, get_palette

HEIGHT = 250  # pixels of the plot area
SLIDER_HEIGHT = 32  # pixels
STRIP_SHARE = 0.13  # of the plot area, for the padded sequence
LIVE_TRACES = (2, 3, 4, 5)  # those that a frame moves


def plot_padding_effect(
    steps: np.ndarray,
    masked: np.ndarray,
    unmasked: np.ndarray,
    *,
    side: Side = "pre",
    content: str = "",
    trained: int | None = None,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the predictions of two networks for one sequence by its padded steps.

    A slider, which runs in the browser alone, moves through one frame per number of padded steps.
    A frame shows both predictions and, below them, the padded sequence.

    Args:
        steps: (n,) numbers of padded steps, ascending.
        masked: (n,) predictions of the network with a mask.
        unmasked: (n,) predictions of the network for which padding counts as data.
        side: Side of the padding.
        content: Short text for the real steps of the sequence.
        trained: Padded steps of the sequence in training, marked by a line.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    last = int(steps[-1])
    lines = [
        go.Scatter(
            x=steps,
            y=predictions.astype(np.float32),
            mode="lines",
            line={"color": colour},
            name=escape_text(name),
            hovertemplate=f"{escape_text(name)} <b>%{{y:.2f}}</b><extra></extra>",
        )
        for predictions, colour, name in (
            (masked, colours.accent, labels.masked),
            (unmasked, colours.warning, labels.unmasked),
        )
    ]
    frames = [
        go.Frame(name=str(n), data=_build_frame(n, last, values, side), traces=LIVE_TRACES)
        for n, *values in zip(steps.tolist(), masked.tolist(), unmasked.tolist(), strict=True)
    ]
    values = np.concatenate([masked, unmasked])
    low, high = float(values.min()), float(values.max())
    margin = 0.25 * (high - low) or 1.0  # room for the numbers at the points
    x: Settings = {
        "title": labels.padded,
        "range": [-0.03 * last, 1.03 * last],
        "nticks": 6,
        "anchor": "y2",
        "unifiedhovertitle": {"text": f"{escape_text(labels.padded)}: %{{x}}"},
    }
    y: Settings = {
        "title": labels.prediction,
        **VALUE_AXIS,
        "range": [low - margin, high + margin],
        "domain": [STRIP_SHARE + 0.06, 1],
    }
    figure = build_figure(
        [*lines, *_draw_live_traces(content, colours)],
        colours,
        HEIGHT,
        x,
        y,
        showlegend=True,
        legend={"x": 0, "xanchor": "left"},
        hovermode="x unified",
        yaxis2={"domain": [0, STRIP_SHARE], "range": [-0.5, 0.5], "showticklabels": False},
        sliders=[_build_slider(steps, colours)],
    )
    for number, part in zip(LIVE_TRACES, frames[-1].data, strict=True):
        figure.data[number].update(part)
    # Plotly draws a slider in the bottom margin, below the title of the axis.
    figure.update_layout(height=figure.layout.height + SLIDER_HEIGHT, margin_b=44 + SLIDER_HEIGHT)
    if trained is not None:
        figure.add_vline(
            trained,
            line={"color": colours.muted, "width": 1, "dash": "dot"},
            annotation={
                "text": escape_text(labels.trained_padding),
                "font": {"color": colours.muted, "size": 12},
                "xanchor": "left",
                "yanchor": "bottom",
                "yref": "y domain",
                "y": 0,
            },
            layer="below",
        )
    figure.frames = frames
    return figure


def _draw_live_traces(content: str, colours: Palette) -> list[BaseTraceType]:
    """Draw what a frame moves: two points, the padding, and the real steps beside it."""
    shared: Settings = {"showlegend": False, "hoverinfo": "skip", "cliponaxis": False}
    points = [
        go.Scatter(
            mode="markers+text",
            marker={"size": 12, "color": colour},
            textfont={"color": colour, "size": 15},
            **shared,
        )
        for colour in (colours.accent, colours.warning)
    ]
    padding = go.Bar(
        orientation="h",
        y=[0],
        width=0.9,
        yaxis="y2",
        marker={"color": TRANSPARENT, "pattern": build_hatch(colours), "cornerradius": 3},
        **shared,
    )
    real = go.Scatter(
        yaxis="y2",
        mode="markers+text",
        marker={"symbol": "square", "size": 24, "color": colours.accent},
        text=[escape_text(content, 8)],
        textfont={"color": colours.on_accent, "size": 13},
        **shared,
    )
    return [*points, padding, real]


def _build_frame(n: int, last: int, predictions: list[float], side: Side) -> list[BaseTraceType]:
    """Return what the live traces show with ``n`` padded steps, in their order."""
    horizontal = "right" if n < last / 2 else "left"
    ours, theirs = predictions
    verticals = ("top", "bottom") if ours >= theirs else ("bottom", "top")  # no number on another
    points = [
        go.Scatter(
            x=[n],
            y=[round(value, 4)],
            text=[f"<b>{value:.2f}</b>"],
            textposition=f"{vertical} {horizontal}",
        )
        for value, vertical in zip(predictions, verticals, strict=True)
    ]
    return [*points, go.Bar(x=[n]), go.Scatter(x=[n if side == "pre" else 0], y=[0])]


def _build_slider(steps: np.ndarray, colours: Palette) -> Settings:
    """Return a slider over the frames, as long as the axis."""
    instantly = {
        "mode": "immediate",
        "frame": {"duration": 0, "redraw": False},
        "transition": {"duration": 0},
    }
    return {
        "active": len(steps) - 1,
        "steps": [
            {"method": "animate", "args": [[str(n)], instantly], "label": str(n)}
            for n in steps.tolist()
        ],
        "x": 0,
        "len": 1,
        "y": 0,
        "yanchor": "top",
        "pad": {"l": 0, "r": 0, "t": 46, "b": 0},
        "currentvalue": {"visible": False},
        "bgcolor": colours.accent,
        "activebgcolor": colours.accent,
        "bordercolor": colours.line,
        "borderwidth": 3,
        "ticklen": 0,
        "minorticklen": 0,
        "font": {"size": 1, "color": TRANSPARENT},
        "tickcolor": colours.line,
    }
