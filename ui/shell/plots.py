"""Plotly figures on a page: themed, translated, cached, with a text alternative."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from html import escape

import streamlit as st
from plotly.graph_objects import Figure

from core.figures import Labels
from ui.i18n import _, get_language


def is_dark() -> bool:
    """Return True if the visitor's theme is dark."""
    return st.context.theme.type == "dark"


def get_figure_labels(target: str | None = None, time: str | None = None) -> Labels:
    """Return all labels that figures add themselves, in the visitor's language.

    Args:
        target: Name of the target; None for the general word.
        time: Name of the column that orders the steps; None for none.
    """
    labels = _translate_words(get_language())
    if target is not None:
        labels = labels.name_target(target)
    return labels if time is None else labels.name_time(time)


@cache
def _translate_words(language: str) -> Labels:
    """Translate the labels; ``language`` is the cache key and must be the visitor's."""
    return Labels(**{field.name: _(str(field.default)) for field in fields(Labels)})


def draw_once(
    key: tuple[Hashable, ...],
    make: Callable[..., Figure],
    *arguments: object,
    target: str | None = None,
    time: str | None = None,
    **options: object,
) -> Figure:
    """Draw a figure, cached for all visitors who see the same.

    A page runs again for every click, and drawing its figures takes longer than everything else.

    Args:
        key: Identifies the content of the figure; theme and language are added.
        make: A function of ``core.figures``.
        *arguments: Arguments of the function.
        target: Name of the target; None for the general word.
        time: Name of the column that orders the steps; None for none.
        **options: Keyword arguments of the function, besides theme and labels.
    """

    def draw() -> Figure:
        return make(*arguments, **options, dark=is_dark(), labels=get_figure_labels(target, time))

    return _cache_figure((make.__name__, *key, is_dark(), get_language(), target, time), draw)


@st.cache_resource(show_spinner=False, max_entries=100)
def _cache_figure(key: tuple[Hashable, ...], _draw: Callable[[], Figure]) -> Figure:
    return _draw()


def draw(figure: Figure, key: str, alt: str, png: str | None = None) -> None:
    """Show a Plotly figure.

    Args:
        figure: The figure.
        key: Widget key.
        alt: Description for screen readers.
        png: File name for the camera button above the figure; None for no button.
    """
    config: dict[str, object] = {"displayModeBar": False, "responsive": True}
    if png is not None:
        config |= {
            "displayModeBar": "hover",
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": "png", "scale": 2, "filename": png},
        }
    st.plotly_chart(figure, key=key, alt=alt, theme=None, config=config)


def to_html(figures: dict[str, Figure]) -> bytes:
    """Convert figures to an HTML page that needs neither this app nor a network.

    Args:
        figures: Figures by title.
    """
    first, *_others = figures.values()
    look = first.layout.template.layout
    parts = [
        f"<h2>{escape(title)}</h2>"
        + figure.to_html(
            full_html=False,
            include_plotlyjs=figure is first,  # 5 MB, once
            config={"displaylogo": False, "responsive": True},
            default_width="100%",
        )
        for title, figure in figures.items()
    ]
    style = f"background:{look.paper_bgcolor};color:{look.font.color};"
    style += "font-family:sans-serif;max-width:70rem;margin:auto"
    head = '<!doctype html><meta charset="utf-8"><title>Unpadded</title>'
    return f'{head}<body style="{style}">{"".join(parts)}</body>'.encode()
