"""Points of predictions, and the line on which those of an ideal model are."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from .theme import Palette


def draw_reference_line(x: np.ndarray, y: np.ndarray, colours: Palette) -> go.Scatter:
    """Draw the line on which the points of an ideal model are."""
    line = {"color": colours.muted, "width": 1.5, "dash": "dot"}
    return go.Scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip")


def draw_points(
    x: np.ndarray,
    y: np.ndarray,
    hover: str,
    colours: Palette,
    size: float | np.ndarray = 7,
    **settings: object,
) -> go.Scatter:
    """Draw points that show through each other where they overlap.

    Args:
        x: Horizontal positions.
        y: Vertical positions.
        hover: Template of the text under the pointer.
        colours: Colours of the page's mode.
        size: Diameter in pixels, for all points or for each.
        **settings: Further settings of the trace.
    """
    marker = {"color": colours.accent, "size": size, "opacity": 0.7, "line": {"width": 0}}
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers",
        marker=marker,
        hovertemplate=hover,
        **settings,
    )
