"""Colours and templates of all figures, for light and dark pages.

The templates are registered with Plotly as "unpadded" and "unpadded_dark": ``template="unpadded"``
gives a figure of your own the same fonts, axes and colours. Plotly's default stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.io as pio

FONT = '"Source Sans", "Source Sans Pro", sans-serif'  # the one Streamlit serves
TRANSPARENT = "#00000000"


@dataclass(frozen=True)
class Palette:
    """Colours of the light or the dark mode.

    ``categories`` is the palette of Okabe and Ito and ``sequential`` is a section of viridis, both
    designed for every kind of colour vision. The 12 colours of ``classes`` are at least 10 CIELAB
    units apart for every kind of colour vision, with a contrast of 3 : 1. ``diverging`` has the
    purple and green of ColorBrewer's PRGn, which everybody can distinguish. Its middle is sand, as
    dark as a light page and as light as a dark page allows: no real value, least of all zero, may
    look like padding.
    """

    template: str  # name of the Plotly template
    ground: str  # background of the page
    text: str
    muted: str
    faint: str  # the fill written into padding
    line: str
    absent: str  # background of padding, under its hatching
    hatch: str
    accent: str
    on_accent: str
    warning: str
    label_ground: str
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    categories: tuple[str, ...]
    classes: tuple[str, ...]
    background: str  # of lines behind highlighted ones


LIGHT = Palette(
    template="unpadded",
    ground="#ffffff",
    text="#10171f",
    muted="#66717d",
    faint="#66717d",
    line="#e3e7ec",
    absent="#f7f8fa",
    hatch="#d3d9e0",
    accent="#0072b2",
    on_accent="#ffffff",
    warning="#bf5400",
    label_ground="#ffffff",
    sequential=("#9ccf6b", "#5ab785", "#2a9d8f", "#2f7d9b", "#355f8d", "#433e85", "#44206b"),
    diverging=("#5f1a78", "#8f55a8", "#bb92b8", "#d6b45c", "#93bb6c", "#439657", "#0f5a2c"),
    categories=(
        "#0072b2",
        "#e69f00",
        "#009e73",
        "#cc79a7",
        "#d55e00",
        "#56b4e9",
        "#b8a900",
        "#1f2933",
        "#999999",
    ),
    classes=(
        "#0072b2",
        "#d55e00",
        "#008f68",
        "#863cfb",
        "#1f2933",
        "#ef255a",
        "#742515",
        "#568aff",
        "#702276",
        "#f703cb",
        "#1f10b4",
        "#993b6e",
    ),
    background="#c3cad2",
)
DARK = Palette(
    template="unpadded_dark",
    ground="#12171e",
    text="#e6e9ee",
    muted="#8f9aa7",
    faint="#7d8997",
    line="#2b333d",
    absent="#1a2028",
    hatch="#39434f",
    accent="#56b4e9",
    on_accent="#0d1b26",
    warning="#ff8c42",
    label_ground="#1b222b",
    sequential=("#46508f", "#35689b", "#2f7f9d", "#2a9d8f", "#5ec28a", "#a6d96a", "#f0e55a"),
    diverging=("#9a4fc0", "#b072c6", "#c59ac0", "#d6b45c", "#93bb6c", "#4fa563", "#1f8a45"),
    categories=(
        "#56b4e9",
        "#e69f00",
        "#2cc295",
        "#cc79a7",
        "#f27935",
        "#3d8fd1",
        "#f0e442",
        "#e6e9ee",
        "#8c8c8c",
    ),
    classes=(
        "#56b4e9",
        "#e69f00",
        "#2cc295",
        "#a440f7",
        "#e6e9ee",
        "#d60c34",
        "#d2ba6a",
        "#465fb7",
        "#ad3884",
        "#7de148",
        "#198c4f",
        "#a48300",
    ),
    background="#4a5561",
)


def get_palette(dark: bool) -> Palette:
    """Return the colours for a dark or a light page."""
    return DARK if dark else LIGHT


def build_colour_scale(colours: tuple[str, ...]) -> list[list[float | str]]:
    """Return a Plotly colour scale with these colours at equal distances."""
    return [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]


def choose_inks(shades: Iterable[Sequence[float]]) -> list[str]:
    """Choose black or white for texts, whichever has the higher contrast with its background.

    The contrast is at least 4.58 : 1, where WCAG 2.2 asks for 4.5 (success criterion 1.4.3; the
    luminance is that of its glossary).

    Args:
        shades: Red, green and blue of each background, from 0 to 1.
    """
    rgb = np.array([*shades], dtype=np.float64).reshape(-1, 3)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ (0.2126, 0.7152, 0.0722)
    # (1 + .05) / (L + .05) for white equals (L + .05) / .05 for black at L = .179
    limit = (1.05 * 0.05) ** 0.5 - 0.05
    return ["#000000" if each > limit else "#ffffff" for each in luminance]


Settings = dict[str, object]  # of a figure or of a part of it, in Plotly's names


def _build_template(colours: Palette) -> Settings:
    """Build the Plotly template of a palette: narrow margins, dragging disabled.

    A figure that reacts to dragging blocks scrolling on a phone.
    """
    muted = {"color": colours.muted, "size": 12}
    axis = {
        "automargin": True,
        "exponentformat": "power",  # "0.0002" and "2×10⁻⁷" instead of Plotly's "200μ"
        "fixedrange": True,
        "gridcolor": colours.line,
        "linecolor": colours.line,
        "minexponent": 4,
        "showgrid": False,
        "ticklabelstandoff": 4,
        "ticks": "",
        "zeroline": False,
    }
    font = {"color": colours.text, "family": FONT, "size": 13}
    bar = {
        "exponentformat": "power",
        "outlinewidth": 0,
        "thickness": 8,
        "tickfont": muted,
        "title": {"font": muted, "side": "right"},
        "ypad": 0,
    }
    return {
        "data": {
            "bar": [{"marker": {"colorbar": bar}}],
            "heatmap": [{"colorbar": bar, "hoverongaps": False}],
            "scatter": [{"line": {"width": 2.5}}],
        },
        "layout": {
            "annotationdefaults": {"showarrow": False},
            "colorscale": {
                "diverging": build_colour_scale(colours.diverging),
                "sequential": build_colour_scale(colours.sequential),
            },
            "colorway": colours.categories,
            "dragmode": False,
            "font": font,
            "hoverlabel": {
                "bgcolor": colours.label_ground,
                "bordercolor": colours.line,
                "font": font,
            },
            "legend": {  # one line above the plot
                "bgcolor": TRANSPARENT,
                "itemclick": False,
                "itemdoubleclick": False,
                "orientation": "h",
                "x": 1,
                "xanchor": "right",
                "y": 1,
                "yanchor": "top",
                "yref": "container",
            },
            "margin": {"b": 4, "l": 8, "r": 8, "t": 4},
            "minreducedheight": 2,  # otherwise labels below a plot of less than 64 pixels are cut
            "paper_bgcolor": colours.ground,  # a downloaded image needs a background
            "plot_bgcolor": TRANSPARENT,
            "showlegend": False,
            "title": {
                "font": {"size": 15, "weight": 600},
                "pad": {"l": 2, "t": 6},
                "x": 0,
                "xanchor": "left",
                "xref": "container",
                "y": 1,
                "yanchor": "top",
                "yref": "container",
            },
            "xaxis": axis | {"title": {"font": muted, "standoff": 4}},
            "yaxis": axis | {"title": {"font": muted, "standoff": 8}},
        },
    }


pio.templates.update({each.template: _build_template(each) for each in (LIGHT, DARK)})
