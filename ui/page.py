"""The frame around every page: its configuration, the menu, the visitor's state."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import fields
from functools import cache
from html import escape
from typing import Any

import streamlit as st
from plotly.graph_objects import Figure
from streamlit.delta_generator import DeltaGenerator

from core.errors import DataError
from core.figures import Words
from core.i18n import N_
from runs import StoreError
from ui.shell import auth, menu, css as style
from ui.mask import padding_form
from ui import backend
from ui.session import state
from ui.samples import called
from ui.i18n import LANGUAGES, _, language, listed, ngettext, plain, told

PAGES = (
    # (script, icon, name)
    ("app.py", ":material/home:", N_("Home")),
    ("pages/1_Data.py", ":material/upload_file:", N_("Data")),
    ("pages/2_Mask.py", ":material/grid_on:", N_("Mask")),
    ("pages/3_Train.py", ":material/show_chart:", N_("Train")),
    ("pages/4_Predict.py", ":material/online_prediction:", N_("Predict")),
    ("pages/5_Compare.py", ":material/balance:", N_("Compare")),
    ("pages/6_Runs.py", ":material/history:", N_("Runs")),
)


def open_page(name: str) -> state.State:
    """Call first on every page, with its name in ``PAGES``; returns the visitor's state."""
    backend.runs()  # the workers begin to warm up while the visitor still reads
    visitor = state.current()  # which knows the language
    st.set_page_config(page_title=f"{_(name)} · Unpadded", page_icon="▦", layout="wide")
    style.apply(is_dark(), _(name))
    with st.sidebar:
        st.markdown("### ▦ Unpadded")
        for script, icon, label in PAGES:
            st.page_link(script, label=_(label), icon=icon)
        sequences = ngettext("{n} sequence", "{n} sequences", len(visitor.data))
        steps = ngettext("{n} step", "{n} steps", visitor.data.lengths.sum())
        st.space("small")
        # one block, since three have a line's height of air between them
        st.markdown(
            f":small[:gray[{_('Data in use')}]]  \n**{plain(called(visitor.name))}**  \n"
            f":small[:gray[{listed([sequences, steps])}]]"
        )
        auth.sign_in_or_out()
        _languages(visitor)
        menu.close_when_chosen()
    if visitor.memory.trouble is not None:
        st.warning(told(visitor.memory.trouble), icon=":material/cloud_off:")
    return visitor


def _languages(visitor: state.State) -> None:
    """The switch of the language; its callback comes before the page, so that one run is enough."""
    padding_form.one_of(
        _("Language"),
        LANGUAGES,
        "language",
        language(),
        format_func=LANGUAGES.get,
        label_visibility="collapsed",
        on_change=_read_in,
        args=(visitor, "language"),
    )


def _read_in(visitor: state.State, key: str) -> None:
    visitor.read_in(st.session_state[key])
    # A list of choices goes on showing the words of the language before (Streamlit 1.67), unless
    # its value is set anew. So is that of every control, but for text that was not sent yet.
    for name, value in st.session_state.items():
        if isinstance(value, str | list) and name != state.PASTED:
            st.session_state[name] = value


def is_fault(record: logging.LogRecord) -> bool:
    """A filter for Streamlit's log, which has a traceback of all that no page has caught: what the
    store cannot do, it has logged itself."""
    return record.exc_info is None or not isinstance(record.exc_info[1], StoreError)


def explain_failure(error: Exception) -> bool:
    """Streamlit calls it for what no page has caught; the log has its traceback by then."""
    if isinstance(error, DataError):  # such as a database that does not answer
        st.error(told(error), icon=":material/cloud_off:")
    else:
        st.error(
            _(
                "This page failed because of an error in the program. Nothing that was saved is "
                "lost: reload the page."
            ),
            icon=":material/error:",
        )
    return True


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


def fact_grid() -> DeltaGenerator:
    """Where large numbers stand: four in a row, two on a phone."""
    return st.grid(4, min_column_width=130)


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
