"""Where the cells of a figure stand, and the three ways to draw them.

Small figures are bars, one a cell, because only bars know hatching, frames and texts
that hide when they do not fit. Large ones are a heat map or an image, clear where padding
is, over one hatched bar.
"""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageColor
from plotly.colors import sample_colorscale

from .theme import PHONE, Look, Words, figure, longest, shortened, text, whole_ticks

WRITTEN_CELLS, WRITTEN_STEPS = 600, 40  # up to here values are written into the cells
KNOWN_ROWS = 200  # up to here rows have their ids; beyond, the hover counts them
LOWEST, HIGHEST = 56, 480  # pixels of the plot area
LABEL = 16  # pixels from one id to the next: a line of text and some air
ID_CHARACTERS = 14  # beside a row; the hover of a small figure shows the whole id
CLEAR = "#00000000"
GAP = 0.05  # of a cell, left free on each of its sides


class Place:
    """Where the cells of one figure stand: row 1 on top, columns from step ``first``."""

    def __init__(self, shape: tuple[int, int], ids: Any, first: int, words: Words) -> None:
        self.rows, self.steps = shape
        self.first, self.last = first, first + self.steps - 1
        self.words = words
        high = 26 if self.rows <= 8 else 22 if self.rows <= 20 else 16
        self.height = max(LOWEST, min(high * self.rows, HIGHEST))
        self.large = self.rows * self.steps > WRITTEN_CELLS or self.steps > WRITTEN_STEPS
        # each cell's hover repeats its row's id, so that many cells mean shorter ones
        self.limit = min(300, 20_000 // max(self.rows * self.steps, 1))
        self.ids = [] if self.large else [text(id, self.limit) for id in ids]
        self.short = shortened(ids, ID_CHARACTERS) if self.rows <= KNOWN_ROWS else []

    def hover(self, what: str, column: str = "") -> str:
        row, step = ("%{y}", "%{x}") if self.large else ("%{customdata[0]}", "%{customdata[1]}")
        lines = [f"{self.words.sequence} {row}", f"{column or self.words.step} {step}"]
        return "<br>".join([*lines, what]) + "<extra></extra>"

    def tiles(self, where: np.ndarray, written: np.ndarray, what: str, **style: Any) -> go.Bar:
        """One bar a True cell of ``where`` (rows, steps), with its text from ``written``."""
        rows, columns = np.nonzero(where)
        settings = {
            "text": written[where],
            "customdata": [
                [self.ids[r], c + self.first] for r, c in zip(rows, columns.tolist(), strict=True)
            ],
            "hovertemplate": self.hover(what),
        }
        return self._bars(rows, columns, columns + 1, settings | style)

    def coloured(
        self,
        where: np.ndarray,
        z: np.ndarray,
        written: np.ndarray,
        what: str,
        scale: dict,
        bar: dict,
    ) -> go.Bar:
        """Tiles coloured by ``z`` (rows, steps) on ``scale``, their texts in what contrasts.

        Where a phone has no room for the texts, the colour bar ``bar`` says what they would.
        """
        low, high = scale["zmin"], scale["zmax"]
        real = z[where]
        share = np.clip((real.astype(np.float64) - low) / (high - low), 0, 1)
        shades = sample_colorscale(scale["colorscale"], share, colortype="tuple")
        marker = {"color": real, "cmin": low, "cmax": high, "colorscale": scale["colorscale"]}
        # pixels of the longest text at its smallest size, and of a cell
        wide, high = 5 * max(map(len, written[where]), default=0) + 4, 14
        cell = (PHONE - longest(self.short)) / self.steps
        if wide > cell or high > self.height / self.rows:
            marker |= {"showscale": True, "colorbar": bar}
        inks = [_ink(shade) for shade in shades]
        return self.tiles(where, written, what, marker=marker, textfont={"color": inks})

    def strips(self, where: np.ndarray, pattern: dict[str, Any]) -> go.Bar:
        """One bar a run of True cells in a row."""
        edges = np.diff(np.pad(where.astype(np.int8), ((0, 0), (1, 1))), axis=1)
        rows, starts = np.nonzero(edges == 1)
        ends = np.nonzero(edges == -1)[1]
        style = {"marker": {"color": CLEAR, "pattern": pattern}, "hoverinfo": "skip"}
        return self._bars(rows, starts, ends, style)

    def _bars(
        self, rows: np.ndarray, starts: np.ndarray, ends: np.ndarray, style: dict[str, Any]
    ) -> go.Bar:
        bars = go.Bar(
            orientation="h",
            y=rows + 1,
            base=starts + self.first - 0.5 + GAP,
            x=ends - starts - 2 * GAP,
            width=1 - 2 * GAP,
            marker={"line": {"width": 0}, "cornerradius": 3},
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"size": 13},
        )
        return bars.update(style)

    def colour_bar(self, what: str, colours: Look) -> dict[str, Any]:
        """A colour bar as high as the plot, with as much of its title as fits beside it."""
        grey = {"color": colours.muted, "size": 12}
        return {
            "thickness": 8,
            "outlinewidth": 0,
            "ypad": 0,
            "nticks": 4 if self.height < 100 else 5,
            "exponentformat": "power",
            "tickfont": grey,
            "title": {"text": text(what, self.height // 6), "side": "right", "font": grey},
        }

    def ground(self, pattern: dict[str, Any] | None) -> go.Bar:
        """What a large figure stands on: one bar over all of its cells."""
        return go.Bar(
            orientation="h",
            y=[(self.rows + 1) / 2],
            width=self.rows,
            base=self.first - 0.5,
            x=[self.steps],
            marker={"color": CLEAR, "line": {"width": 0}, "pattern": pattern},
            hoverinfo="skip",
        )

    def heat(self, z: np.ndarray, what: str, scale: dict, bar: dict) -> go.Heatmap:
        """z (rows, steps), NaN where nothing is to be drawn."""
        return go.Heatmap(
            z=z.astype(np.float32),
            x0=self.first,
            y0=1,
            yaxis="y2",
            hoverongaps=False,
            hovertemplate=self.hover(f"{what} <b>%{{z:.6~g}}</b>"),
            colorbar=bar,
            **scale,
        )

    def figure(
        self, traces: list[Any], colours: Look, title: str, room: int = 0, **axes: Any
    ) -> go.Figure:
        """``room``: pixels more than a line of numbers that the labels below the cells take."""
        rows = np.arange(1, self.rows + 1)
        every = next(n for n in (1, 2, 5, 10, 20, 50) if n * self.height >= LABEL * len(self.short))
        y: dict[str, Any] = {
            "title": self.words.sequence,
            "range": [self.rows + 0.5, 0.5],
            "tickvals": rows[every - 1 :: every],
            "ticktext": self.short[every - 1 :: every],
        }
        if self.large:  # a second axis over the first knows every id, for the hover
            axes["yaxis2"] = {
                "overlaying": "y",
                "range": y["range"],
                "scaleanchor": False,  # or an image would make its pixels square
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "showticklabels": False,
                "ticks": "",
            }
            if self.short:
                axes["yaxis2"] |= {"tickvals": rows, "ticktext": self.short}
        x = {
            "title": self.words.step,
            "range": [self.first - 0.5, self.last + 0.5],
            **whole_ticks(self.first, self.last),
        }
        fit = {"minsize": 8, "mode": "hide"}  # a text that does not fit its cell is left out
        height = self.height + room
        return figure(
            traces, colours, height, x, y, title, barmode="overlay", uniformtext=fit, **axes
        )

    def states(self, mask: np.ndarray, gone: np.ndarray, colours: Look, real: str) -> go.Image:
        """Real and erased cells as an image that is clear where padding is, a fortieth of what
        a heat map would take."""
        palette = [ImageColor.getcolor(c, "RGBA") for c in (CLEAR, real, colours.warning)]
        pixels = Image.fromarray(np.where(gone, 2, mask).astype(np.uint8), "P")
        pixels.putpalette([channel for colour in palette for channel in colour[:3]])
        png = BytesIO()
        pixels.save(png, "png", bits=2, optimize=True, transparency=bytes(c[3] for c in palette))
        kinds = [self.words.padding, self.words.erased]
        what = "" if real != CLEAR else " / ".join(kinds if gone.any() else kinds[:1])
        return go.Image(
            source="data:image/png;base64," + base64.b64encode(png.getvalue()).decode(),
            x0=self.first,
            y0=1,
            yaxis="y2",
            hovertemplate=self.hover(what),
        )


def _ink(shade: tuple[float, float, float]) -> str:
    """Black or white, whichever stands out more from ``shade`` (red, green, blue, 0 to 1):
    WCAG's contrast ratio, which is equal for both at luminance 0.179."""
    linear = np.array(shade) ** 2.2
    return "#000000" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "#ffffff"
