"""The frame around every page: its configuration, the menu, the visitor's state."""

from __future__ import annotations

from dataclasses import fields

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import DataError
from core.figures import Words
from ui import identity, server, state, style
from ui.words import _, ngettext, plain, told

PAGES = (
    # (script, icon, name)
    ("app.py", ":material/home:", "Home"),
    ("pages/1_Data.py", ":material/upload_file:", "Data"),
    ("pages/2_Mask.py", ":material/grid_on:", "Mask"),
    ("pages/3_Train.py", ":material/show_chart:", "Train"),
    ("pages/4_Predict.py", ":material/online_prediction:", "Predict"),
    ("pages/5_Compare.py", ":material/balance:", "Compare"),
    ("pages/6_Runs.py", ":material/history:", "Runs"),
)


def open_page(title: str) -> state.State:
    """Call first on every page; returns the visitor's state."""
    st.set_page_config(page_title=f"{title} · Unpadded", page_icon="▦", layout="wide")
    style.apply(is_dark())
    server.runs()  # the workers begin to warm up while the visitor still reads
    visitor = state.current()
    with st.sidebar:
        st.markdown("### ▦ Unpadded")
        for script, icon, name in PAGES:
            st.page_link(script, label=_(name), icon=icon)
        sequences = ngettext("{n} sequence", "{n} sequences", len(visitor.data))
        steps = ngettext("{n} step", "{n} steps", visitor.data.lengths.sum())
        st.space("small")
        # one block, since three have a line's height of air between them
        st.markdown(
            f":small[:gray[{_('Data in use')}]]  \n**{plain(visitor.name)}**  \n"
            f":small[:gray[{sequences}, {steps}]]"
        )
        identity.sign_in_or_out()
    if visitor.memory.trouble is not None:
        st.warning(told(visitor.memory.trouble), icon=":material/cloud_off:")
    return visitor


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
    return Words(**{field.name: _(field.default) for field in fields(Words)})


def fact_grid() -> DeltaGenerator:
    """Where large numbers stand: four in a row, two on a phone."""
    return st.grid(4, min_column_width=130)


def draw(figure, key: str, alt: str, png: str | None = None) -> None:
    """A Plotly figure on the page, with its description for those who cannot see it. png: the name
    of the file in which a camera above the figure saves it."""
    config = {"displayModeBar": False, "responsive": True}
    if png is not None:
        config |= {
            "displayModeBar": True,
            "displaylogo": False,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {"format": "png", "scale": 2, "filename": png},
        }
    st.plotly_chart(figure, key=key, alt=alt, theme=None, config=config)
