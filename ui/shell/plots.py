"""Plotly figures on a page: in its colours and language, drawn once, with a description."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from html import escape
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure

from core.figures import Words
from ui.i18n import _, language


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def figure_words() -> Words:
    """Every word the figures write by themselves, in the visitor's language."""
    return _words_in(language())


@cache
def _words_in(language: str) -> Words:
    """language: the visitor's, in which ``_`` answers."""
    return Words(**{field.name: _(field.default) for field in fields(Words)})


def drawn_once(
    key: tuple[Hashable, ...], make: Callable[..., Figure], *arguments: Any, **options: Any
) -> Figure:
    """A figure, drawn once for everybody who sees the same: a page runs again for every click, and
    to draw its figures takes longer than all the rest.

    Args:
        key: What the figure shows; the look is added.
        make: A function of ``core.figures``, and what it is called with besides the look.
    """

    def draw() -> Figure:
        return make(*arguments, **options, dark=is_dark(), words=figure_words())

    return _kept((make.__name__, *key, is_dark(), language()), draw)


@st.cache_resource(show_spinner=False, max_entries=100)
def _kept(key: tuple[Hashable, ...], _draw: Callable[[], Figure]) -> Figure:
    return _draw()


def draw(figure, key: str, alt: str, png: str | None = None) -> None:
    """A Plotly figure on the page, with its description for those who cannot see it. png: the name
    of the file in which the camera that comes up above the figure saves it."""
    config = {"displayModeBar": False, "responsive": True}
    if png is not None:
        config |= {
            "displayModeBar": "hover",
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": "png", "scale": 2, "filename": png},
        }
    st.plotly_chart(figure, key=key, alt=alt, theme=None, config=config)


def as_page(figures: dict[str, Figure]) -> bytes:
    """Figures by their titles as one HTML page that needs neither this app nor a network."""
    first, *_others = figures.values()
    ground, ink = first.layout.paper_bgcolor, first.layout.font.color
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
    style = f"background:{ground};color:{ink};font-family:sans-serif;max-width:70rem;margin:auto"
    head = '<!doctype html><meta charset="utf-8"><title>Unpadded</title>'
    return f'{head}<body style="{style}">{"".join(parts)}</body>'.encode()
