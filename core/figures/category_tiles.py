"""Categorical sequences as coloured tiles, without padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import hex_to_rgb

from ..data.categories import decode_words
from ..data.padding import pad
from ..data.sequences import Sequences
from .cell_grid import MAX_TEXT_CELLS, MAX_TEXT_STEPS, CellGrid
from .examples import MAX_COLOURED_CLASSES
from .labels import ENGLISH, Labels
from .layout import build_class_legend
from .text import escape_text
from .theme import TRANSPARENT, choose_inks, get_palette


def count_drawn_tiles(data: Sequences, rows: slice | np.ndarray | Sequence[int]) -> tuple[int, int]:
    """Count the sequences of ``data[rows]`` and their first steps that are drawn as tiles."""
    lengths = data.lengths[rows]
    steps = int(min(lengths.max(), MAX_TEXT_STEPS))
    return min(len(lengths), max(MAX_TEXT_CELLS // steps, 1)), steps


def plot_categories(
    data: Sequences,
    rows: slice | np.ndarray | Sequence[int],
    feature: int = 0,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot a categorical feature, one sequence per row and one tile per step.

    The 12 most frequent words of the tiles have a colour each, all others are grey.

    Args:
        data: All sequences.
        rows: Indices, a slice or a boolean array that selects the sequences to draw.
        feature: Index of a categorical feature.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    name = data.feature_names[feature]
    words = data.categories[name]
    count, steps = count_drawn_tiles(data, rows)
    part = data[rows][:count]
    padded = pad(part, maxlen=steps, padding="post", truncating="post")
    codes, mask = padded.values[:, :, feature], padded.mask
    missing = mask & np.isnan(codes)
    known = mask & ~missing
    texts = np.full(codes.shape, "", dtype=object)
    texts[known] = [escape_text(word, 40) for word in decode_words(codes[known], words)]
    numbers, frequencies = np.unique(codes[known].astype(np.int64), return_counts=True)
    most_frequent = numbers[np.argsort(-frequencies, kind="stable")[:MAX_COLOURED_CLASSES]]
    grid = CellGrid(mask.shape, part.ids[:count], 1, labels)
    hover = f"{escape_text(name, 100)} <b>%{{text}}</b>"
    shades = {int(code): colours.classes[rank] for rank, code in enumerate(most_frequent)}
    groups = [
        (known & (codes == code), shade, escape_text(words[code], 20))
        for code, shade in shades.items()
    ]
    groups.append((known & ~np.isin(codes, most_frequent), colours.background, labels.other))
    traces = [
        grid.draw_tiles(
            tiles,
            texts,
            hover,
            marker={"color": shade, "cornerradius": 3},
            textfont={"color": choose_inks([[channel / 255 for channel in hex_to_rgb(shade)]])[0]},
            name=word,
            showlegend=True,
        )
        for tiles, shade, word in groups
        if tiles.any()
    ]
    if missing.any():
        marks = np.full(codes.shape, "?", dtype=object)
        style = {"marker": {"color": TRANSPARENT}, "textfont": {"color": colours.warning}}
        content = f"{escape_text(name, 100)}: {labels.missing}"
        traces.append(grid.draw_tiles(missing, marks, content, showlegend=False, **style))
    legend, headroom = build_class_legend([str(trace.name) for trace in traces], name)
    return grid.build_figure(traces, colours, title, headroom, showlegend=True, legend=legend)
