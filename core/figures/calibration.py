"""Calibration plot (reliability diagram) of a classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from .labels import ENGLISH, Labels
from .layout import HEIGHT, VALUE_AXIS, build_figure
from .points import draw_points, draw_reference_line
from .theme import get_palette


def plot_calibration(
    confidence: Sequence[Sequence[float]], *, dark: bool = False, labels: Labels = ENGLISH
) -> go.Figure:
    """Plot calibration: the share of correct predictions over their predicted probability.

    On the line the two are equal.

    Args:
        confidence: Mean probability, share of correct predictions and count per bin.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    probabilities, shares, counts = np.array(confidence).T
    ends = np.array([0.0, 1.0])
    size = 8 + 22 * np.sqrt(counts / counts.max())
    hover = (
        f"{labels.probability} %{{x:.0%}}<br>{labels.right} <b>%{{y:.0%}}</b><br>"
        "n = %{customdata:,}<extra></extra>"
    )
    points = draw_points(probabilities, shares, hover, colours, size=size, customdata=counts)
    share_axis = {"range": [-0.05, 1.08], "tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    x = {"title": labels.probability, **VALUE_AXIS, **share_axis}
    y = {"title": labels.right, **VALUE_AXIS, **share_axis}
    return build_figure([draw_reference_line(ends, ends, colours), points], colours, HEIGHT, x, y)
