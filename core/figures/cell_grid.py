"""Layout of a figure's cells, and the three ways to draw them.

Small figures use one bar per cell, because only bars support hatching, frames and texts that are
hidden when they do not fit. Large figures use a heat map or an image that is transparent at
padding, over one hatched bar.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TypedDict

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageColor
from plotly.basedatatypes import BaseTraceType
from plotly.colors import sample_colorscale

from .labels import Labels
from .layout import build_figure, build_integer_ticks
from .text import PHONE_WIDTH, escape_text, measure_longest, shorten_all
from .theme import TRANSPARENT, Palette, Settings, choose_inks

MAX_TEXT_CELLS, MAX_TEXT_STEPS = 600, 40  # above, values are not written into the cells
MAX_LABELLED_ROWS = 200  # above, the axis and the hover show row numbers, not ids
MIN_HEIGHT, MAX_HEIGHT = 56, 480  # pixels of the plot area
LABEL_HEIGHT = 16  # pixels per id on the axis: a line of text and its spacing
MAX_ID_CHARACTERS = 14  # on the axis; the hover of a small figure shows the whole id
GAP = 0.05  # margin on each side of a cell, as a fraction of its size


class ColourRange(TypedDict):
    """Colours of values, as settings of a heat map.

    Attributes:
        colorscale: Colours at positions from 0 to 1.
        zmin: Value of the first colour.
        zmax: Value of the last colour.
    """

    colorscale: list[list[float | str]]
    zmin: float
    zmax: float


class CellGrid:
    """Grid of cells of one figure, with row 1 at the top and time steps as columns.

    Attributes:
        rows: Number of rows.
        steps: Number of columns.
        first: Time step of the first column, counted from 1.
        last: Time step of the last column.
        height: Height of the plot area in pixels.
        is_large: Has too many cells for one bar per cell.
        max_id_characters: Maximum characters of an id in the hover.
        ids: Escaped id per row for the hover; empty in a large figure.
        short_ids: Shortened id per row for the axis; empty above ``MAX_LABELLED_ROWS`` rows.
    """

    def __init__(
        self, shape: tuple[int, int], ids: Sequence[str] | np.ndarray, first: int, labels: Labels
    ) -> None:
        self.rows, self.steps = shape
        self.first, self.last = first, first + self.steps - 1
        self.labels = labels
        row_height = 26 if self.rows <= 8 else 22 if self.rows <= 20 else 16
        self.height = max(MIN_HEIGHT, min(row_height * self.rows, MAX_HEIGHT))
        self.is_large = self.rows * self.steps > MAX_TEXT_CELLS or self.steps > MAX_TEXT_STEPS
        # the hover of every cell repeats its row's id, so a grid of many cells shortens the ids
        self.max_id_characters = min(300, 20_000 // max(self.rows * self.steps, 1))
        self.ids = [] if self.is_large else [escape_text(id, self.max_id_characters) for id in ids]
        self.short_ids = (
            shorten_all(ids, MAX_ID_CHARACTERS) if self.rows <= MAX_LABELLED_ROWS else []
        )

    def build_hover(self, content: str, column: str = "") -> str:
        """Return the hover template of a cell: its sequence, its column and ``content``."""
        row, step = ("%{y}", "%{x}") if self.is_large else ("%{customdata[0]}", "%{customdata[1]}")
        lines = [f"{self.labels.sequence} {row}", f"{column or self.labels.step} {step}"]
        return "<br>".join([*lines, content]) + "<extra></extra>"

    def draw_tiles(
        self, mask: np.ndarray, texts: np.ndarray, content: str, **style: object
    ) -> go.Bar:
        """Draw one bar per selected cell.

        Args:
            mask: (rows, steps) bool, the cells to draw.
            texts: (rows, steps) strings, written into the cells.
            content: Hover template of a cell's content.
            **style: Settings of the trace.
        """
        rows, columns = np.nonzero(mask)
        settings = {
            "text": texts[mask],
            "customdata": [
                [self.ids[r], c + self.first] for r, c in zip(rows, columns.tolist(), strict=True)
            ],
            "hovertemplate": self.build_hover(content),
        }
        return self._draw_bars(rows, columns, columns + 1, settings | style)

    def draw_coloured_tiles(
        self,
        mask: np.ndarray,
        z: np.ndarray,
        texts: np.ndarray,
        content: str,
        scale: ColourRange,
        bar: Settings,
    ) -> go.Bar:
        """Draw tiles coloured by value, with texts in black or white for contrast.

        Args:
            mask: (rows, steps) bool, the cells to draw.
            z: (rows, steps) values that set the colours.
            texts: (rows, steps) strings, written into the cells.
            content: Hover template of a cell's content.
            scale: Colour scale with its ``zmin`` and ``zmax``.
            bar: Colour bar, shown where the texts do not fit on a phone.
        """
        low, high = scale["zmin"], scale["zmax"]
        values = z[mask]
        share = np.clip((values.astype(np.float64) - low) / (high - low), 0, 1)
        shades = sample_colorscale(scale["colorscale"], share, colortype="tuple")
        marker = {"color": values, "cmin": low, "cmax": high, "colorscale": scale["colorscale"]}
        # pixels of the longest text at its smallest size, and of a cell
        text_width, text_height = 5 * max(map(len, texts[mask]), default=0) + 4, 14
        cell_width = (PHONE_WIDTH - measure_longest(self.short_ids)) / self.steps
        if text_width > cell_width or text_height > self.height / self.rows:
            marker |= {"showscale": True, "colorbar": bar}
        style = {"textfont": {"color": choose_inks(shades)}}
        return self.draw_tiles(mask, texts, content, marker=marker, **style)

    def draw_strips(self, mask: np.ndarray, pattern: Settings) -> go.Bar:
        """Draw one bar per run of True cells within a row of ``mask`` (rows, steps)."""
        edges = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
        rows, starts = np.nonzero(edges == 1)
        ends = np.nonzero(edges == -1)[1]
        style = {"marker": {"color": TRANSPARENT, "pattern": pattern}, "hoverinfo": "skip"}
        return self._draw_bars(rows, starts, ends, style)

    def _draw_bars(
        self, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, style: Mapping[str, object]
    ) -> go.Bar:
        bars = go.Bar(
            orientation="h",
            y=rows + 1,
            base=starts + self.first - 0.5 + GAP,
            x=ends - starts - 2 * GAP,
            width=1 - 2 * GAP,
            marker={"cornerradius": 3},
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 13},
        )
        return bars.update(style)

    def build_colour_bar(self, title: str) -> Settings:
        """Return a colour bar as high as the plot, its title shortened to fit beside it."""
        return {
            "nticks": 4 if self.height < 100 else 5,
            "title": {"text": escape_text(title, self.height // 6)},
        }

    def draw_ground(self, pattern: Settings | None) -> go.Bar:
        """Draw the background of a large figure: one bar that covers all cells."""
        return go.Bar(
            orientation="h",
            y=[(self.rows + 1) / 2],
            width=self.rows,
            base=self.first - 0.5,
            x=[self.steps],
            marker={"color": TRANSPARENT, "pattern": pattern},
            hoverinfo="skip",
        )

    def draw_heatmap(
        self, z: np.ndarray, content: str, scale: ColourRange, bar: Settings
    ) -> go.Heatmap:
        """Draw values as a heat map.

        Args:
            z: (rows, steps) values, NaN where nothing is drawn.
            content: Hover template of a cell's content.
            scale: Colour scale with its ``zmin`` and ``zmax``.
            bar: Colour bar.
        """
        return go.Heatmap(
            z=z.astype(np.float32),
            x0=self.first,
            y0=1,
            yaxis="y2",
            hovertemplate=self.build_hover(content),
            colorbar=bar,
            **scale,
        )

    def build_figure(
        self,
        traces: list[BaseTraceType],
        colours: Palette,
        title: str,
        label_room: int = 0,
        **axes: object,
    ) -> go.Figure:
        """Return the figure of these traces with the axes of the grid.

        Args:
            traces: Plotly traces.
            colours: Colours of the page's mode.
            title: Title of the figure.
            label_room: Additional pixels for the labels below the cells, beyond one line of
                numbers.
            **axes: Further settings of the layout.
        """
        rows = np.arange(1, self.rows + 1)
        stride = next(
            n
            for n in (1, 2, 5, 10, 20, 50)
            if n * self.height >= LABEL_HEIGHT * len(self.short_ids)
        )
        y: Settings = {
            "title": self.labels.sequence,
            "range": [self.rows + 0.5, 0.5],
            "tickvals": rows[stride - 1 :: stride],
            "ticktext": self.short_ids[stride - 1 :: stride],
        }
        if self.is_large:  # a second axis over the first provides every id to the hover
            hover_axis: Settings = {
                "overlaying": "y",
                "range": y["range"],
                "scaleanchor": False,  # otherwise an image makes its pixels square
                "showticklabels": False,
            }
            if self.short_ids:
                hover_axis |= {"tickvals": rows, "ticktext": self.short_ids}
            axes["yaxis2"] = hover_axis
        x = {
            "title": self.labels.step,
            "range": [self.first - 0.5, self.last + 0.5],
            **build_integer_ticks(self.first, self.last),
        }
        uniform_text = {"minsize": 8, "mode": "hide"}  # a text that does not fit its cell is hidden
        height = self.height + label_room
        return build_figure(
            traces,
            colours,
            height,
            x,
            y,
            title,
            headroom=0,
            barmode="overlay",
            uniformtext=uniform_text,
            **axes,
        )

    def draw_states(
        self, mask: np.ndarray, erased: np.ndarray, colours: Palette, real_colour: str
    ) -> go.Image:
        """Draw real and erased steps as an image that is transparent at padding.

        The image takes a fortieth of the bytes of a heat map.

        Args:
            mask: (rows, steps) bool, True at real steps.
            erased: (rows, steps) bool, True at real steps that the mask value erases.
            colours: Colours of the page's mode.
            real_colour: Colour of real steps.
        """
        palette = [ImageColor.getrgb(c) for c in (TRANSPARENT, real_colour, colours.warning)]
        opacities = bytes(colour[3] if len(colour) == 4 else 255 for colour in palette)
        pixels = Image.fromarray(np.where(erased, 2, mask).astype(np.uint8), "P")
        pixels.putpalette([channel for colour in palette for channel in colour[:3]])
        png = BytesIO()
        pixels.save(png, "png", bits=2, optimize=True, transparency=opacities)
        names = [self.labels.padding, self.labels.erased]
        content = (
            "" if real_colour != TRANSPARENT else " / ".join(names if erased.any() else names[:1])
        )
        return go.Image(
            source="data:image/png;base64," + base64.b64encode(png.getvalue()).decode(),
            x0=self.first,
            y0=1,
            yaxis="y2",
            hovertemplate=self.build_hover(content),
        )
