"""Probabilities of the classes of one prediction, as bars."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .labels import ENGLISH, Labels
from .layout import build_figure
from .text import escape_text, shorten_all
from .theme import get_palette

MAX_BARS = 8  # the most probable classes, and the true one
BAR_PIXELS = 26
MAX_NAME_CHARACTERS = 24


def select_classes(probabilities: np.ndarray, true_class: int | None) -> np.ndarray:
    """Return the classes to draw, most probable first, among them the true one.

    >>> select_classes(np.array([0.1, 0.6, 0.3]), None)
    array([1, 2, 0])
    """
    order = np.argsort(-probabilities, kind="stable")
    drawn = order[:MAX_BARS]
    if true_class is not None and true_class not in drawn:
        drawn = np.append(drawn[:-1], true_class)
    return drawn


def format_share(share: float) -> str:
    """Format a probability so that only 0 and 1 are shown as such.

    >>> format_share(0.0001), format_share(0.5), format_share(0.99999), format_share(1)
    ('<0.1%', '50.0%', '>99.9%', '100.0%')
    """
    if 0 < share < 0.0005:
        return "<0.1%"
    return ">99.9%" if 0.9995 <= share < 1 else f"{share:.1%}"


def plot_class_probabilities(
    classes: Sequence[object] | np.ndarray,
    probabilities: np.ndarray,
    true_class: int | None = None,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the most probable classes of one prediction as horizontal bars.

    Args:
        classes: (k,) class names.
        probabilities: (k,) from 0 to 1.
        true_class: Index of the true class, which is marked; None if unknown.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    drawn = select_classes(np.asarray(probabilities), true_class)
    values = np.asarray(probabilities, dtype=np.float32)[drawn]
    names = shorten_all([classes[index] for index in drawn], MAX_NAME_CHARACTERS)
    is_true = drawn == (-1 if true_class is None else true_class)
    marks = [f" · {labels.true}" if each else "" for each in is_true]
    bars = go.Bar(
        orientation="h",
        x=values,
        y=np.arange(len(drawn)),
        width=0.72,
        text=[format_share(value) + mark for value, mark in zip(values, marks, strict=True)],
        textposition="outside",
        cliponaxis=False,
        marker={"color": np.where(is_true, colours.categories[2], colours.accent).tolist()},
        customdata=[escape_text(classes[index]) for index in drawn],
        hovertemplate=f"%{{customdata}}<br>{labels.probability} <b>%{{x:.2%}}</b><extra></extra>",
    )
    fig = build_figure(
        [bars],
        colours,
        BAR_PIXELS * len(drawn),
        {"title": labels.probability, "range": [0, 1.35], "tickformat": ".0%"},
        {"range": [len(drawn) - 0.5, -0.5], "showgrid": False},
        title,
    )
    fig.update_xaxes(tickvals=[0, 0.5, 1])
    return fig.update_yaxes(tickvals=np.arange(len(drawn)), ticktext=names)
