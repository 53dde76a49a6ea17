"""X-ray of a network: predictions, attributions, states and gates over one time axis.

Padding is hatched as in every figure. Colours that show through the hatching mark a value at a
padded step: a state that the mask holds, or padding that was fed as data. The sides of the X-ray
are next to each other, row by row. This file draws the rows, ``xray_sheet`` arranges them, and
``xray_slider`` moves through the time steps of both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from ..inspection.xray import LayerView, Side, XRay
from .labels import ENGLISH, Labels
from .layout import VALUE_AXIS
from .text import escape_text, shorten_all
from .theme import get_palette
from .xray_sheet import Sheet, find_runs, get_side_colour

SIGNED = ("hidden", "candidate")  # from −1 to 1; gates are from 0 to 1, a cell state has no bounds


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
    sheet = Sheet(xray, selected, get_palette(dark), labels)
    _add_strip(sheet)
    _add_predictions(sheet)
    _add_attributions(sheet)
    _add_inputs(sheet)
    if selected[0].layers:  # networks without states have none
        views = [side.layers[layer] for side in selected]
        for name in views[0].maps:
            _add_units(sheet, name, views)
    return sheet.build_figure()


def _add_strip(sheet: Sheet) -> None:
    """Add a strip that marks the real steps and the padding."""
    row = sheet.add_row("", 20, showticklabels=False)
    for column, side in enumerate(sheet.sides):
        real = {"marker": {"color": sheet.colours.accent}, "insidetextanchor": "middle"}
        real |= {"textfont": {"color": sheet.colours.on_accent, "size": 12}}
        runs = find_runs(sheet.xray.real & side.counts)
        sheet.add_bars(row, column, runs, text=sheet.fit_texts(runs, sheet.labels.real), **real)
        runs = find_runs(~sheet.xray.real)
        style = {"textfont": {"color": sheet.colours.muted, "size": 12}}
        texts = sheet.fit_texts(runs, sheet.labels.padding)
        sheet.add_hatched_bars(row, column, runs, False, text=texts, **style)
        if erased := find_runs(sheet.xray.real & ~side.counts):
            frame = {"line": {"color": sheet.colours.warning, "width": 2}}
            sheet.add_hatched_bars(row, column, erased, False, frame, hovertext=sheet.labels.erased)


def _add_predictions(sheet: Sheet) -> None:
    """Add the prediction at each step as if the sequence ended there."""
    xray, colours, labels = sheet.xray, sheet.colours, sheet.labels
    row = sheet.add_row(_format_prediction_title(sheet), 120, **VALUE_AXIS | {"nticks": 5})
    if xray.classes is None:
        row.low, row.high = _pad_range(np.concatenate([each.predictions for each in sheet.sides]))
    else:
        row.low, row.high = -0.04, 1.04
        row.axis |= {"tickformat": ".0%", "tickvals": [0, 0.5, 1]}
    number_format = ":.4~g" if xray.classes is None else ":.1%"
    names = [labels.prediction] if xray.classes is None else shorten_all(xray.classes, 10)
    for column, side in enumerate(sheet.sides):
        sheet.add_hatching(row, column, over=False)
        for rank, name in enumerate(names):
            colour = colours.categories[rank] if xray.classes else get_side_colour(side, colours)
            sheet.traces.append(
                go.Scatter(
                    x=(xray.prediction_steps + 1).astype(np.int32),
                    y=side.predictions[:, rank].astype(np.float32),
                    mode="lines+markers" if len(xray.prediction_steps) <= 30 else "lines",
                    line={"color": colour},
                    marker={"size": 6, "color": colour},
                    name=name,
                    hovertemplate=f"{labels.step} %{{x}}<br>{name} <b>%{{y{number_format}}}</b>"
                    "<extra></extra>",
                    **sheet.get_axes(row, column),
                )
            )


def _format_prediction_title(sheet: Sheet) -> str:
    """Return the title of the row of predictions, with the classes in their colours."""
    shades = sheet.colours.categories
    coloured_names = [
        f'<b style="color:{shade}">{name}</b>'
        for name, shade in zip(shorten_all(sheet.xray.classes or (), 10), shades, strict=False)
    ]
    return ": ".join(
        [sheet.labels.so_far, *([", ".join(coloured_names)] if coloured_names else [])]
    )


def _add_attributions(sheet: Sheet) -> None:
    """Add the attribution of each step, and of each of its features, to the prediction."""
    xray, colours, labels = sheet.xray, sheet.colours, sheet.labels
    row = sheet.add_row(labels.influence, 80, **VALUE_AXIS | {"nticks": 4})
    sums = [side.attributions.sum(axis=1) for side in sheet.sides]
    row.low, row.high = _pad_range(np.append(np.concatenate(sums), 0))
    row.axis |= {"zeroline": True, "zerolinecolor": colours.muted}
    for column, (side, values) in enumerate(zip(sheet.sides, sums, strict=True)):
        class_text = (
            "" if side.explained_class is None else f" ({escape_text(side.explained_class, 40)})"
        )
        shades = np.where(values < 0, colours.diverging[1], colours.diverging[-2])
        sheet.add_hatching(row, column, over=False)
        sheet.traces.append(
            go.Bar(
                x=sheet.step_numbers,
                y=values.astype(np.float32),
                width=0.86 * xray.stride,
                marker={"color": shades},
                hovertemplate=f"{labels.step} %{{x}}<br>{labels.influence}{class_text} "
                "<b>%{y:.3~g}</b><extra></extra>",
                **sheet.get_axes(row, column),
            )
        )
    if len(xray.feature_names) > 1:
        reach = max(float(np.abs(side.attributions).max()) for side in sheet.sides) or 1.0
        row = sheet.add_feature_row(labels.by_feature)
        for column, side in enumerate(sheet.sides):
            values = np.where(side.counts[xray.steps, None], side.attributions, np.nan)
            hover = f"{labels.feature} %{{y}}<br>{labels.step} %{{x}}<br>{labels.influence}"
            colour_scale = sheet.build_scale(-reach, reach, column)
            sheet.add_heatmap(row, column, values, f"{hover} <b>%{{z:.3~g}}</b>", colour_scale)
            sheet.add_hatching(row, column, over=not side.masked)


def _add_inputs(sheet: Sheet) -> None:
    """Add the inputs of the network, in the units of the data."""
    if len(sheet.xray.feature_names) == 1:
        _add_input_line(sheet)
    else:
        _add_input_map(sheet)


def _add_input_line(sheet: Sheet) -> None:
    """Add a line of the inputs of a single feature."""
    name, labels = escape_text(sheet.xray.feature_names[0], 30), sheet.labels
    row = sheet.add_row(f"{labels.input}: {name}", 60, **VALUE_AXIS | {"nticks": 3})
    inputs = [_get_network_inputs(sheet, side) for side in sheet.sides]
    row.low, row.high = _pad_range(np.concatenate(inputs))
    for column, values in enumerate(inputs):
        sheet.add_hatching(row, column, over=False)
        sheet.traces.append(
            go.Scatter(
                x=sheet.step_numbers,
                y=values[:, 0].astype(np.float32),
                mode="lines+markers" if len(values) <= 60 else "lines",
                line={"width": 1.5, "color": sheet.colours.muted},
                marker={"size": 5, "color": sheet.colours.text},
                hovertemplate=f"{labels.step} %{{x}}<br>{name} <b>%{{y:.6~g}}</b><extra></extra>",
                **sheet.get_axes(row, column),
            )
        )


def _add_input_map(sheet: Sheet) -> None:
    """Add a heat map of the inputs: each feature uses the full colour scale.

    The hover shows the value.
    """
    row = sheet.add_feature_row(sheet.labels.input)
    inputs = [_get_network_inputs(sheet, side) for side in sheet.sides]
    low = np.fmin.reduce([np.nanmin(each, axis=0) for each in inputs])
    high = np.fmax.reduce([np.nanmax(each, axis=0) for each in inputs])
    for column, (side, values) in enumerate(zip(sheet.sides, inputs, strict=True)):
        share = np.round(100 * (values - low) / np.where(high > low, high - low, 1))
        hover = f"{sheet.labels.step} %{{x}}<br>%{{y}} <b>%{{customdata:.6~g}}</b>"
        colour_scale = sheet.build_scale(0, 100, column, showscale=False)
        sheet.add_heatmap(row, column, share, hover, colour_scale, values)
        sheet.add_hatching(row, column, over=not side.masked)


def _add_units(sheet: Sheet, name: str, views: Sequence[LayerView]) -> None:
    """Add a heat map of one state or gate of every selected unit."""
    labels, view = sheet.labels, views[0]
    is_state = name in ("hidden", "cell")
    label = getattr(labels, name if is_state or name == "candidate" else f"{name}_gate")
    count = len(view.units)
    count_text = f" ({_format_unit_count(sheet, view)})" if name == "hidden" else ""  # only once
    pixels = int(np.clip(6 * count, 40, 96))
    row = sheet.add_row(f"{label}{count_text}", pixels, showticklabels=False)
    row.low, row.high = count - 0.5, -0.5
    row.axis |= {"tickvals": np.arange(count), "ticktext": list(map(str, view.units))}
    reach = max(float(np.nanmax(np.abs(view.maps[name]))) for view in views) or 1.0
    for column, (side, view) in enumerate(zip(sheet.sides, views, strict=True)):
        values = view.maps[name]
        hover = f"{labels.unit} %{{y}}<br>{labels.step} %{{x}}<br>{label} <b>"
        if name == "cell":
            colour_scale = sheet.build_scale(-reach, reach, column)
            sheet.add_heatmap(row, column, values, f"{hover}%{{z:.3~g}}</b>", colour_scale)
        else:  # percent as an integer takes a quarter of the bytes of a float
            high = np.ceil(100 * reach) if name == "hidden" else 100
            low = -high if name in SIGNED else 0
            colour_scale = sheet.build_scale(low, high, column, 100)
            percent = np.round(100 * values)
            sheet.add_heatmap(row, column, percent, f"{hover}%{{z}} %</b>", colour_scale)
        sheet.add_hatching(row, column, over=is_state or not side.masked)


def _format_unit_count(sheet: Sheet, view: LayerView) -> str:
    """Return the text for the number of units and steps that are drawn."""
    labels, count, stride = sheet.labels, len(view.units), sheet.xray.stride
    units = labels.units if count == view.total_units else labels.units_of
    parts = [units.format(n=count, total=view.total_units)]
    return ", ".join(parts + [labels.one_in.format(n=stride)] * (stride > 1))


def _get_network_inputs(sheet: Sheet, side: Side) -> np.ndarray:
    """Return the (m, f) inputs, NaN at steps that the network did not process."""
    return np.where(side.counts[sheet.xray.steps, None], side.inputs, np.nan)


def _pad_range(values: np.ndarray) -> tuple[float, float]:
    """Return an axis range that contains the values with a margin."""
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    margin = 0.08 * (high - low) or 0.5
    return low - margin, high + margin
