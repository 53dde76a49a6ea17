"""Limits for uploaded files in memory, from the browser to the page that opens them.

Streamlit accepts any number of files per session and keeps them until the session ends. Here each
file counts from its first byte. It is removed as soon as it was opened, when no page takes it, and
when its session has ended. A page takes files that were chosen together as one, packed.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import runtime
from streamlit.runtime.uploaded_file_manager import UploadedFileManager

from core import DataError
from core.errors import QuotaError, UnpaddedError
from core.i18n import N_
from runs.addresses import get_network
from runs.limits import Limits
from ui import backend
from ui.http.selections import TOO_MANY, TOO_MANY_FILES, get_selections, note_selections
from ui.http.visitor_cookie import find_secret, get_browser_id

# Sizes are rounded up to this unit, at least one: Starlette buffers this much of every upload.
UNIT_BYTES = 2**20
MAX_WAITING_SECONDS = 60.0  # a page takes a file when it runs, which can wait for another run
SWEEP_SECONDS = 5.0

VISITOR_LIMIT = N_(
    "Uploads that are not opened yet exceed {most} MB. Remove one or close a tab, then "
    "upload this file again."
)
SERVER_LIMIT = N_("The server is busy with other files. Upload this file again in a minute.")
GONE = N_("This file is no longer on the server. Upload it again.")


class UploadRefused(QuotaError):
    """An upload exceeds a limit."""


@dataclass(eq=False)
class Upload:
    """A file, from its first byte on.

    Attributes:
        session: Id of the Streamlit session.
        file: Id that Streamlit has given the file.
        visitor: Id of the visitor, or the address of a visitor without a cookie.
        address: Network that the upload comes from.
        started: Time of the first byte, in seconds.
        size: Bytes received.
        completed: Time of the last byte; None before.
        place: Key of the uploader whose page has taken the file; None before.
        content: Bytes that the page took; None before, and after removal.
        is_pinned: The content is in use elsewhere, so removal would free nothing.
        is_gone: The file has been removed.
    """

    session: str
    file: str
    visitor: str
    address: str
    started: float
    size: int = 0
    completed: float | None = None
    place: str | None = None
    content: bytes | None = None
    is_pinned: bool = False
    is_gone: bool = False

    @property
    def counted_bytes(self) -> int:
        """Bytes that count towards the limits."""
        return max(-(-self.size // UNIT_BYTES), 1) * UNIT_BYTES


class Uploads:
    """Uploads of this server.

    Thread-safe: uploads arrive in the event loop, and pages take them in their own threads.

    >>> uploads = Uploads(Limits(), remove=print)
    >>> upload = uploads.begin("session", "file", "visitor", "192.0.2.1", announced=5)
    >>> uploads.add_bytes(upload, 5)
    >>> uploads.end(upload, stored=True)
    >>> uploads.take("session", "file", "uploader", b"a,b,c")
    >>> uploads.read("session", "file")
    b'a,b,c'
    """

    def __init__(
        self,
        limits: Limits,
        remove: Callable[[str, str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create an empty registry.

        Args:
            limits: Limits per session, visitor and server.
            remove: Called with (session, file); removes a file that no page has taken from
                Streamlit.
            clock: Returns the time in seconds.
        """
        self._limits, self._remove, self._clock = limits, remove, clock
        self.uploads: list[Upload] = []
        self._refusals: dict[str, UnpaddedError] = {}
        self._lock = Lock()

    @property
    def total_bytes(self) -> int:
        """Bytes of all uploads, in whole units."""
        return sum(each.counted_bytes for each in self.uploads)

    def begin(
        self, session: str, file: str, visitor: str, address: str, announced: int = 0
    ) -> Upload:
        """Register a file before its first byte.

        Args:
            announced: Size that the client claims, in bytes.

        Raises:
            UploadRefused: The file exceeds a limit.
        """
        limits = self._limits
        for max_megabytes in (limits.session_upload_megabytes, limits.upload_megabytes):
            if announced > max_megabytes * 10**6:
                raise UploadRefused(VISITOR_LIMIT, most=max_megabytes)
        if announced > limits.all_upload_megabytes * 10**6:
            raise UploadRefused(SERVER_LIMIT)
        upload = Upload(session, file, visitor, address, started=self._clock())
        with self._lock:
            self.uploads.append(upload)
            try:
                self._make_room(upload)
            except UploadRefused:
                self.uploads.remove(upload)
                raise
        return upload

    def add_bytes(self, upload: Upload, count: int) -> None:
        """Count received bytes. Raises UploadRefused when they exceed a limit."""
        with self._lock:
            counted_before = upload.counted_bytes
            upload.size += count
            if upload.is_gone:  # removed to make room for another upload
                raise UploadRefused(SERVER_LIMIT)
            if upload.counted_bytes > counted_before:
                self._make_room(upload)

    def end(self, upload: Upload, stored: bool) -> None:
        """Finish an upload; ``stored`` if all bytes are in Streamlit's memory."""
        with self._lock:
            if upload.is_gone:
                if stored:
                    self._remove(upload.session, upload.file)
            elif stored:
                previous = self._find(upload.session, upload.file, is_taken=False)
                if previous is not None:  # Streamlit has replaced it
                    self.uploads.remove(previous)
                upload.completed = self._clock()
            else:
                self._forget(upload)

    def take(
        self, session: str, file: str, place: str, content: bytes, parts: Sequence[str] = ()
    ) -> None:
        """Move a file from Streamlit's memory to an uploader, whose previous file is dropped.

        Args:
            parts: Ids of the files that are packed in it; () for a file as it was uploaded.
        """
        with self._lock:
            found = (self._find(session, each, is_taken=False) for each in parts or (file,))
            waiting = [each for each in found if each is not None]
            if not waiting and self._find(session, file, is_taken=True) is not None:
                return
            for each in waiting:
                self.uploads.remove(each)
            previous = self._empty(session, place)
            # Without either, it did not pass the middleware.
            origin = [*waiting, *previous, Upload(session, file, session, "", self._clock())][0]
            upload = Upload(session, file, origin.visitor, origin.address, origin.started)
            upload.size, upload.place, upload.content = len(content), place, content
            upload.completed = origin.completed or origin.started
            self.uploads.append(upload)

    def read(self, session: str, file: str, pin: bool = False) -> bytes:
        """Return the bytes of a file that was taken. Raises DataError if it has been removed."""
        with self._lock:
            upload = self._find(session, file, is_taken=True)
            if upload is None or upload.content is None:
                raise DataError(GONE)
            upload.is_pinned = pin
            return upload.content

    def drop(self, session: str, file: str) -> None:
        """Remove a file that is no longer needed."""
        with self._lock:
            for is_taken in (True, False):
                upload = self._find(session, file, is_taken)
                if upload is not None:
                    self._forget(upload)

    def empty(self, session: str, place: str) -> None:
        """Remove the files of an uploader that is empty."""
        with self._lock:
            self._empty(session, place)

    def store_refusal(self, session: str, error: UnpaddedError) -> None:
        """Store for the page why an upload was refused."""
        with self._lock:
            self._refusals[session] = error

    def pop_refusal(self, session: str) -> UnpaddedError | None:
        """Return, once, why the last upload was refused."""
        with self._lock:
            return self._refusals.pop(session, None)

    def sweep(self, exists: Callable[[str], bool], holds: Callable[[str, str], bool]) -> None:
        """Remove stale files: not taken in time, no longer in Streamlit, or of an ended session.

        Args:
            exists: Tells whether a session exists.
            holds: Tells whether Streamlit has a file, by (session, file).
        """
        now = self._clock()
        with self._lock:
            latest: dict[str, float] = {}  # the files of a selection wait for the last one
            for each in self.uploads:
                completed = now if each.completed is None else each.completed
                latest[each.session] = max(completed, latest.get(each.session, completed))
            for each in list(self.uploads):
                if each.completed is None:
                    continue
                is_waiting = each.place is None
                is_late = now - latest[each.session] > MAX_WAITING_SECONDS
                if not exists(each.session) or (
                    is_waiting and (is_late or not holds(each.session, each.file))
                ):
                    self._forget(each)
            for session in [each for each in self._refusals if not exists(each)]:
                del self._refusals[session]

    def _find(self, session: str, file: str, is_taken: bool) -> Upload | None:
        """Find a completed upload."""
        for each in self.uploads:
            is_match = (each.session, each.file) == (session, file) and each.completed is not None
            if is_match and (each.place is not None) is is_taken:
                return each
        return None

    def _make_room(self, upload: Upload) -> None:
        """Remove other uploads until this one fits. Raises UploadRefused if it cannot."""
        limits = self._limits
        of_session = [each for each in self.uploads if each.session == upload.session]
        of_visitor = [each for each in self.uploads if each.visitor == upload.visitor]
        for max_megabytes, uploads in (
            (limits.session_upload_megabytes, of_session),
            (limits.upload_megabytes, of_visitor),
        ):
            if sum(each.counted_bytes for each in uploads) > max_megabytes * 10**6:
                raise UploadRefused(VISITOR_LIMIT, most=max_megabytes)
        # The largest user makes room, by address first: else many cookies would gain much room.
        while self.total_bytes > limits.all_upload_megabytes * 10**6:
            addresses: Counter[str] = Counter()
            visitors: Counter[str] = Counter()
            for each in self.uploads:
                addresses[each.address] += each.counted_bytes
                visitors[each.visitor] += each.counted_bytes
            usage = {
                each: (addresses[each.address], visitors[each.visitor]) for each in self.uploads
            }
            candidates = [
                each for each in self.uploads if usage[each] > usage[upload] and not each.is_pinned
            ]
            if not candidates:
                raise UploadRefused(SERVER_LIMIT)
            self._forget(max(candidates, key=lambda each: (usage[each], -each.started)))

    def _empty(self, session: str, place: str) -> list[Upload]:
        taken = [each for each in self.uploads if (each.session, each.place) == (session, place)]
        for each in taken:
            self._forget(each)
        return taken

    def _forget(self, upload: Upload) -> None:
        upload.is_gone, upload.content = True, None
        self.uploads.remove(upload)
        if upload.place is None and upload.completed is not None:
            self._remove(upload.session, upload.file)


@cache
def get_uploads() -> Uploads:
    """Return the uploads of this process."""

    def remove(session: str, file: str) -> None:
        remove_from_streamlit(runtime.get_instance().uploaded_file_mgr, session, file)

    return Uploads(backend.get_store().limits, remove)


def get_max_files() -> int:
    """Return the number of files that a session may upload at the same time."""
    return backend.get_store().limits.session_upload_megabytes * 10**6 // UNIT_BYTES


def remove_from_streamlit(files: UploadedFileManager, session: str, file: str) -> None:
    """Remove a file from Streamlit's memory."""
    files.remove_file(session, file)  # type: ignore[attr-defined]  # only the protocol lacks it


class UploadLimit:
    """ASGI middleware that counts uploads and refuses those that exceed a limit, with a message."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        base = re.escape(st.get_option("server.baseUrlPath").strip("/"))
        self.address = re.compile(rf"/?{base}/_stcore/upload_file/([^/]+)/([^/]+)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = self.address.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if address and scope["method"] == "PUT":
            await self._put(address[1], address[2], scope, receive, send)
        elif address and scope["method"] == "DELETE":
            await self._delete(address[1], address[2], scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _put(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        headers = HTTPConnection(scope).headers
        announced = _parse_content_length(headers)
        secret = await run_in_threadpool(find_secret, headers.getlist("cookie"))
        # uvicorn resolves it from a trusted proxy (FORWARDED_ALLOW_IPS)
        client = get_network((scope.get("client") or ("",))[0])
        visitor = client if secret is None else get_browser_id(secret)
        try:
            if file.endswith(TOO_MANY):
                raise UploadRefused(TOO_MANY_FILES, most=get_max_files())
            upload = get_uploads().begin(session, file, visitor, client, announced)
        except UploadRefused as error:
            get_selections().refuse(session, file, error)
            report_refusal(session, error)
            await _build_refusal(error, announced)(scope, receive, send)
            return
        has_responded = False

        async def receive_and_count() -> Message:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        message = await receive()
                    get_uploads().add_bytes(upload, len(message.get("body", b"")))
                    return message
                get_uploads().add_bytes(upload, 0)  # a stalled upload can be removed too

        async def send_and_end(message: Message) -> None:
            nonlocal has_responded
            if message["type"] == "http.response.start":
                has_responded = True
                # before the browser knows and the page takes the file
                get_uploads().end(upload, stored=message["status"] == 204)
            await send(message)

        try:
            await self.app(scope, receive_and_count, send_and_end)
        except ClientDisconnect:  # the file was removed, or the tab closed, during the upload
            get_selections().remove(session, file)
        except UploadRefused as error:
            if has_responded:
                raise
            get_selections().refuse(session, file, error)
            report_refusal(session, error)
            await _build_refusal(error, announced)(scope, receive, send)
        finally:
            if not has_responded:
                get_uploads().end(upload, stored=False)

    async def _delete(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        async def send_and_drop(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                get_uploads().drop(session, file)
                get_selections().remove(session, file)
            await send(message)

        await self.app(scope, receive, send_and_drop)


def _parse_content_length(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,15}", length) else 0


def _build_refusal(error: UploadRefused, announced: int) -> PlainTextResponse:
    """Build the response to a refused upload that claims a size of ``announced`` bytes.

    The rest of a finite body is read and discarded, so that a browser reads the response; an
    endless body would never finish.
    """
    max_bytes = backend.get_store().limits.session_upload_megabytes * 10**6
    is_finite = 0 < announced <= max_bytes
    return PlainTextResponse(f"{error}\n", 413, None if is_finite else {"Connection": "close"})


def report_refusal(session: str, error: UnpaddedError) -> None:
    """Have the page show the message: the uploader itself only shows the status code."""
    tab = runtime.get_instance().get_app_session(session)
    if tab is not None:
        get_uploads().store_refusal(session, error)
        tab.request_rerun(tab._client_state)  # noqa: SLF001  (Streamlit offers no other way)


async def sweep_forever() -> None:
    """Remove stale uploads periodically."""
    streamlit = runtime.get_instance()
    note_selections(streamlit.uploaded_file_mgr, get_max_files())

    def holds(session: str, file: str) -> bool:
        return bool(streamlit.uploaded_file_mgr.get_files(session, [file]))

    def exists(session: str) -> bool:
        # A session that has just lost its connection still exists, and may resume.
        return streamlit._session_mgr.get_session_info(session) is not None  # noqa: SLF001

    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        get_uploads().sweep(exists, holds)
        get_selections().sweep(exists)
