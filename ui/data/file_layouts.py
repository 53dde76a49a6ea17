"""Supported file layouts, with a small sample of each, and size limits."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.i18n import N_
from ui import backend
from ui.i18n import _, format_count
from ui.samples import FOLDER

LAYOUT_NAMES = {
    "rows": N_("one sequence per line, lines of unequal length"),
    "list": N_("one row per sequence, values as a list in one cell"),
    "long": N_("one row per step, with an ID column"),
    "wide": N_("one row per sequence, one column per step"),
}
LAYOUT_HELP = {
    "long": N_(
        "For several features, times, per-step targets or very long sequences. Rows"
        " that share an ID form one sequence."
    ),
    "wide": N_(
        "Cells after the end of a sequence stay empty. Several features: x1, x2, …, y1, y2, …"
    ),
    "list": N_("A step with several features is a list itself: [[1, 2], [3, 4]]."),
    "rows": N_("Numbers only, without header and target: to view or to predict."),
}
LAYOUT_FILES = {
    "long": "three_long.csv",
    "wide": "three_wide.csv",
    "list": "three_list_in_cell.csv",
    "rows": "three_rows.csv",
}
MAX_LINES = 4


def show_samples() -> None:
    """Show the same three sequences in each layout, in a collapsed section."""
    with st.expander(_("What should my file look like?"), icon=":material/help:"):
        st.caption(_("The same three sequences in each layout. The layout is detected."))
        grid = st.grid(2, min_column_width=300)
        for layout, name in LAYOUT_FILES.items():
            _show_sample(grid.container(), layout, name)


def _show_sample(container: DeltaGenerator, layout: str, name: str) -> None:
    content = (FOLDER / name).read_text(encoding="utf-8")
    lines = content.splitlines()
    ellipsis = ["…"] if len(lines) > MAX_LINES else []
    title = _(LAYOUT_NAMES[layout])
    with container:
        st.markdown(f"**{title[:1].upper() + title[1:]}**")
        st.code("\n".join(lines[:MAX_LINES] + ellipsis), language=None)
        st.caption(_(LAYOUT_HELP[layout]))
        st.download_button(
            name,
            content,
            file_name=name,
            mime="text/csv",
            icon=":material/download:",
            key=f"layout-{layout}",
            on_click="ignore",
        )


def show_limits() -> None:
    """Show the size limits beside an uploader."""
    st.caption(
        _("Up to {megabytes} MB and {steps} steps.").format(
            megabytes=format_count(st.get_option("server.maxUploadSize")),
            steps=format_count(backend.get_store().limits.steps),
        )
    )
