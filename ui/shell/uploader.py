"""The uploader on a page: it takes the file out of Streamlit's memory at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui.http.uploads import uploads
from ui.i18n import told


@dataclass(frozen=True)
class File:
    """A file in an uploader. The server has its bytes until somebody says that they are not needed
    any more, or until others need the room more."""

    session: str
    id: str
    name: str

    def read(self, pin: bool = False) -> bytes:
        """Its bytes; ``pin``: they stay until ``drop``. Raises DataError when they are gone."""
        return uploads().read(self.session, self.id, pin)

    def drop(self) -> None:
        """The bytes are not needed any more."""
        uploads().drop(self.session, self.id)


def uploader(label: str, key: str, **options: Any) -> File | None:
    """Streamlit's uploader, and why it did not take the last file."""
    file_in(key)  # or Streamlit would copy all of it
    st.file_uploader(label, key=key, **options)
    refused = uploads().refusal(get_script_run_ctx().session_id)
    if refused is not None:
        st.error(told(refused), icon=":material/error:")
    return file_in(key)


def file_in(key: str) -> File | None:
    """The file that an uploader has, also before it is drawn."""
    context, given = get_script_run_ctx(), st.session_state.get(key)
    session = context.session_id
    if given is None:
        uploads().empty(session, key)
        return None
    if isinstance(given, UploadedFile) and not hasattr(given, "taken"):
        uploads().take(session, given.file_id, key, given.getvalue())
        context.uploaded_file_mgr.remove_file(session, given.file_id)
        given.truncate(0)  # the session's state would keep the bytes
        given.taken = True
    return File(session, given.file_id, getattr(given, "name", ""))
