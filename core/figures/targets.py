"""Targets written beside the sequences of a figure."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from .cell_grid import MAX_ID_CHARACTERS
from .labels import ENGLISH, Labels
from .text import escape_text, format_number, measure_longest, shorten_all
from .theme import get_palette


def write_targets(
    figure: go.Figure, targets: np.ndarray, *, dark: bool = False, labels: Labels = ENGLISH
) -> go.Figure:
    """Write per-sequence targets on the right of the rows of a figure, below them a heading.

    Args:
        figure: Figure of ``plot_sequences`` of a few sequences, which is changed.
        targets: (rows,) numbers or class labels.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    values = targets.tolist()
    texts = [format_number(each) if isinstance(each, int | float) else each for each in values]
    texts = shorten_all(texts, MAX_ID_CHARACTERS)
    place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 8}
    for row, text in enumerate(texts, 1):
        figure.add_annotation(text=f"→ <b>{text}</b>", y=row, **place)
    heading = {"text": escape_text(labels.target, MAX_ID_CHARACTERS), "yref": "paper", "y": 0}
    heading |= {"font": {"color": get_palette(dark).muted, "size": 12}}
    figure.add_annotation(yanchor="top", yshift=-6, **heading, **place)
    arrow = 16  # pixels
    return figure.update_layout(margin_r=measure_longest([*texts, labels.target]) + arrow)
