"""Rectangles of cells: sequences, the padded array, its mask, class probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from ..data.padding import Side, pad
from ..data.sequences import Sequences
from .cell_grid import CLEAR, ID_CHARACTERS, Place
from .limits import CELLS, drawn_part
from .theme import ENGLISH, Look, Words, beside, longest, look, number, shortened, text


def sequences_figure(
    data: Sequences,
    rows: Any,
    feature: int = 0,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Sequences as they are, one a row, from their first step; no padding anywhere.

    rows     indices, a slice or a boolean array into ``data``, all of which sets the colours
    """
    part = data[rows]
    high, wide = drawn_part(len(part), int(part.lengths.max()), "post")
    part = part[high]
    padded = pad(part, maxlen=wide.stop, padding="post", truncating="post")
    return _values_figure(
        padded.values[:, :, feature],
        padded.mask,
        np.zeros_like(padded.mask),
        part.ids,
        first=1,
        name=data.feature_names[feature],
        span=value_span(data, feature),
        hatched=False,
        title=title,
        colours=look(dark),
        words=words,
    )


def padded_figure(
    values: np.ndarray,
    mask: np.ndarray,
    ids: Sequence[str] | np.ndarray,
    *,
    name: str = "",
    span: tuple[float, float] | None = None,
    erased: np.ndarray | None = None,
    padding: Side = "pre",
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """The padded array of one feature; padding looks absent.

    values   (rows, maxlen) numbers
    mask     (rows, maxlen) bool, True where a real step stands
    ids      (rows,) names of the rows
    name     the feature's name, beside its colours
    span     least and greatest value that the colours reach, as ``value_span`` gives them for
             all of the data; None: those of the real steps drawn
    erased   (rows, maxlen) bool, real steps that mask mode "value" would erase: crossed out
    padding  the side that is padded: where only a part is drawn, the other side is kept
    """
    high, wide = drawn_part(*mask.shape, padding)
    mask = mask[high, wide]
    return _values_figure(
        values[high, wide],
        mask,
        np.zeros_like(mask) if erased is None else erased[high, wide] & mask,
        ids[high],
        first=wide.start + 1,
        name=name or words.value,
        span=span or _span(values[high, wide][mask]),
        hatched=True,
        title=title,
        colours=look(dark),
        words=words,
    )


def mask_figure(
    mask: np.ndarray,
    ids: Sequence[str] | np.ndarray,
    *,
    erased: np.ndarray | None = None,
    padding: Side = "pre",
    cells: int = CELLS,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """The mask matrix: real steps solid (1), padding absent (0), erased steps crossed out (0).

    Arguments as in ``padded_figure``, whose part it draws, so that the two stand side
    by side; ``cells=MASK_CELLS`` for an overview that stands alone.
    """
    colours = look(dark)
    high, wide = drawn_part(*mask.shape, padding, cells)
    mask = mask[high, wide]
    gone = np.zeros_like(mask) if erased is None else erased[high, wide] & mask
    ids, first = ids[high], wide.start + 1
    place = Place(mask.shape, ids, first, words)
    if place.large:
        image = place.states(mask, gone, colours, colours.accent)
        return place.figure([place.ground(hatch(colours)), image], colours, title)
    zero = np.full(mask.shape, "0", dtype=object)
    real = {"marker": {"color": colours.accent}, "textfont": {"color": colours.on_accent}}
    traces = [
        *_absent(place, mask, zero, colours),
        place.tiles(mask & ~gone, np.full(mask.shape, "1", dtype=object), words.real, **real),
        _erased(place, gone, zero, words.erased, colours),
    ]
    return place.figure(traces, colours, title)


def probabilities_figure(
    ids: Sequence[str] | np.ndarray,
    classes: Sequence[object] | np.ndarray,
    probabilities: np.ndarray,
    *,
    title: str = "",
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """Class probabilities (rows, classes), 0 to 1, as cells with percentages: the first 20
    rows, and of more than 20 classes those that are most probable anywhere in them."""
    colours = look(dark)
    part = np.asarray(probabilities, dtype=np.float32)[:20]
    best = np.sort(np.argsort(-part.max(axis=0), kind="stable")[:20])
    part = part[:, best]
    place = Place(part.shape, ids[:20], 1, words)
    names = shortened([classes[i] for i in best], ID_CHARACTERS)
    # among thousands of classes the best may have 0.03 %: one digit of it is shown
    digits = int(np.clip(-np.floor(np.log10(100 * part.max() + 1e-9)), 0, 6))
    percent = np.array([[f"{p:.{digits}%}" for p in row] for row in part], dtype=object)
    shades = {"colorscale": even_scale((colours.absent, colours.accent)), "zmin": 0, "zmax": 1}
    bar = place.colour_bar(words.probability, colours) | {"tickformat": ".0%"}
    cells = place.coloured(np.ones(part.shape, dtype=bool), part, percent, "", shades, bar)
    for cell in cells.customdata:
        cell[1] = text(classes[best[cell[1] - 1]], place.limit)
    cells.hovertemplate = place.hover(f"{words.probability} <b>%{{text}}</b>", words.predicted)
    slant = 0 if beside(names) else 45  # degrees
    room = round(0.7 * longest(names)) if slant else 0  # sin 45°
    fig = place.figure([cells], colours, title, room)
    return fig.update_xaxes(
        title_text=words.predicted,
        tickvals=np.arange(1, len(names) + 1),
        ticktext=names,
        tickangle=-slant,
    )


def value_span(data: Sequences, feature: int = 0) -> tuple[float, float]:
    """Least and greatest value of a feature over all steps of ``data``: colours that stay the
    same whatever rows are drawn."""
    return _span(data.values[:, feature])


def _values_figure(
    values: np.ndarray,
    mask: np.ndarray,
    gone: np.ndarray,
    ids: Any,
    *,
    first: int,
    name: str,
    span: tuple[float, float],
    hatched: bool,
    title: str,
    colours: Look,
    words: Words,
) -> go.Figure:
    place = Place(mask.shape, ids, first, words)
    scale = _value_scale(*span, colours)
    bar = place.colour_bar(name, colours)
    label = text(name, 100)
    if place.large:
        traces = [place.ground(hatch(colours) if hatched else None)]
        if hatched:
            traces.append(place.states(mask, gone, colours, CLEAR))
        traces.append(place.heat(np.where(mask & ~gone, values, np.nan), label, scale, bar))
        return place.figure(traces, colours, title)
    fill = np.array([[number(v) for v in row] for row in values], dtype=object)
    lacks = mask & np.isnan(values)
    known = values[mask & ~lacks]
    whole = (known % 1 == 0).all() and (np.abs(known) < 1e5).all()
    # one form for all real values, or 1 would fit a cell where 0.98 is left out
    written = fill if whole else np.vectorize("{:#.3g}".format, otypes=[object])(values)
    exact = f"{label} <b>%{{marker.color:.6~g}}</b>"
    traces = [place.coloured(mask & ~gone & ~lacks, values, written, exact, scale, bar)]
    if lacks.any():
        unknown = np.full(mask.shape, "?", dtype=object)
        pale = {"marker": {"color": CLEAR}, "textfont": {"color": colours.warning}}
        traces.append(place.tiles(lacks, unknown, f"{label}: {words.missing}", **pale))
    if hatched:
        traces = _absent(place, mask, fill, colours) + traces
        what = f"{label} <b>%{{text}}</b><br>{words.erased}"
        traces.append(_erased(place, gone, fill, what, colours))
    return place.figure(traces, colours, title)


def _absent(place: Place, mask: np.ndarray, written: np.ndarray, colours: Look) -> list[go.Bar]:
    """Padding: hatched strips, with the fill small and pale in them."""
    pale = {"marker": {"color": CLEAR}, "textfont": {"color": colours.faint, "size": 11}}
    what = f"{place.words.padding} %{{text}}"
    return [place.strips(~mask, hatch(colours)), place.tiles(~mask, written, what, **pale)]


def _erased(
    place: Place, gone: np.ndarray, written: np.ndarray, what: str, colours: Look
) -> go.Bar:
    """Erased steps: hatched like padding, but framed in the warning colour."""
    frame = {"color": colours.warning, "width": 2}
    marker = {"color": CLEAR, "pattern": hatch(colours), "line": frame}
    return place.tiles(gone, written, what, marker=marker, textfont={"color": colours.warning})


def hatch(colours: Look) -> dict[str, Any]:
    """The pattern of padding."""
    fore, back = colours.hatch, colours.absent
    return {"shape": "/", "fgcolor": fore, "bgcolor": back, "size": 7, "solidity": 0.2}


def _span(real: np.ndarray) -> tuple[float, float]:
    """Of the real values alone: what padding is filled with has no say in the colours."""
    known = real[~np.isnan(real)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)


def _value_scale(low: float, high: float, colours: Look) -> dict[str, Any]:
    """Colours from ``low`` to ``high``, around zero where it lies between them: then the longer
    side has all of its colours, and the shorter one what it reaches of its own."""
    if low < 0 < high:
        reach = max(-low, high)
        inner = np.linspace(-reach, reach, len(colours.diverging))[1:-1]
        values = np.array([low, *inner[(low < inner) & (inner < high)], high])
        stops = (values - low) / (high - low)
        shades = sample_colorscale(
            even_scale(colours.diverging), (values / reach + 1) / 2, colortype="tuple"
        )
        hexes = ["#{:02x}{:02x}{:02x}".format(*(round(255 * c) for c in shade)) for shade in shades]
        scale = [[float(stop), shade] for stop, shade in zip(stops, hexes, strict=True)]
        return {"colorscale": scale, "zmin": low, "zmax": high}
    if not low < high:  # one value only: no range to spread the colours over
        low, high = low - 1, low + 1
    return {"colorscale": even_scale(colours.sequential), "zmin": low, "zmax": high}


def even_scale(colours: tuple[str, ...]) -> list[list[Any]]:
    """A colour scale of these colours, equally far from each other."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]
