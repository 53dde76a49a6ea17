"""Inside a network: answers, influence, states and gates over one time axis.

Padding is hatched as in every figure. Where nothing happens, nothing is drawn under the hatching;
where colours show through it something is there: a state that the mask holds, or padding that was
fed as data. One side of the X-ray stands beside the other, row by row, and a slider, which the
browser moves by itself, walks through time in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ..inspection.xray import LayerView, Side, XRay
from .cell_grid import CLEAR
from .heatmaps import even_scale, hatch
from .theme import (
    ENGLISH,
    PHONE,
    Look,
    Words,
    base_axis,
    figure,
    longest,
    look,
    number,
    shortened,
    text,
    value_axis,
    whole_ticks,
)

SIGNED = ("hidden", "candidate")  # from −1 to 1; gates are from 0 to 1, a cell state has no bounds
GAP = 28  # pixels above a row, for its name
HEAD = 120  # pixels above the first row, for the slider and the names of the sides
BETWEEN = 0.04  # of the width, between two sides
TICKS = 12  # on the time axis of all sides


def xray_figure(
    xray: XRay,
    layer: int = 0,
    sides: Sequence[int] | None = None,
    *,
    dark: bool = False,
    words: Words = ENGLISH,
) -> go.Figure:
    """The X-ray of one sequence.

    layer  place among the layers of each side, of which one is drawn
    sides  which of ``xray.sides``, from left to right; None: all of them
    """
    chosen = xray.sides if sides is None else [xray.sides[number] for number in sides]
    sheet = _Sheet(xray, chosen, look(dark), words)
    sheet.strip()
    sheet.answers()
    sheet.influence()
    sheet.inputs()
    views = [side.layers[layer] for side in chosen]
    for name in views[0].maps:
        sheet.units(name, views)
    return sheet.figure()


@dataclass
class _Row:
    """Plots side by side, ``top`` pixels below the first row's upper edge; ``low`` is at their
    bottom."""

    label: str
    top: int
    pixels: int
    low: float = 0.0
    high: float = 1.0
    axis: dict[str, Any] = field(default_factory=dict)


class _Sheet:
    """Rows of plots over one time axis, one column a side."""

    def __init__(self, xray: XRay, sides: Sequence[Side], colours: Look, words: Words) -> None:
        self.xray, self.sides, self.colours, self.words = xray, sides, colours, words
        self.rows: list[_Row] = []
        self.traces: list[Any] = []
        self.at = (xray.steps + 1).astype(np.int32)  # as a visitor counts
        share = (1 - BETWEEN * (len(sides) - 1)) / len(sides)
        self.domains = [
            [n * (share + BETWEEN), n * (share + BETWEEN) + share] for n in range(len(sides))
        ]

    def strip(self) -> None:
        """Where the sequence stands and where padding."""
        row = self.row("", 20, showticklabels=False)
        for column, side in enumerate(self.sides):
            real = {"marker": {"color": self.colours.accent}, "insidetextanchor": "middle"}
            real |= {"textfont": {"color": self.colours.on_accent, "size": 12}}
            runs = _runs(self.xray.real & side.counts)
            self.bars(row, column, runs, text=self.fitting(runs, self.words.real), **real)
            runs = _runs(~self.xray.real)
            grey = {"textfont": {"color": self.colours.muted, "size": 12}}
            written = self.fitting(runs, self.words.padding)
            self.hatched(row, column, runs, False, text=written, **grey)
            if gone := _runs(self.xray.real & ~side.counts):
                frame = {"line": {"color": self.colours.warning, "width": 2}}
                self.hatched(row, column, gone, False, frame, hovertext=self.words.erased)

    def answers(self) -> None:
        """What the network would answer if the sequence ended there."""
        xray, colours, words = self.xray, self.colours, self.words
        row = self.row(self.so_far(), 120, **value_axis(colours) | {"nticks": 5})
        if xray.classes is None:
            row.low, row.high = _room(np.concatenate([each.answers for each in self.sides]))
        else:
            row.low, row.high = -0.04, 1.04
            row.axis |= {"tickformat": ".0%", "tickvals": [0, 0.5, 1]}
        form = ":.4~g" if xray.classes is None else ":.1%"
        names = [words.prediction] if xray.classes is None else shortened(xray.classes, 10)
        for column, side in enumerate(self.sides):
            self.absent(row, column, over=False)
            for rank, name in enumerate(names):
                colour = colours.categories[rank] if xray.classes else _shade(side, colours)
                self.traces.append(
                    go.Scatter(
                        x=(xray.asked + 1).astype(np.int32),
                        y=side.answers[:, rank].astype(np.float32),
                        mode="lines+markers" if len(xray.asked) <= 30 else "lines",
                        line={"width": 2.5, "color": colour},
                        marker={"size": 6, "color": colour},
                        name=name,
                        hovertemplate=f"{words.step} %{{x}}<br>{name} <b>%{{y{form}}}</b>"
                        "<extra></extra>",
                        **self.on(row, column),
                    )
                )

    def so_far(self) -> str:
        """The name of the row of answers, with the classes in their colours."""
        shades = self.colours.categories
        named = [
            f'<b style="color:{shade}">{name}</b>'
            for name, shade in zip(shortened(self.xray.classes or (), 10), shades, strict=False)
        ]
        return ": ".join([self.words.so_far, *([", ".join(named)] if named else [])])

    def influence(self) -> None:
        """How much each step, and each feature of it, moved the answer."""
        xray, colours, words = self.xray, self.colours, self.words
        row = self.row(words.influence, 80, **value_axis(colours) | {"nticks": 4})
        sums = [side.influence.sum(axis=1) for side in self.sides]
        row.low, row.high = _room(np.append(np.concatenate(sums), 0))
        row.axis |= {"zeroline": True, "zerolinecolor": colours.muted}
        for column, (side, values) in enumerate(zip(self.sides, sums, strict=True)):
            of = "" if side.explained is None else f" ({text(side.explained, 40)})"
            shades = np.where(values < 0, colours.diverging[1], colours.diverging[-2])
            self.absent(row, column, over=False)
            self.traces.append(
                go.Bar(
                    x=self.at,
                    y=values.astype(np.float32),
                    width=0.86 * xray.every,
                    marker={"color": shades, "line": {"width": 0}},
                    hovertemplate=f"{words.step} %{{x}}<br>{words.influence}{of} "
                    "<b>%{y:.3~g}</b><extra></extra>",
                    **self.on(row, column),
                )
            )
        if len(xray.feature_names) > 1:
            reach = max(float(np.abs(side.influence).max()) for side in self.sides) or 1.0
            row = self.row_of_features(words.by_feature)
            for column, side in enumerate(self.sides):
                values = np.where(side.counts[xray.steps, None], side.influence, np.nan)
                what = f"{words.feature} %{{y}}<br>{words.step} %{{x}}<br>{words.influence}"
                scale = self.scale(colours.diverging, -reach, reach, column)
                self.heat(row, column, values, f"{what} <b>%{{z:.3~g}}</b>", scale)
                self.absent(row, column, over=not side.masked)

    def inputs(self) -> None:
        """The sequence as the network was given it, in its own units."""
        if len(self.xray.feature_names) == 1:
            self.input_line()
        else:
            self.input_map()

    def input_line(self) -> None:
        name, words = text(self.xray.feature_names[0], 30), self.words
        row = self.row(f"{words.input}: {name}", 60, **value_axis(self.colours) | {"nticks": 3})
        seen = [self.seen(side) for side in self.sides]
        row.low, row.high = _room(np.concatenate(seen))
        for column, values in enumerate(seen):
            self.absent(row, column, over=False)
            self.traces.append(
                go.Scatter(
                    x=self.at,
                    y=values[:, 0].astype(np.float32),
                    mode="lines+markers" if len(values) <= 60 else "lines",
                    line={"width": 1.5, "color": self.colours.muted},
                    marker={"size": 5, "color": self.colours.text},
                    hovertemplate=f"{words.step} %{{x}}<br>{name} <b>%{{y:.6~g}}</b>"
                    "<extra></extra>",
                    **self.on(row, column),
                )
            )

    def input_map(self) -> None:
        """Each feature is coloured from its least value to its greatest; the hover says it."""
        row = self.row_of_features(self.words.input)
        seen = [self.seen(side) for side in self.sides]
        low = np.fmin.reduce([np.nanmin(each, axis=0) for each in seen])
        high = np.fmax.reduce([np.nanmax(each, axis=0) for each in seen])
        for column, (side, values) in enumerate(zip(self.sides, seen, strict=True)):
            share = np.round(100 * (values - low) / np.where(high > low, high - low, 1))
            what = f"{self.words.step} %{{x}}<br>%{{y}} <b>%{{customdata:.6~g}}</b>"
            scale = self.scale(self.colours.sequential, 0, 100, column, showscale=False)
            self.heat(row, column, share, what, scale, values)
            self.absent(row, column, over=not side.masked)

    def units(self, name: str, views: Sequence[LayerView]) -> None:
        """One state or gate of every unit that is kept."""
        words, view = self.words, views[0]
        state = name in ("hidden", "cell")
        label = getattr(words, name if state or name == "candidate" else f"{name}_gate")
        count = len(view.units)
        drawn = f" ({self.kept(view)})" if name == "hidden" else ""  # the same in all rows
        row = self.row(f"{label}{drawn}", int(np.clip(6 * count, 40, 96)), showticklabels=False)
        row.low, row.high = count - 0.5, -0.5
        row.axis |= {"tickvals": np.arange(count), "ticktext": list(map(str, view.units))}
        reach = max(float(np.nanmax(np.abs(view.maps[name]))) for view in views) or 1.0
        for column, (side, view) in enumerate(zip(self.sides, views, strict=True)):
            values = view.maps[name]
            what = f"{words.unit} %{{y}}<br>{words.step} %{{x}}<br>{label} <b>"
            if name == "cell":
                scale = self.scale(self.colours.diverging, -reach, reach, column)
                self.heat(row, column, values, f"{what}%{{z:.3~g}}</b>", scale)
            else:  # in hundredths, of which one takes a quarter of the room of a float
                palette = self.colours.diverging if name in SIGNED else self.colours.sequential
                high = np.ceil(100 * reach) if name == "hidden" else 100
                low = -high if name in SIGNED else 0
                scale = self.scale(palette, low, high, column, 100)
                self.heat(row, column, np.round(100 * values), f"{what}%{{z}} %</b>", scale)
            self.absent(row, column, over=state or not side.masked)

    def kept(self, view: LayerView) -> str:
        """How many units and steps are drawn."""
        words, count, every = self.words, len(view.units), self.xray.every
        units = words.units if count == view.of else words.units_of
        said = [units.format(n=count, total=view.of)]
        return ", ".join(said + [words.one_in.format(n=every)] * (every > 1))

    def row(self, label: str, pixels: int, **axis: Any) -> _Row:
        top = self.rows[-1].top + self.rows[-1].pixels + GAP if self.rows else 0
        self.rows.append(_Row(label, top, pixels, axis=axis))
        return self.rows[-1]

    def row_of_features(self, label: str) -> _Row:
        names = self.xray.feature_names
        if len(names) < self.xray.features:
            drawn = self.words.part_of.format(n=len(names), total=self.xray.features)
            label = f"{label} ({drawn})"
        row = self.row(label, 16 * len(names), tickvals=np.arange(len(names)))
        row.axis["ticktext"] = shortened(names, 10)
        row.low, row.high = len(names) - 0.5, -0.5
        return row

    def on(self, row: _Row, column: int) -> dict[str, str]:
        """The axes of a row and a column."""
        number = self.rows.index(row) * len(self.sides) + column + 1
        y = "y" if number == 1 else f"y{number}"
        return {"xaxis": "x" if column == 0 else f"x{column + 1}", "yaxis": y}

    def seen(self, side: Side) -> np.ndarray:
        """(m, f) the inputs, NaN where the network was not given them."""
        return np.where(side.counts[self.xray.steps, None], side.inputs, np.nan)

    def scale(
        self,
        palette: tuple[str, ...],
        low: float,
        high: float,
        column: int,
        unit: int = 1,
        showscale: bool = True,
    ) -> dict[str, Any]:
        """Colours between two values, with a colour bar beside the last column."""
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
        shown = showscale and column == len(self.sides) - 1
        shades = {"colorscale": even_scale(palette), "zmin": low, "zmax": high}
        return shades | ({"colorbar": bar} if shown else {"showscale": False})

    def heat(
        self,
        row: _Row,
        column: int,
        values: np.ndarray,
        hover: str,
        scale: dict[str, Any],
        raw: np.ndarray | None = None,
    ) -> None:
        """values (steps, rows), from the first step that has any to the last."""
        there = np.flatnonzero(~np.isnan(values).all(axis=1))
        run = slice(there[0], there[-1] + 1)
        z = values[run].T
        whole = not (np.isnan(z).any() or (z % 1).any())
        self.traces.append(
            go.Heatmap(
                z=z.astype(np.int8 if whole else np.float32),
                customdata=None if raw is None else raw[run].T.astype(np.float32),
                x0=int(self.at[run.start]),
                dx=self.xray.every,
                y0=0,
                hoverongaps=False,
                hovertemplate=f"{hover}<extra></extra>",
                **self.on(row, column),
                **scale,
            )
        )

    def absent(self, row: _Row, column: int, over: bool) -> None:
        """Hatch the steps that do not count, or that are padding fed as data: ``over`` what is
        drawn there, or under it."""
        gone = ~(self.xray.real & self.sides[column].counts)
        self.hatched(row, column, _runs(gone), over)

    def hatched(
        self,
        row: _Row,
        column: int,
        runs: list[tuple[int, int]],
        over: bool,
        frame: dict[str, Any] | None = None,
        **style: Any,
    ) -> None:
        pattern = hatch(self.colours)
        if over:  # seen through
            pattern |= {"bgcolor": CLEAR, "fgcolor": self.colours.ground + "66"}
        marker = {"color": CLEAR, "pattern": pattern, **(frame or {"line": {"width": 0}})}
        self.bars(row, column, runs, marker=marker, **style)

    def bars(self, row: _Row, column: int, runs: list[tuple[int, int]], **style: Any) -> None:
        """Over runs of steps, as high as the row."""
        if not runs:
            return
        first, behind = np.array(runs).T
        low, high = sorted((row.low, row.high))
        bars = go.Bar(
            orientation="h",
            base=first + 0.5,
            x=behind - first,
            y=np.full(len(runs), (low + high) / 2),
            width=high - low,
            marker={"line": {"width": 0}},
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hoverinfo="text" if "hovertext" in style else "skip",
            **self.on(row, column),
        )
        self.traces.append(bars.update(style))

    def fitting(self, runs: list[tuple[int, int]], what: str) -> list[str]:
        """``what`` for the runs in which it fits on a phone: Plotly would shrink it to nothing."""
        step = (PHONE - 80) / self.xray.width / len(self.sides)
        return [what if (end - first) * step > longest([what]) else "" for first, end in runs]

    def figure(self) -> go.Figure:
        colours, words, xray = self.colours, self.words, self.xray
        total = self.rows[-1].top + self.rows[-1].pixels
        axes: dict[str, Any] = {}
        for column, domain in enumerate(self.domains):
            last = self.on(self.rows[-1], column)
            axes[_layout(last["xaxis"])] = {
                "title": words.step,
                "domain": domain,
                "range": [0.5, xray.width + 0.5],
                "anchor": last["yaxis"],
                **base_axis(colours),
                **self.ticks(),
            }
        labels = []
        for row in self.rows:
            top, bottom = 1 - row.top / total, max(0.0, 1 - (row.top + row.pixels) / total)
            for column in range(len(self.sides)):
                on = self.on(row, column)
                shown = {} if column == 0 else {"showticklabels": False}
                axes[_layout(on["yaxis"])] = {
                    "domain": [bottom, top],
                    "range": [row.low, row.high],
                    "anchor": on["xaxis"],
                    **row.axis,
                    **shown,
                }
            if row.label:
                labels.append(self.note(row.label, 0, top, colours.muted))
            for drawn in self.traces:
                if isinstance(drawn, go.Heatmap) and drawn.yaxis == on["yaxis"]:
                    drawn.colorbar.y = (top + bottom) / 2
        return self.assembled(axes, labels, total)

    def ticks(self) -> dict[str, Any]:
        """Of a time axis: fewer where two stand side by side, which they do on a phone, too."""
        if self.xray.width <= TICKS // len(self.sides):
            return whole_ticks(1, self.xray.width)
        return {"nticks": TICKS // len(self.sides), "tickformat": "d"}

    def assembled(self, axes: dict[str, Any], labels: list[Any], total: int) -> go.Figure:
        colours, xray = self.colours, self.xray
        heads = [
            self.note(self.head(side, -1), domain[0], 1, _shade(side, colours), 14)
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
        fig = figure(
            self.traces,
            colours,
            HEAD + total,
            {"title": axes["xaxis"]["title"]},
            {},
            barmode="overlay",
            annotations=[*heads, *labels],
            shapes=cursors,
            sliders=[self.slider()],
            margin={"l": 8, "r": 8, "t": HEAD, "b": 4},
            paper_bgcolor=colours.ground,  # for those who take the picture away
        )
        shared = {"zeroline": False, "showgrid": False, "fixedrange": True, "ticks": ""}
        shared |= {"tickfont": {"color": colours.text, "size": 12}, "ticklabelstandoff": 4}
        shared |= {"automargin": True, "tickangle": 0}
        named = {name: shared | axis for name, axis in axes.items()}
        for axis in named.values():
            if "title" in axis:
                axis["title"] = fig.layout.xaxis.title.to_plotly_json()
        return fig.update_layout(named)

    def slider(self) -> dict[str, Any]:
        """Moves the lines that mark a step, and says what each side answers there, in the
        browser alone."""
        steps = []
        for place, step in enumerate((self.xray.asked + 1).tolist()):
            moved: dict[str, Any] = {}
            for column, side in enumerate(self.sides):
                moved[f"shapes[{column}].x0"] = moved[f"shapes[{column}].x1"] = step
                moved[f"annotations[{column}].text"] = self.head(side, place)
            steps.append({"method": "relayout", "args": [moved], "label": str(step)})
        colours, words = self.colours, self.words
        return {
            "active": len(steps) - 1,
            "steps": steps,
            "x": 0,
            "len": 1,
            "y": 1,
            "yanchor": "bottom",
            "pad": {"l": 8, "r": 8, "t": 0, "b": 46},
            "currentvalue": {
                "prefix": f"{words.step} ",
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

    def head(self, side: Side, place: int) -> str:
        """The name of a side, and its answer after a step."""
        name = self.words.masked if side.masked else self.words.unmasked
        answers = side.answers[place]
        if np.isnan(answers).all():
            answer = "–"
        elif self.xray.classes is None:
            answer = number(answers[0])
        else:
            best = int(np.argmax(answers))
            answer = f"{text(self.xray.classes[best], 12)} ({answers[best]:.0%})"
        return f"{text(name)}<br><b>{answer}</b>"

    def note(self, label: str, x: float, y: float, colour: str, size: int = 12) -> dict[str, Any]:
        """Words that stand on a row."""
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


def _layout(axis: str) -> str:
    """The axis "x2" is called xaxis2 in the layout."""
    return f"{axis[0]}axis{axis[1:]}"


def _shade(side: Side, colours: Look) -> str:
    return colours.accent if side.masked else colours.warning


def _runs(where: np.ndarray) -> list[tuple[int, int]]:
    """(first, behind) of each run of True."""
    edges = np.flatnonzero(np.diff(np.pad(where.astype(np.int8), 1)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _room(values: np.ndarray) -> tuple[float, float]:
    """The range of an axis that holds them, with some air."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    air = 0.08 * (high - low) or 0.5
    return low - air, high + air
