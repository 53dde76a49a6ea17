"""Heat maps of sequences, the padded array, its mask and class probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ..data.categories import decode_words
from ..data.padded import Side
from ..data.padding import pad
from ..data.sequences import Sequences
from .cell_grid import MAX_ID_CHARACTERS, CellGrid, ColourRange
from .drawn_cell_limits import MAX_CELLS, get_drawn_window
from .labels import ENGLISH, Labels
from .layout import build_word_ticks
from .text import escape_text, format_number, has_horizontal_room, measure_longest, shorten_all
from .theme import TRANSPARENT, Palette, Settings, build_colour_scale, get_palette
from .value_span import compute_value_span, span_values


def plot_sequences(
    data: Sequences,
    rows: slice | np.ndarray | Sequence[int],
    feature: int = 0,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot sequences without padding, one per row, from their first step.

    Args:
        data: All sequences; their values set the colour scale.
        rows: Indices, a slice or a boolean array that selects the sequences to draw.
        feature: Index of the feature.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    part = data[rows]
    rows_drawn, steps_drawn = get_drawn_window(len(part), int(part.lengths.max()), "post")
    part = part[rows_drawn]
    padded = pad(part, maxlen=steps_drawn.stop, padding="post", truncating="post")
    return _plot_values(
        padded.values[:, :, feature],
        padded.mask,
        np.zeros_like(padded.mask),
        part.ids,
        first=1,
        name=data.feature_names[feature],
        words=data.categories.get(data.feature_names[feature], ()),
        span=compute_value_span(data, feature),
        show_padding=False,
        title=title,
        colours=get_palette(dark),
        labels=labels,
    )


def plot_padded(
    values: np.ndarray,
    mask: np.ndarray,
    ids: Sequence[str] | np.ndarray,
    *,
    name: str = "",
    words: Sequence[str] = (),
    span: tuple[float, float] | None = None,
    erased: np.ndarray | None = None,
    padding: Side = "pre",
    first_step: int = 1,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the padded array of one feature, with padding hatched.

    Args:
        values: (rows, maxlen) numbers.
        mask: (rows, maxlen) bool, True at real steps.
        ids: (rows,) ids of the sequences.
        name: Name of the feature, shown at the colour bar.
        words: Sorted words of a categorical feature, whose values are their numbers.
        span: Range of the colour scale, from ``compute_value_span`` for all of the data. None
            uses that of the drawn real steps.
        erased: (rows, maxlen) bool, real steps that mask mode "value" erases: crossed out.
        padding: The side that is padded. A figure that draws a part keeps the other side.
        first_step: Time step of the first column, from 1.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    rows, steps = get_drawn_window(len(mask), mask.shape[1], padding)
    mask = mask[rows, steps]
    return _plot_values(
        values[rows, steps],
        mask,
        np.zeros_like(mask) if erased is None else erased[rows, steps] & mask,
        ids[rows],
        first=first_step + steps.start,
        name=name or labels.value,
        words=words,
        span=span or span_values(values[rows, steps][mask]),
        show_padding=True,
        title=title,
        colours=get_palette(dark),
        labels=labels,
    )


def plot_mask(
    mask: np.ndarray,
    ids: Sequence[str] | np.ndarray,
    *,
    erased: np.ndarray | None = None,
    padding: Side = "pre",
    cells: int = MAX_CELLS,
    first_step: int = 1,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the mask: real steps solid (1), padding hatched (0), erased steps crossed out (0).

    Draws the same window as ``plot_padded``, so that the two figures match side by side.

    Args:
        mask: (rows, maxlen) bool, True at real steps.
        ids: (rows,) ids of the sequences.
        erased: (rows, maxlen) bool, real steps that mask mode "value" erases: crossed out.
        padding: The side that is padded. A figure that draws a part keeps the other side.
        cells: Maximum number of cells; ``MAX_MASK_CELLS`` for an overview of the mask alone.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    rows, steps = get_drawn_window(len(mask), mask.shape[1], padding, cells)
    mask = mask[rows, steps]
    erased_steps = np.zeros_like(mask) if erased is None else erased[rows, steps] & mask
    ids, first = ids[rows], first_step + steps.start
    grid = CellGrid(mask.shape, ids, first, labels)
    if grid.is_large:
        image = grid.draw_states(mask, erased_steps, colours, colours.accent)
        return grid.build_figure([grid.draw_ground(build_hatch(colours)), image], colours, title)
    zeros = np.full(mask.shape, "0", dtype=object)
    style = {"marker": {"color": colours.accent}, "textfont": {"color": colours.on_accent}}
    traces = [
        *_draw_padding(grid, mask, zeros, colours),
        grid.draw_tiles(
            mask & ~erased_steps, np.full(mask.shape, "1", dtype=object), labels.real, **style
        ),
        _draw_erased(grid, erased_steps, zeros, labels.erased, colours),
    ]
    return grid.build_figure(traces, colours, title)


def plot_probabilities(
    ids: Sequence[str] | np.ndarray,
    classes: Sequence[object] | np.ndarray,
    probabilities: np.ndarray,
    *,
    title: str = "",
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot class probabilities as cells with percentages.

    Draws the first 20 rows, and at most 20 classes: those with the highest probability in any of
    these rows.

    Args:
        ids: (rows,) ids of the sequences.
        classes: (classes,) class names.
        probabilities: (rows, classes) from 0 to 1.
        title: Title of the figure.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    colours = get_palette(dark)
    part = np.asarray(probabilities, dtype=np.float32)[:20]
    best = np.sort(np.argsort(-part.max(axis=0), kind="stable")[:20])
    part = part[:, best]
    grid = CellGrid(part.shape, ids[:20], 1, labels)
    names = shorten_all([classes[i] for i in best], MAX_ID_CHARACTERS)
    # among thousands of classes the highest probability may be 0.03 %: show one digit of it
    digits = int(np.clip(-np.floor(np.log10(100 * part.max() + 1e-9)), 0, 6))
    percent = np.array([[f"{p:.{digits}%}" for p in row] for row in part], dtype=object)
    shades: ColourRange = {
        "colorscale": build_colour_scale((colours.absent, colours.accent)),
        "zmin": 0,
        "zmax": 1,
    }
    bar = grid.build_colour_bar(labels.probability) | {"tickformat": ".0%"}
    cells = grid.draw_coloured_tiles(
        np.ones(part.shape, dtype=bool), part, percent, "", shades, bar
    )
    for cell in cells.customdata:
        cell[1] = escape_text(classes[best[cell[1] - 1]], grid.max_id_characters)
    target_name = escape_text(labels.predicted)
    cells.hovertemplate = grid.build_hover(f"{labels.probability} <b>%{{text}}</b>", target_name)
    slant = 0 if has_horizontal_room(names) else 45  # degrees
    room = round(0.7 * measure_longest(names)) if slant else 0  # sin 45°
    fig = grid.build_figure([cells], colours, title, room)
    return fig.update_xaxes(
        title_text=target_name,
        tickvals=np.arange(1, len(names) + 1),
        ticktext=names,
        tickangle=-slant,
    )


def _plot_values(
    values: np.ndarray,
    mask: np.ndarray,
    erased: np.ndarray,
    ids: Sequence[str] | np.ndarray,
    *,
    first: int,
    name: str,
    words: Sequence[str],
    span: tuple[float, float],
    show_padding: bool,
    title: str,
    colours: Palette,
    labels: Labels,
) -> go.Figure:
    grid = CellGrid(mask.shape, ids, first, labels)
    scale = _build_value_scale(*span, colours)
    bar = grid.build_colour_bar(name)
    if words:  # the first and the last word stand apart from the ends of the colour bar
        bar |= build_word_ticks(words)
        scale |= {"zmin": -0.5, "zmax": len(words) - 0.5}
    label = escape_text(name, 100)
    if grid.is_large:
        # The colour bar names the words; texts for every cell would take much memory.
        content = label if words else f"{label} <b>%{{z:.6~g}}</b>"
        traces = [grid.draw_ground(build_hatch(colours) if show_padding else None)]
        if show_padding:
            traces.append(grid.draw_states(mask, erased, colours, TRANSPARENT))
        traces.append(
            grid.draw_heatmap(np.where(mask & ~erased, values, np.nan), content, scale, bar)
        )
        return grid.build_figure(traces, colours, title)
    fill_texts = np.array([[format_number(v) for v in row] for row in values], dtype=object)
    missing = mask & np.isnan(values)
    known_values = values[mask & ~missing]
    is_integer = (known_values % 1 == 0).all() and (np.abs(known_values) < 1e5).all()
    # one format for all real values: otherwise 1 fits a cell that hides 0.98
    value_texts = (
        fill_texts if is_integer else np.vectorize("{:#.3g}".format, otypes=[object])(values)
    )
    hover = f"{label} <b>%{{marker.color:.6~g}}</b>"
    if words:
        hover = f"{label} <b>%{{text}}</b>"
        value_texts = np.full(values.shape, "", dtype=object)
        known = mask & ~missing
        value_texts[known] = list(map(escape_text, decode_words(values[known], words)))
    traces = [
        grid.draw_coloured_tiles(mask & ~erased & ~missing, values, value_texts, hover, scale, bar)
    ]
    if missing.any():
        question_marks = np.full(mask.shape, "?", dtype=object)
        style = {"marker": {"color": TRANSPARENT}, "textfont": {"color": colours.warning}}
        traces.append(
            grid.draw_tiles(missing, question_marks, f"{label}: {labels.missing}", **style)
        )
    if show_padding:
        traces = _draw_padding(grid, mask, fill_texts, colours) + traces
        erased_hover = f"{label} <b>%{{text}}</b><br>{labels.erased}"
        traces.append(_draw_erased(grid, erased, fill_texts, erased_hover, colours))
    return grid.build_figure(traces, colours, title)


def _draw_padding(
    grid: CellGrid, mask: np.ndarray, texts: np.ndarray, colours: Palette
) -> list[go.Bar]:
    """Draw padding as hatched strips with the fill value in small pale text."""
    style = {"marker": {"color": TRANSPARENT}, "textfont": {"color": colours.faint, "size": 11}}
    hover = f"{grid.labels.padding} %{{text}}"
    return [
        grid.draw_strips(~mask, build_hatch(colours)),
        grid.draw_tiles(~mask, texts, hover, **style),
    ]


def _draw_erased(
    grid: CellGrid, erased: np.ndarray, texts: np.ndarray, hover: str, colours: Palette
) -> go.Bar:
    """Draw erased steps: hatched like padding, but framed in the warning colour."""
    frame = {"color": colours.warning, "width": 2}
    marker = {"color": TRANSPARENT, "pattern": build_hatch(colours), "line": frame}
    return grid.draw_tiles(erased, texts, hover, marker=marker, textfont={"color": colours.warning})


def build_hatch(colours: Palette) -> Settings:
    """Return the hatching pattern of padding."""
    foreground, background = colours.hatch, colours.absent
    return {"shape": "/", "fgcolor": foreground, "bgcolor": background, "size": 7, "solidity": 0.2}


def _build_value_scale(low: float, high: float, colours: Palette) -> ColourRange:
    """Return a colour scale from ``low`` to ``high``.

    When zero lies between them, the scale diverges at zero: the longer side uses its full range
    of colours, the shorter side the corresponding part of its own.
    """
    if low < 0 < high:
        reach = max(-low, high)
        inner = np.linspace(-reach, reach, len(colours.diverging))[1:-1]
        values = np.array([low, *inner[(low < inner) & (inner < high)], high])
        stops = (values - low) / (high - low)
        shades = sample_colorscale(
            build_colour_scale(colours.diverging), (values / reach + 1) / 2, colortype="tuple"
        )
        hexes = ["#{:02x}{:02x}{:02x}".format(*(round(255 * c) for c in shade)) for shade in shades]
        scale: list[list[float | str]] = [
            [float(stop), shade] for stop, shade in zip(stops, hexes, strict=True)
        ]
        return {"colorscale": scale, "zmin": low, "zmax": high}
    if not low < high:  # a single value has no range to map colours to
        low, high = low - 1, low + 1
    return {"colorscale": build_colour_scale(colours.sequential), "zmin": low, "zmax": high}
