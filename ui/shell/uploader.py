"""File uploader that takes the files out of Streamlit's memory at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import streamlit as st
from streamlit.runtime.scriptrunner import ScriptRunContext, get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile

from core import DataError
from core.errors import Note, QuotaError, UnpaddedError
from core.i18n import N_
from core.reading.formats.archives.split_files import find_training_file
from ui.http.selections import get_selections
from ui.http.uploads import GONE, get_uploads, remove_from_streamlit
from ui.i18n import _, escape_markdown, ngettext, shorten, translate
from ui.shell.packed_files import pack_files, unpack_files

MAX_CHARACTERS = 200  # of the list of names
SEVERAL_HELP = N_(
    "Several files are read like a ZIP. Files named …_TRAIN and …_TEST keep their split. "
    "A file RUL_… beside them has the remaining steps of each test sequence. Other files are one "
    "sequence per file."
)
NOT_UPLOADED = N_("The upload failed. Choose all files again, together.")
TOO_LARGE = N_(
    "The files have {found:,} MB in total; the limit is {most:,} MB. Choose fewer files."
)


@dataclass(frozen=True)
class File:
    """A file in an uploader, or several that were chosen together, as a ZIP.

    The server keeps its bytes until they are dropped, or until other visitors need the room more.

    Attributes:
        session: Id of the Streamlit session.
        key: Key of the uploader.
        names: Name per id of the files, in alphabetical order.
        error: Why it cannot be read; None if it can.
    """

    session: str
    key: str
    names: tuple[tuple[str, str], ...]
    error: UnpaddedError | None = None

    @property
    def id(self) -> str:
        """Id of the file, or of all files together."""
        return " ".join(id for id, _ in self.names)

    @property
    def name(self) -> str:
        """Display name."""
        names = [name for _, name in self.names]
        first = names[find_training_file([PurePosixPath(name) for name in names])]
        if len(names) == 1:
            return first
        return ngettext("{file} + {n} more", "{file} + {n} more", len(names) - 1, file=first)

    def read(self, pin: bool = False) -> bytes:
        """Return the bytes. Raises UnpaddedError if they cannot be opened, or have been removed.

        Args:
            pin: Keep the bytes until ``drop``.
        """
        if self.error is not None:
            raise self.error
        names = [name for _, name in self.names]
        if len(set(names)) < len(names):
            name = max(names, key=names.count)
            raise DataError("Two files have the name {found!r}. Rename one.", found=name)
        content = get_uploads().read(self.session, self.id, pin)
        most = st.get_option("server.maxUploadSize")  # Streamlit checks it for each file
        if len(content) > most * 2**20:
            raise QuotaError(TOO_LARGE, found=-(-len(content) // 2**20), most=most)
        return content

    def drop(self) -> None:
        """Remove the bytes, which are no longer needed."""
        get_uploads().drop(self.session, self.id)
        listing = _get_listing(self.key)
        if listing.file == self:
            st.session_state[_name_listing(self.key)] = replace(listing, is_dropped=True)


@dataclass(frozen=True)
class Listing:
    """What an uploader lists.

    Attributes:
        ids: Ids of the files that it lists.
        file: File to read: those of them that were chosen last.
        is_dropped: The bytes of the file are no longer needed.
    """

    ids: frozenset[str] = frozenset()
    file: File | None = None
    is_dropped: bool = False


def show_uploader(
    label: str,
    key: str,
    *,
    help: str,
    several: bool = False,
    type: str | None = None,
    on_change: Callable[..., None] | None = None,
    args: tuple[object, ...] | None = None,
) -> File | None:
    """Show Streamlit's uploader, and why it refused the last file.

    Args:
        label: Label of the uploader.
        key: Widget key.
        help: Help text.
        several: Several files can be chosen together.
        type: Allowed file extension; None for any.
        on_change: Called when the file changes, before the page runs.
        args: Arguments of ``on_change``.

    Returns:
        The file; None if there is none.
    """
    take_file(key)  # first, or Streamlit would copy the whole file
    st.file_uploader(
        label,
        type=type,
        accept_multiple_files=several,
        key=key,
        help=f"{help} {_(SEVERAL_HELP)}" if several else help,
        on_change=on_change,
        args=args,
    )
    error = get_uploads().pop_refusal(_get_context().session_id)
    if error is not None:
        st.error(translate(error), icon=":material/error:")
    file = take_file(key)
    if file is not None and len(_get_listing(key).ids) > len(file.names):
        names = ", ".join(name for _, name in file.names)
        st.caption(
            _(
                "Only the last selection is used: {files}. Choose several files together to "
                "combine them."
            ).format(files=escape_markdown(shorten(names, MAX_CHARACTERS)))
        )
    return file


def take_file(key: str) -> File | None:
    """Take the file of an uploader, also before the uploader is drawn.

    Files that were chosen together are taken as one. Streamlit lists files until the visitor
    removes them; those that were chosen earlier are not taken again.
    """
    context, value = _get_context(), st.session_state.get(key)
    uploads: list[UploadedFile | DeletedFile]
    uploads = value if isinstance(value, list) else [] if value is None else [value]
    listing, ids = _get_listing(key), frozenset(each.file_id for each in uploads)
    file = listing.file
    new = [each for each in uploads if each.file_id not in listing.ids]
    if new:
        file = _take_new(context, key, new)
    elif file is not None and not (listing.is_dropped and ids & dict(file.names).keys()):
        file = _keep_listed(file, ids)
    for each in uploads:
        if isinstance(each, UploadedFile):
            remove_from_streamlit(context.uploaded_file_mgr, context.session_id, each.file_id)
            each.truncate(0)  # the session state would keep the bytes
    if file is None:
        get_uploads().empty(context.session_id, key)
    is_dropped = listing.is_dropped and file == listing.file
    st.session_state[_name_listing(key)] = Listing(ids, file, is_dropped)
    return file


def _take_new(context: ScriptRunContext, key: str, new: list[UploadedFile | DeletedFile]) -> File:
    """Take files that were chosen together; none of them is read without the others."""
    session, ids = context.session_id, [each.file_id for each in new]
    arrived = [each for each in new if isinstance(each, UploadedFile)]
    arrived.sort(key=lambda each: (each.name, each.file_id))
    missing = get_selections().end(session, [each.file_id for each in arrived])
    fault = None
    if missing:
        name, error = next(iter(missing.items()))
        what = Note(NOT_UPLOADED) if error is None else Note(error.template, **error.values)
        fault = DataError("{file}: {what}", file=name, what=what)
    elif len(arrived) < len(new):  # removed to make room before the page ran
        fault = DataError(GONE)
    names = tuple((each.file_id, each.name) for each in arrived)
    file = File(session, key, names or tuple((id, "") for id in ids), fault)
    if fault is None:
        content = _join([(each.name, each.getvalue()) for each in arrived])
        get_uploads().take(session, file.id, key, content, ids)
    else:
        get_uploads().empty(session, key)
        for id in ids:
            get_uploads().drop(session, id)
    return file


def _keep_listed(file: File, ids: frozenset[str]) -> File | None:
    """Keep the files that the visitor has not removed from those that were chosen together."""
    kept = tuple(each for each in file.names if each[0] in ids)
    if not kept or kept == file.names or file.error is not None:
        return file if kept else None
    remaining = replace(file, names=kept)
    with suppress(DataError):  # raised again by ``read``
        contents = unpack_files(get_uploads().read(file.session, file.id))
        files = zip(file.names, contents, strict=True)
        content = _join([(name, content) for (id, name), content in files if id in ids])
        get_uploads().take(file.session, remaining.id, file.key, content)
    return remaining


def _join(files: list[tuple[str, bytes]]) -> bytes:
    """Return the bytes of the only file, or of a ZIP of several."""
    return files[0][1] if len(files) == 1 else pack_files(files)


def _get_listing(key: str) -> Listing:
    listing: Listing = st.session_state.get(_name_listing(key), Listing())
    return listing


def _name_listing(key: str) -> str:
    return f"{key}-listing"


def _get_context() -> ScriptRunContext:
    context = get_script_run_ctx()
    if context is None:
        raise RuntimeError("an uploader exists only in a run of a page")
    return context
