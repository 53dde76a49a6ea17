"""Sheet of the X-ray: rows of plots over one time axis, one column per side.

``xray`` fills the rows. The sheet places them below each other, and builds the axes and the figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from ..inspection.xray import Side, XRay
from .heatmaps import build_hatch
from .labels import Labels
from .layout import BASE_AXIS, build_figure, build_integer_ticks, build_title
from .text import PHONE_WIDTH, measure_longest, shorten_all
from .theme import TRANSPARENT, Palette, Settings
from .xray_slider import build_cursors, build_slider, format_header

GAP = 28  # pixels above a row, for its title
HEADER_HEIGHT = 120  # pixels above the first row, for the slider and the names of the sides
SIDE_GAP = 0.04  # between two sides, as a fraction of the width
MAX_TICKS = 12  # on the time axes of all sides together


@dataclass
class Row:
    """Row of plots side by side.

    Attributes:
        label: Title above the row.
        top: Pixels below the upper edge of the first row.
        pixels: Height of the row.
        low: Value at the lower edge.
        high: Value at the upper edge.
        axis: Further settings of the y axis.
    """

    label: str
    top: int
    pixels: int
    low: float = 0.0
    high: float = 1.0
    axis: Settings = field(default_factory=dict)


class Sheet:
    """Rows of plots over one time axis, one column per side."""

    def __init__(self, xray: XRay, sides: Sequence[Side], colours: Palette, labels: Labels) -> None:
        self.xray, self.sides, self.colours, self.labels = xray, sides, colours, labels
        self.rows: list[Row] = []
        self.traces: list[BaseTraceType] = []
        self.step_numbers = (xray.steps + 1).astype(np.int32)  # counted from 1, as on screen
        share = (1 - SIDE_GAP * (len(sides) - 1)) / len(sides)
        self.domains = [
            [n * (share + SIDE_GAP), n * (share + SIDE_GAP) + share] for n in range(len(sides))
        ]

    def add_row(self, label: str, pixels: int, **axis: object) -> Row:
        """Add a row below the others."""
        top = self.rows[-1].top + self.rows[-1].pixels + GAP if self.rows else 0
        self.rows.append(Row(label, top, pixels, axis=axis))
        return self.rows[-1]

    def add_feature_row(self, label: str) -> Row:
        """Add a row with one line of cells per feature."""
        names = self.xray.feature_names
        if len(names) < self.xray.features:
            count_text = self.labels.part_of.format(n=len(names), total=self.xray.features)
            label = f"{label} ({count_text})"
        row = self.add_row(label, 16 * len(names), tickvals=np.arange(len(names)))
        row.axis["ticktext"] = shorten_all(names, 10)
        row.low, row.high = len(names) - 0.5, -0.5
        return row

    def get_axes(self, row: Row, column: int) -> dict[str, str]:
        """Return the names of the axes at a row and a column."""
        number = self.rows.index(row) * len(self.sides) + column + 1
        y = "y" if number == 1 else f"y{number}"
        return {"xaxis": "x" if column == 0 else f"x{column + 1}", "yaxis": y}

    def build_scale(
        self,
        low: float,
        high: float,
        column: int,
        unit: int = 1,
        showscale: bool = True,
    ) -> Settings:
        """Return a colour scale between two values, with a colour bar at the last column.

        Plotly takes the diverging colours if zero is between the values, else the sequential ones.
        """
        ticks = [low, 0, high] if low < 0 else [low, high]
        bar = {
            "xpad": 4,
            "lenmode": "pixels",
            "len": self.rows[-1].pixels,
            "yanchor": "middle",
            "tickvals": ticks,
            "ticktext": [f"{tick / unit:.2g}".replace("-", "−") for tick in ticks],
            "tickfont": {"size": 11},
        }
        has_bar = showscale and column == len(self.sides) - 1
        shades = {"autocolorscale": True, "zmin": low, "zmax": high}
        return shades | ({"colorbar": bar} if has_bar else {"showscale": False})

    def add_heatmap(
        self,
        row: Row,
        column: int,
        values: np.ndarray,
        hover: str,
        scale: Settings,
        raw: np.ndarray | None = None,
    ) -> None:
        """Add a heat map from the first to the last step that has a value.

        Args:
            row: Row of the sheet.
            column: Index of the side.
            values: (steps, rows) values, NaN where nothing is drawn.
            hover: Hover template.
            scale: Colour scale.
            raw: (steps, rows) values for the hover, if other than ``values``.
        """
        drawn_steps = np.flatnonzero(~np.isnan(values).all(axis=1))
        window = slice(drawn_steps[0], drawn_steps[-1] + 1)
        z = values[window].T
        is_integer = not (np.isnan(z).any() or (z % 1).any())
        self.traces.append(
            go.Heatmap(
                z=z.astype(np.int8 if is_integer else np.float32),
                customdata=None if raw is None else raw[window].T.astype(np.float32),
                x0=int(self.step_numbers[window.start]),
                dx=self.xray.stride,
                y0=0,
                hovertemplate=f"{hover}<extra></extra>",
                **self.get_axes(row, column),
                **scale,
            )
        )

    def add_hatching(self, row: Row, column: int, over: bool) -> None:
        """Hatch skipped steps and padding, ``over`` the other traces or below them."""
        absent = ~(self.xray.real & self.sides[column].counts)
        self.add_hatched_bars(row, column, find_runs(absent), over)

    def add_hatched_bars(
        self,
        row: Row,
        column: int,
        runs: list[tuple[int, int]],
        over: bool,
        frame: Mapping[str, object] | None = None,
        **style: object,
    ) -> None:
        """Add hatched bars over runs of steps, ``over`` the other traces or below them."""
        pattern = build_hatch(self.colours)
        if over:  # transparent, so that the trace below is visible
            pattern |= {"bgcolor": TRANSPARENT, "fgcolor": self.colours.ground + "66"}
        marker = {"color": TRANSPARENT, "pattern": pattern, **(frame or {})}
        self.add_bars(row, column, runs, marker=marker, **style)

    def add_bars(self, row: Row, column: int, runs: list[tuple[int, int]], **style: object) -> None:
        """Add bars over runs of steps, as high as the row."""
        if not runs:
            return
        first, end = np.array(runs).T
        low, high = sorted((row.low, row.high))
        bars = go.Bar(
            orientation="h",
            base=first + 0.5,
            x=end - first,
            y=np.full(len(runs), (low + high) / 2),
            width=high - low,
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hoverinfo="text" if "hovertext" in style else "skip",
            **self.get_axes(row, column),
        )
        self.traces.append(bars.update(style))

    def fit_texts(self, runs: list[tuple[int, int]], label: str) -> list[str]:
        """Return ``label`` per run, "" where it does not fit on a phone.

        Plotly would shrink it until it is illegible.
        """
        step_width = (PHONE_WIDTH - 80) / self.xray.width / len(self.sides)
        return [
            label if (end - first) * step_width > measure_longest([label]) else ""
            for first, end in runs
        ]

    def build_figure(self) -> go.Figure:
        """Build the figure of all rows."""
        colours, labels, xray = self.colours, self.labels, self.xray
        total = self.rows[-1].top + self.rows[-1].pixels
        axes: dict[str, Settings] = {}
        for column, domain in enumerate(self.domains):
            last_axes = self.get_axes(self.rows[-1], column)
            axes[_layout_key(last_axes["xaxis"])] = {
                "title": build_title(labels.step_axis),
                "domain": domain,
                "range": [0.5, xray.width + 0.5],
                "anchor": last_axes["yaxis"],
                **BASE_AXIS,
                **self.build_time_ticks(),
            }
        row_labels = []
        for row in self.rows:
            top, bottom = 1 - row.top / total, max(0.0, 1 - (row.top + row.pixels) / total)
            for column in range(len(self.sides)):
                subplot_axes = self.get_axes(row, column)
                axis_settings = {} if column == 0 else {"showticklabels": False}
                axes[_layout_key(subplot_axes["yaxis"])] = {
                    "domain": [bottom, top],
                    "range": [row.low, row.high],
                    "anchor": subplot_axes["xaxis"],
                    **row.axis,
                    **axis_settings,
                }
            if row.label:
                row_labels.append(self.build_annotation(row.label, 0, top, colours.muted))
            for trace in self.traces:
                if isinstance(trace, go.Heatmap) and trace.yaxis == subplot_axes["yaxis"]:
                    trace.colorbar.y = (top + bottom) / 2
        return self.assemble(axes, row_labels, total)

    def build_time_ticks(self) -> Settings:
        """Return the ticks of a time axis: fewer with two sides, which a phone also shows."""
        if self.xray.width <= MAX_TICKS // len(self.sides):
            return build_integer_ticks(1, self.xray.width)
        return {"nticks": MAX_TICKS // len(self.sides), "tickformat": "d"}

    def assemble(
        self, axes: dict[str, Settings], row_labels: list[Settings], total: int
    ) -> go.Figure:
        """Assemble traces, axes, headers, step cursors and the slider to a figure."""
        colours, xray = self.colours, self.xray
        headers = [
            self.build_annotation(
                format_header(xray, side, -1, self.labels),
                domain[0],
                1,
                get_side_colour(side, colours),
                14,
            )
            for side, domain in zip(self.sides, self.domains, strict=True)
        ]
        fig = build_figure(
            self.traces,
            colours,
            HEADER_HEIGHT + total,
            {},
            {},
            barmode="overlay",
            annotations=[*headers, *row_labels],
            shapes=build_cursors(len(self.sides), xray.width, colours),
            sliders=[build_slider(xray, self.sides, colours, self.labels)],
            margin={"t": HEADER_HEIGHT},
        )
        shared = {"tickfont": {"size": 12}, "tickangle": 0}
        return fig.update_layout({name: shared | axis for name, axis in axes.items()})

    def build_annotation(
        self, label: str, x: float, y: float, colour: str, size: int = 12
    ) -> Settings:
        """Return an annotation with its lower left corner at (x, y)."""
        return {
            "text": label,
            "x": x,
            "y": y,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "left",
            "yanchor": "bottom",
            "align": "left",
            "font": {"size": size, "color": colour},
        }


def find_runs(where: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, end) per run of True; ``end`` is exclusive."""
    edges = np.flatnonzero(np.diff(np.pad(where.astype(np.int8), 1)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def get_side_colour(side: Side, colours: Palette) -> str:
    """Return the colour of the side with the mask, or of the one without."""
    return colours.accent if side.masked else colours.warning


def _layout_key(axis: str) -> str:
    """Return the layout key of an axis: "xaxis2" for "x2"."""
    return f"{axis[0]}axis{axis[1:]}"
