"""The model card of a run, on screen and for print."""

from __future__ import annotations

import io
import re
import zipfile

import streamlit as st

from runs import Request, Run
from runs.jobs.export import Export
from ui import backend
from ui.context import recall_input, remember_input
from ui.i18n import _, escape_links
from ui.results.file_names import name_file
from ui.session.state import State
from ui.shell import requests
from ui.shell.widgets import get_widget_key

CARD = "MODEL_CARD.md"  # in the exported ZIP
# Streamlit's own Markdown: formulas, colours, icons.
_EXTENSIONS = re.compile(r"(\$|:(?=[A-Za-z]))")
_CODE = re.compile(r"(```.*?```|(?<!\\)`[^`\n]*`)", re.DOTALL)


def show_section(visitor: State, run: Run) -> None:
    """Show the model card, which is written when the section is opened."""
    with st.container(border=True):
        box = f"model-card-{run.id}"
        is_open = st.toggle(
            _("Model card"),
            value=recall_input(box, False),
            key=f"{get_widget_key(visitor, 'model-card')}-{run.id}",
            help=_("How to use the model, what it was trained on, its evaluation and its limits."),
        )
        remember_input(box, is_open, False)
        if is_open:
            requests.show_result(
                backend.get_runs().export(run),
                lambda request: _show(request, run),
                _("Writing the model card …"),
            )


def _show(request: Request[Export], run: Run) -> None:
    card = _read_card(run.id)
    if card is None:
        st.caption(_("This model has no model card."))
        return
    with st.container(key="model-card"):
        st.markdown(prepare_markdown(card))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            _("Download (Markdown)"),
            card,
            file_name=f"{name_file(run, 'model-card')}.md",
            mime="text/markdown",
            key="model-card-download",
            on_click="ignore",
            icon=":material/download:",
        )
        st.caption(_("To print the model card, print this page in your browser."))


@st.cache_resource(show_spinner=False, max_entries=50)
def _read_card(run_id: str) -> str | None:
    """Read the card in the exported ZIP of a run."""
    content = backend.get_runs().read_model(run_id)
    if content is None:
        return None
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(CARD).decode() if CARD in archive.namelist() else None


def prepare_markdown(card: str) -> str:
    """Prepare a card for the screen: no metadata, and only the Markdown that it was written in.

    Its text may come from the file of an imported model.
    """
    text = re.sub(r"\A---\n.*?\n---\n", "", card, flags=re.DOTALL)
    parts = _CODE.split(text)  # code is at the odd places
    parts[::2] = [_EXTENSIONS.sub(r"\\\1", escape_links(part)) for part in parts[::2]]
    return "".join(parts)
