"""Confusion matrix of a classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from .cell_grid import MAX_ID_CHARACTERS
from .labels import ENGLISH, Labels
from .layout import HEIGHT, build_figure
from .text import escape_text, has_horizontal_room, measure_longest, shorten_all
from .theme import build_colour_scale, choose_inks, get_palette

CELL_SIZE = 26  # pixels per class


def plot_confusion_matrix(
    classes: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the confusion matrix, coloured by the share of the row.

    Args:
        classes: (classes,) class names.
        counts: (classes, classes) sequences per true class (row) and predicted class (column).
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    totals = np.array(counts)
    share = totals / np.maximum(totals.sum(axis=1, keepdims=True), 1)
    names = shorten_all(classes, MAX_ID_CHARACTERS)
    positions = np.arange(len(names))
    scale = build_colour_scale((colours.absent, colours.accent))
    cells = go.Heatmap(
        z=share.astype(np.float32),
        text=[[f"{count:,}" for count in row] for row in totals.tolist()],
        customdata=np.array(
            [[[escape_text(a, 40), escape_text(b, 40)] for b in classes] for a in classes]
        ),
        hovertemplate=f"{escape_text(labels.target)} %{{customdata[0]}}<br>{labels.prediction} "
        "%{customdata[1]}<br><b>%{text}</b> (%{z:.0%})<extra></extra>",
        colorscale=scale,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    # A heat map's own texts are grey or white, with less contrast than 4.5 : 1 on some shades.
    rows, columns = np.nonzero(totals)
    inks = choose_inks(sample_colorscale(scale, share[rows, columns], colortype="tuple"))
    counted = go.Scatter(
        x=columns,
        y=rows,
        text=[f"{count:,}" for count in totals[rows, columns].tolist()],
        mode="text",
        textfont={"color": inks},
        hoverinfo="skip",
    )
    slant = 0 if has_horizontal_room(names) else 45
    ticks = {"tickvals": positions, "ticktext": names}
    x = {"title": labels.prediction, **ticks, "tickangle": -slant}
    y = {"title": labels.target, **ticks, "autorange": "reversed"}
    room = round(0.7 * measure_longest(names)) if slant else 0
    return build_figure(
        [cells, counted], colours, max(HEIGHT - 60, CELL_SIZE * len(names)) + room, x, y
    )
