"""X-ray of a network: predictions, attributions, states and gates over one time axis.

Padding is hatched as in every figure. Colours that show through the hatching mark a value at a
padded step: a state that the mask holds, or padding that was fed as data. The sides of the X-ray
are next to each other, row by row. A slider, updated by the browser alone, moves through the time
steps of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..inspection.xray import LayerView, Side, XRay
from .cell_grid import TRANSPARENT
from .heatmaps import build_colour_scale, build_hatch
from .theme import (
    ENGLISH,
    PHONE_WIDTH,
    Labels,
    Palette,
    build_base_axis,
    build_figure,
    build_integer_ticks,
    build_value_axis,
    escape_text,
    format_number,
    get_palette,
    measure_longest,
    shorten_all,
)

SIGNED = ("hidden", "candidate")  # from −1 to 1; gates are from 0 to 1, a cell state has no bounds
GAP = 28  # pixels above a row, for its title
HEADER_HEIGHT = 120  # pixels above the first row, for the slider and the names of the sides
SIDE_GAP = 0.04  # between two sides, as a fraction of the width
MAX_TICKS = 12  # on the time axes of all sides together


def plot_xray(
    xray: XRay,
    layer: int = 0,
    sides: Sequence[int] | None = None,
    *,
    dark: bool = False,
    labels: Labels = ENGLISH,
) -> go.Figure:
    """Plot the X-ray of one sequence.

    Args:
        xray: Predictions, attributions and states of the sequence.
        layer: Index of the layer to draw, within the layers of each side.
        sides: Indices into ``xray.sides``, from left to right; None draws all of them.
        dark: Use the colours of a dark page.
        labels: Texts of the figure.
    """
    selected = xray.sides if sides is None else [xray.sides[index] for index in sides]
    sheet = _Sheet(xray, selected, get_palette(dark), labels)
    sheet.add_strip()
    sheet.add_predictions()
    sheet.add_attributions()
    sheet.add_inputs()
    views = [side.layers[layer] for side in selected]
    for name in views[0].maps:
        sheet.add_units(name, views)
    return sheet.build_figure()


@dataclass
class _Row:
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
    axis: dict[str, Any] = field(default_factory=dict)


class _Sheet:
    """Rows of plots over one time axis, one column per side."""

    def __init__(self, xray: XRay, sides: Sequence[Side], colours: Palette, labels: Labels) -> None:
        self.xray, self.sides, self.colours, self.labels = xray, sides, colours, labels
        self.rows: list[_Row] = []
        self.traces: list[Any] = []
        self.step_numbers = (xray.steps + 1).astype(np.int32)  # counted from 1, as on screen
        share = (1 - SIDE_GAP * (len(sides) - 1)) / len(sides)
        self.domains = [
            [n * (share + SIDE_GAP), n * (share + SIDE_GAP) + share] for n in range(len(sides))
        ]

    def add_strip(self) -> None:
        """Add a strip that marks the real steps and the padding."""
        row = self.add_row("", 20, showticklabels=False)
        for column, side in enumerate(self.sides):
            real = {"marker": {"color": self.colours.accent}, "insidetextanchor": "middle"}
            real |= {"textfont": {"color": self.colours.on_accent, "size": 12}}
            runs = _find_runs(self.xray.real & side.counts)
            self.add_bars(row, column, runs, text=self.fit_texts(runs, self.labels.real), **real)
            runs = _find_runs(~self.xray.real)
            style = {"textfont": {"color": self.colours.muted, "size": 12}}
            texts = self.fit_texts(runs, self.labels.padding)
            self.add_hatched_bars(row, column, runs, False, text=texts, **style)
            if erased := _find_runs(self.xray.real & ~side.counts):
                frame = {"line": {"color": self.colours.warning, "width": 2}}
                self.add_hatched_bars(
                    row, column, erased, False, frame, hovertext=self.labels.erased
                )

    def add_predictions(self) -> None:
        """Add the prediction at each step as if the sequence ended there."""
        xray, colours, labels = self.xray, self.colours, self.labels
        row = self.add_row(
            self.format_prediction_title(), 120, **build_value_axis(colours) | {"nticks": 5}
        )
        if xray.classes is None:
            row.low, row.high = _pad_range(
                np.concatenate([each.predictions for each in self.sides])
            )
        else:
            row.low, row.high = -0.04, 1.04
            row.axis |= {"tickformat": ".0%", "tickvals": [0, 0.5, 1]}
        number_format = ":.4~g" if xray.classes is None else ":.1%"
        names = [labels.prediction] if xray.classes is None else shorten_all(xray.classes, 10)
        for column, side in enumerate(self.sides):
            self.add_hatching(row, column, over=False)
            for rank, name in enumerate(names):
                colour = colours.categories[rank] if xray.classes else _side_colour(side, colours)
                self.traces.append(
                    go.Scatter(
                        x=(xray.prediction_steps + 1).astype(np.int32),
                        y=side.predictions[:, rank].astype(np.float32),
                        mode="lines+markers" if len(xray.prediction_steps) <= 30 else "lines",
                        line={"width": 2.5, "color": colour},
                        marker={"size": 6, "color": colour},
                        name=name,
                        hovertemplate=f"{labels.step} %{{x}}<br>{name} <b>%{{y{number_format}}}</b>"
                        "<extra></extra>",
                        **self.get_axes(row, column),
                    )
                )

    def format_prediction_title(self) -> str:
        """Return the title of the row of predictions, with the classes in their colours."""
        shades = self.colours.categories
        coloured_names = [
            f'<b style="color:{shade}">{name}</b>'
            for name, shade in zip(shorten_all(self.xray.classes or (), 10), shades, strict=False)
        ]
        return ": ".join(
            [self.labels.so_far, *([", ".join(coloured_names)] if coloured_names else [])]
        )

    def add_attributions(self) -> None:
        """Add the attribution of each step, and of each of its features, to the prediction."""
        xray, colours, labels = self.xray, self.colours, self.labels
        row = self.add_row(labels.influence, 80, **build_value_axis(colours) | {"nticks": 4})
        sums = [side.attributions.sum(axis=1) for side in self.sides]
        row.low, row.high = _pad_range(np.append(np.concatenate(sums), 0))
        row.axis |= {"zeroline": True, "zerolinecolor": colours.muted}
        for column, (side, values) in enumerate(zip(self.sides, sums, strict=True)):
            class_text = (
                ""
                if side.explained_class is None
                else f" ({escape_text(side.explained_class, 40)})"
            )
            shades = np.where(values < 0, colours.diverging[1], colours.diverging[-2])
            self.add_hatching(row, column, over=False)
            self.traces.append(
                go.Bar(
                    x=self.step_numbers,
                    y=values.astype(np.float32),
                    width=0.86 * xray.stride,
                    marker={"color": shades, "line": {"width": 0}},
                    hovertemplate=f"{labels.step} %{{x}}<br>{labels.influence}{class_text} "
                    "<b>%{y:.3~g}</b><extra></extra>",
                    **self.get_axes(row, column),
                )
            )
        if len(xray.feature_names) > 1:
            reach = max(float(np.abs(side.attributions).max()) for side in self.sides) or 1.0
            row = self.add_feature_row(labels.by_feature)
            for column, side in enumerate(self.sides):
                values = np.where(side.counts[xray.steps, None], side.attributions, np.nan)
                hover = f"{labels.feature} %{{y}}<br>{labels.step} %{{x}}<br>{labels.influence}"
                colour_scale = self.build_scale(colours.diverging, -reach, reach, column)
                self.add_heatmap(row, column, values, f"{hover} <b>%{{z:.3~g}}</b>", colour_scale)
                self.add_hatching(row, column, over=not side.masked)

    def add_inputs(self) -> None:
        """Add the inputs of the network, in the units of the data."""
        if len(self.xray.feature_names) == 1:
            self.add_input_line()
        else:
            self.add_input_map()

    def add_input_line(self) -> None:
        """Add a line of the inputs of a single feature."""
        name, labels = escape_text(self.xray.feature_names[0], 30), self.labels
        row = self.add_row(
            f"{labels.input}: {name}", 60, **build_value_axis(self.colours) | {"nticks": 3}
        )
        inputs = [self.get_network_inputs(side) for side in self.sides]
        row.low, row.high = _pad_range(np.concatenate(inputs))
        for column, values in enumerate(inputs):
            self.add_hatching(row, column, over=False)
            self.traces.append(
                go.Scatter(
                    x=self.step_numbers,
                    y=values[:, 0].astype(np.float32),
                    mode="lines+markers" if len(values) <= 60 else "lines",
                    line={"width": 1.5, "color": self.colours.muted},
                    marker={"size": 5, "color": self.colours.text},
                    hovertemplate=f"{labels.step} %{{x}}<br>{name} <b>%{{y:.6~g}}</b>"
                    "<extra></extra>",
                    **self.get_axes(row, column),
                )
            )

    def add_input_map(self) -> None:
        """Add a heat map of the inputs: each feature uses the full colour scale.

        The hover shows the value.
        """
        row = self.add_feature_row(self.labels.input)
        inputs = [self.get_network_inputs(side) for side in self.sides]
        low = np.fmin.reduce([np.nanmin(each, axis=0) for each in inputs])
        high = np.fmax.reduce([np.nanmax(each, axis=0) for each in inputs])
        for column, (side, values) in enumerate(zip(self.sides, inputs, strict=True)):
            share = np.round(100 * (values - low) / np.where(high > low, high - low, 1))
            hover = f"{self.labels.step} %{{x}}<br>%{{y}} <b>%{{customdata:.6~g}}</b>"
            colour_scale = self.build_scale(
                self.colours.sequential, 0, 100, column, showscale=False
            )
            self.add_heatmap(row, column, share, hover, colour_scale, values)
            self.add_hatching(row, column, over=not side.masked)

    def add_units(self, name: str, views: Sequence[LayerView]) -> None:
        """Add a heat map of one state or gate of every selected unit."""
        labels, view = self.labels, views[0]
        is_state = name in ("hidden", "cell")
        label = getattr(labels, name if is_state or name == "candidate" else f"{name}_gate")
        count = len(view.units)
        count_text = f" ({self.format_unit_count(view)})" if name == "hidden" else ""  # only once
        pixels = int(np.clip(6 * count, 40, 96))
        row = self.add_row(f"{label}{count_text}", pixels, showticklabels=False)
        row.low, row.high = count - 0.5, -0.5
        row.axis |= {"tickvals": np.arange(count), "ticktext": list(map(str, view.units))}
        reach = max(float(np.nanmax(np.abs(view.maps[name]))) for view in views) or 1.0
        for column, (side, view) in enumerate(zip(self.sides, views, strict=True)):
            values = view.maps[name]
            hover = f"{labels.unit} %{{y}}<br>{labels.step} %{{x}}<br>{label} <b>"
            if name == "cell":
                colour_scale = self.build_scale(self.colours.diverging, -reach, reach, column)
                self.add_heatmap(row, column, values, f"{hover}%{{z:.3~g}}</b>", colour_scale)
            else:  # percent as an integer takes a quarter of the bytes of a float
                palette = self.colours.diverging if name in SIGNED else self.colours.sequential
                high = np.ceil(100 * reach) if name == "hidden" else 100
                low = -high if name in SIGNED else 0
                colour_scale = self.build_scale(palette, low, high, column, 100)
                percent = np.round(100 * values)
                self.add_heatmap(row, column, percent, f"{hover}%{{z}} %</b>", colour_scale)
            self.add_hatching(row, column, over=is_state or not side.masked)

    def format_unit_count(self, view: LayerView) -> str:
        """Return the text for the number of units and steps that are drawn."""
        labels, count, stride = self.labels, len(view.units), self.xray.stride
        units = labels.units if count == view.total_units else labels.units_of
        parts = [units.format(n=count, total=view.total_units)]
        return ", ".join(parts + [labels.one_in.format(n=stride)] * (stride > 1))

    def add_row(self, label: str, pixels: int, **axis: Any) -> _Row:
        """Add a row below the others."""
        top = self.rows[-1].top + self.rows[-1].pixels + GAP if self.rows else 0
        self.rows.append(_Row(label, top, pixels, axis=axis))
        return self.rows[-1]

    def add_feature_row(self, label: str) -> _Row:
        """Add a row with one line of cells per feature."""
        names = self.xray.feature_names
        if len(names) < self.xray.features:
            count_text = self.labels.part_of.format(n=len(names), total=self.xray.features)
            label = f"{label} ({count_text})"
        row = self.add_row(label, 16 * len(names), tickvals=np.arange(len(names)))
        row.axis["ticktext"] = shorten_all(names, 10)
        row.low, row.high = len(names) - 0.5, -0.5
        return row

    def get_axes(self, row: _Row, column: int) -> dict[str, str]:
        """Return the names of the axes at a row and a column."""
        number = self.rows.index(row) * len(self.sides) + column + 1
        y = "y" if number == 1 else f"y{number}"
        return {"xaxis": "x" if column == 0 else f"x{column + 1}", "yaxis": y}

    def get_network_inputs(self, side: Side) -> np.ndarray:
        """Return the (m, f) inputs, NaN at steps that the network did not process."""
        return np.where(side.counts[self.xray.steps, None], side.inputs, np.nan)

    def build_scale(
        self,
        palette: tuple[str, ...],
        low: float,
        high: float,
        column: int,
        unit: int = 1,
        showscale: bool = True,
    ) -> dict[str, Any]:
        """Return a colour scale between two values, with a colour bar at the last column."""
        ticks = [low, 0, high] if low < 0 else [low, high]
        bar = {
            "thickness": 8,
            "outlinewidth": 0,
            "xpad": 4,
            "ypad": 0,
            "lenmode": "pixels",
            "len": self.rows[-1].pixels,
            "yanchor": "middle",
            "tickvals": ticks,
            "ticktext": [f"{tick / unit:.2g}".replace("-", "−") for tick in ticks],
            "tickfont": {"color": self.colours.muted, "size": 11},
        }
        has_bar = showscale and column == len(self.sides) - 1
        shades = {"colorscale": build_colour_scale(palette), "zmin": low, "zmax": high}
        return shades | ({"colorbar": bar} if has_bar else {"showscale": False})

    def add_heatmap(
        self,
        row: _Row,
        column: int,
        values: np.ndarray,
        hover: str,
        scale: dict[str, Any],
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
                hoverongaps=False,
                hovertemplate=f"{hover}<extra></extra>",
                **self.get_axes(row, column),
                **scale,
            )
        )

    def add_hatching(self, row: _Row, column: int, over: bool) -> None:
        """Hatch skipped steps and padding, ``over`` the other traces or below them."""
        absent = ~(self.xray.real & self.sides[column].counts)
        self.add_hatched_bars(row, column, _find_runs(absent), over)

    def add_hatched_bars(
        self,
        row: _Row,
        column: int,
        runs: list[tuple[int, int]],
        over: bool,
        frame: dict[str, Any] | None = None,
        **style: Any,
    ) -> None:
        """Add hatched bars over runs of steps, ``over`` the other traces or below them."""
        pattern = build_hatch(self.colours)
        if over:  # transparent, so that the trace below is visible
            pattern |= {"bgcolor": TRANSPARENT, "fgcolor": self.colours.ground + "66"}
        marker = {"color": TRANSPARENT, "pattern": pattern, **(frame or {"line": {"width": 0}})}
        self.add_bars(row, column, runs, marker=marker, **style)

    def add_bars(self, row: _Row, column: int, runs: list[tuple[int, int]], **style: Any) -> None:
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
            marker={"line": {"width": 0}},
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
        axes: dict[str, Any] = {}
        for column, domain in enumerate(self.domains):
            last_axes = self.get_axes(self.rows[-1], column)
            axes[_layout_key(last_axes["xaxis"])] = {
                "title": labels.step,
                "domain": domain,
                "range": [0.5, xray.width + 0.5],
                "anchor": last_axes["yaxis"],
                **build_base_axis(colours),
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

    def build_time_ticks(self) -> dict[str, Any]:
        """Return the ticks of a time axis: fewer with two sides, which a phone also shows."""
        if self.xray.width <= MAX_TICKS // len(self.sides):
            return build_integer_ticks(1, self.xray.width)
        return {"nticks": MAX_TICKS // len(self.sides), "tickformat": "d"}

    def assemble(self, axes: dict[str, Any], row_labels: list[Any], total: int) -> go.Figure:
        """Assemble traces, axes, headers, step cursors and the slider to a figure."""
        colours, xray = self.colours, self.xray
        headers = [
            self.build_annotation(
                self.format_header(side, -1), domain[0], 1, _side_colour(side, colours), 14
            )
            for side, domain in zip(self.sides, self.domains, strict=True)
        ]
        cursors = [
            {
                "type": "line",
                "xref": "x" if column == 0 else f"x{column + 1}",
                "yref": "paper",
                "x0": xray.width,
                "x1": xray.width,
                "y0": 0,
                "y1": 1,
                "line": {"color": colours.text, "width": 1.5},
            }
            for column in range(len(self.sides))
        ]
        fig = build_figure(
            self.traces,
            colours,
            HEADER_HEIGHT + total,
            {"title": axes["xaxis"]["title"]},
            {},
            barmode="overlay",
            annotations=[*headers, *row_labels],
            shapes=cursors,
            sliders=[self.build_slider()],
            margin={"l": 8, "r": 8, "t": HEADER_HEIGHT, "b": 4},
            paper_bgcolor=colours.ground,  # a downloaded image needs a background
        )
        shared = {"zeroline": False, "showgrid": False, "fixedrange": True, "ticks": ""}
        shared |= {"tickfont": {"color": colours.text, "size": 12}, "ticklabelstandoff": 4}
        shared |= {"automargin": True, "tickangle": 0}
        styled_axes = {name: shared | axis for name, axis in axes.items()}
        for axis in styled_axes.values():
            if "title" in axis:
                axis["title"] = fig.layout.xaxis.title.to_plotly_json()
        return fig.update_layout(styled_axes)

    def build_slider(self) -> dict[str, Any]:
        """Return a slider that moves the step cursor and updates the predictions in the headers.

        It runs in the browser alone.
        """
        steps = []
        for index, step in enumerate((self.xray.prediction_steps + 1).tolist()):
            update: dict[str, Any] = {}
            for column, side in enumerate(self.sides):
                update[f"shapes[{column}].x0"] = update[f"shapes[{column}].x1"] = step
                update[f"annotations[{column}].text"] = self.format_header(side, index)
            steps.append({"method": "relayout", "args": [update], "label": str(step)})
        colours, labels = self.colours, self.labels
        return {
            "active": len(steps) - 1,
            "steps": steps,
            "x": 0,
            "len": 1,
            "y": 1,
            "yanchor": "bottom",
            "pad": {"l": 8, "r": 8, "t": 0, "b": 46},
            "currentvalue": {
                "prefix": f"{labels.step} ",
                "xanchor": "left",
                "offset": 8,
                "font": {"size": 13, "color": colours.text},
            },
            "bgcolor": colours.accent,
            "activebgcolor": colours.accent,
            "bordercolor": colours.line,
            "borderwidth": 3,
            "ticklen": 0,
            "minorticklen": 0,
            "font": {"size": 11, "color": colours.muted},
            "tickcolor": colours.line,
        }

    def format_header(self, side: Side, index: int) -> str:
        """Return the name of a side and its prediction at a step."""
        name = self.labels.masked if side.masked else self.labels.unmasked
        predictions = side.predictions[index]
        if np.isnan(predictions).all():
            text = "–"
        elif self.xray.classes is None:
            text = format_number(predictions[0])
        else:
            best = int(np.argmax(predictions))
            text = f"{escape_text(self.xray.classes[best], 12)} ({predictions[best]:.0%})"
        return f"{escape_text(name)}<br><b>{text}</b>"

    def build_annotation(
        self, label: str, x: float, y: float, colour: str, size: int = 12
    ) -> dict[str, Any]:
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
            "showarrow": False,
            "font": {"size": size, "color": colour},
        }


def _layout_key(axis: str) -> str:
    """Return the layout key of an axis: "xaxis2" for "x2"."""
    return f"{axis[0]}axis{axis[1:]}"


def _side_colour(side: Side, colours: Palette) -> str:
    return colours.accent if side.masked else colours.warning


def _find_runs(where: np.ndarray) -> list[tuple[int, int]]:
    """Return (first, end) per run of True; ``end`` is exclusive."""
    edges = np.flatnonzero(np.diff(np.pad(where.astype(np.int8), 1)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _pad_range(values: np.ndarray) -> tuple[float, float]:
    """Return an axis range that contains the values with a margin."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.08 * (high - low) or 0.5
    return low - margin, high + margin
