"""Slider of the X-ray, with the step cursors and the headers that it updates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..inspection.xray import Side, XRay
from .labels import Labels
from .text import escape_text, format_number
from .theme import Palette, Settings


def build_slider(xray: XRay, sides: Sequence[Side], colours: Palette, labels: Labels) -> Settings:
    """Return a slider that moves the step cursor and updates the predictions in the headers.

    It runs in the browser alone.
    """
    steps = []
    for index, step in enumerate((xray.prediction_steps + 1).tolist()):
        update: Settings = {}
        for column, side in enumerate(sides):
            update[f"shapes[{column}].x0"] = update[f"shapes[{column}].x1"] = step
            update[f"annotations[{column}].text"] = format_header(xray, side, index, labels)
        steps.append({"method": "relayout", "args": [update], "label": str(step)})
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


def build_cursors(columns: int, step: int, colours: Palette) -> list[Settings]:
    """Return a vertical line per column that marks a step."""
    return [
        {
            "type": "line",
            "xref": "x" if column == 0 else f"x{column + 1}",
            "yref": "paper",
            "x0": step,
            "x1": step,
            "y0": 0,
            "y1": 1,
            "line": {"color": colours.text, "width": 1.5},
        }
        for column in range(columns)
    ]


def format_header(xray: XRay, side: Side, index: int, labels: Labels) -> str:
    """Return the name of a side and its prediction at a step."""
    name = labels.masked if side.masked else labels.unmasked
    predictions = side.predictions[index]
    if np.isnan(predictions).all():
        text = "–"
    elif xray.classes is None:
        text = format_number(predictions[0])
    else:
        best = int(np.argmax(predictions))
        text = f"{escape_text(xray.classes[best], 12)} ({predictions[best]:.0%})"
    return f"{escape_text(name)}<br><b>{text}</b>"
