"""Import of a model ZIP from this or another copy of the app."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from core.errors import UnpaddedError
from runs import Request
from ui import backend
from ui.i18n import _
from ui.runs import detail
from ui.session.state import State
from ui.shell import requests
from ui.shell.uploader import File, show_uploader


def show_section(visitor: State) -> None:
    """Show an uploader for the ZIP; its run opens as soon as the file was checked."""
    with st.expander(_("Import a model"), icon=":material/unarchive:"):
        file = show_uploader(
            _("Model (ZIP)"),
            type="zip",
            key="import-model",
            help=_(
                "A model exported from this app on any server. No code in the file is run: the "
                "network is built from its recipe, and the weights are loaded."
            ),
        )
        if file is not None:
            imported = visitor.results.imported
            request = imported.get(file.id, lambda: _send_request(visitor, file))
            if request.done:
                file.drop()
            requests.show_result(request, _open, _("Checking the file …"))


def _send_request(visitor: State, file: File) -> Request[str]:
    try:
        content = file.read(pin=True)
    except UnpaddedError as error:
        request: Request[str] = Request()
        request.finish(error)
        return request
    return backend.get_runs().import_model(visitor.owner.id, PurePath(file.name).stem, content)


def _open(request: Request[str]) -> None:
    st.switch_page(detail.RUNS_PAGE, query_params={"run": request.result})
