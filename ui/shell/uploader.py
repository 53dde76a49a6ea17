"""File uploader that takes the file out of Streamlit's memory at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.scriptrunner import ScriptRunContext, get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui.http.uploads import get_uploads, remove_from_streamlit
from ui.i18n import translate


@dataclass(frozen=True)
class File:
    """A file in an uploader.

    The server keeps its bytes until they are dropped, or until other visitors need the room more.
    """

    session: str
    id: str
    name: str

    def read(self, pin: bool = False) -> bytes:
        """Return the bytes. Raises DataError if they have been removed.

        Args:
            pin: Keep the bytes until ``drop``.
        """
        return get_uploads().read(self.session, self.id, pin)

    def drop(self) -> None:
        """Remove the bytes, which are no longer needed."""
        get_uploads().drop(self.session, self.id)


def show_uploader(
    label: str,
    key: str,
    *,
    help: str,
    type: str | None = None,
    on_change: Callable[..., None] | None = None,
    args: tuple[object, ...] | None = None,
) -> File | None:
    """Show Streamlit's uploader, and why it refused the last file.

    Args:
        label: Label of the uploader.
        key: Widget key.
        help: Help text.
        type: Allowed file extension; None for any.
        on_change: Called when the file changes, before the page runs.
        args: Arguments of ``on_change``.

    Returns:
        The file; None if there is none.
    """
    take_file(key)  # first, or Streamlit would copy the whole file
    st.file_uploader(label, type=type, key=key, help=help, on_change=on_change, args=args)
    error = get_uploads().pop_refusal(_get_context().session_id)
    if error is not None:
        st.error(translate(error), icon=":material/error:")
    return take_file(key)


def take_file(key: str) -> File | None:
    """Take the file of an uploader, also before the uploader is drawn."""
    context, upload = _get_context(), st.session_state.get(key)
    session = context.session_id
    if upload is None:
        get_uploads().empty(session, key)
        return None
    if isinstance(upload, UploadedFile) and not hasattr(upload, "taken"):
        get_uploads().take(session, upload.file_id, key, upload.getvalue())
        remove_from_streamlit(context.uploaded_file_mgr, session, upload.file_id)
        upload.truncate(0)  # the session state would keep the bytes
        upload.taken = True  # type: ignore[attr-defined]  # a mark of this function alone
    return File(session, upload.file_id, getattr(upload, "name", ""))


def _get_context() -> ScriptRunContext:
    context = get_script_run_ctx()
    if context is None:
        raise RuntimeError("an uploader exists only in a run of a page")
    return context
