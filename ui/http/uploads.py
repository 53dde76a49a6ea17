"""Uploaded files between a browser and the page that opens them: in memory, and so within limits.

Streamlit takes any number of files that a session sends, and keeps them until the session ends.
Here each is counted from its first byte on, and is gone as soon as it was opened, when no page
takes it, and when its session has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import Callable
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

from core import DataError
from core.i18n import N_
from runs.addresses import network_of
from runs.limits import Limits
from ui import backend
from ui.http.cookie import of_cookie, secret_in

# Bytes. Each upload counts in whole ones, and one at least: Starlette has so much of any in memory
# while it arrives.
UNIT = 2**20
SECONDS_TO_TAKE = 60.0  # the page takes a file as soon as it runs, which can wait for another run
SWEEP_SECONDS = 5.0

YOURS = N_(
    "Files that you have uploaded and not opened yet may take {most} MB on this server. Remove one "
    "or close a tab, then upload this file again."
)
EVERYBODYS = N_(
    "Many files are being opened on this server at the moment. Upload this one again in a minute."
)
GONE = N_("This file is no longer on the server. Upload it again.")


class Refused(DataError):
    """An upload is too much."""


@dataclass(eq=False)
class Upload:
    """A file from its first byte on.

    size     bytes that have arrived
    arrived  when the last byte was there; None before
    place    the uploader whose page has taken it; None before
    content  what the page took; None before, and once it is gone
    pinned   somebody else works with the content: nothing would be freed
    """

    session: str
    file: str
    visitor: str
    address: str
    began: float
    size: int = 0
    arrived: float | None = None
    place: str | None = None
    content: bytes | None = None
    pinned: bool = False
    gone: bool = False

    @property
    def weight(self) -> int:
        """The bytes it counts."""
        return max(-(-self.size // UNIT), 1) * UNIT


class Uploads:
    """All uploads of this server. Thread-safe: they arrive in the event loop, and pages take them
    in threads of their own.

    >>> uploads = Uploads(Limits(), remove=print)
    >>> upload = uploads.begin("session", "file", "visitor", "192.0.2.1", announced=5)
    >>> uploads.arrive(upload, 5)
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
        """``remove(session, file)``: have Streamlit forget a file that no page has taken yet."""
        self._limits, self._remove, self._clock = limits, remove, clock
        self._uploads: list[Upload] = []
        self._refusals: dict[str, DataError] = {}
        self._lock = Lock()

    @property
    def total(self) -> int:
        """Bytes, as they count."""
        return sum(each.weight for each in self._uploads)

    def begin(
        self, session: str, file: str, visitor: str, address: str, announced: int = 0
    ) -> Upload:
        """A file begins to arrive. ``announced``: how many bytes it claims to have. Raises Refused
        for a file that could never be taken."""
        limits = self._limits
        for most in (limits.session_upload_megabytes, limits.upload_megabytes):
            if announced > most * 10**6:
                raise Refused(YOURS, most=most)
        if announced > limits.all_upload_megabytes * 10**6:
            raise Refused(EVERYBODYS)
        upload = Upload(session, file, visitor, address, began=self._clock())
        with self._lock:
            self._uploads.append(upload)
            try:
                self._make_room(upload)
            except Refused:
                self._uploads.remove(upload)
                raise
        return upload

    def arrive(self, upload: Upload, count: int) -> None:
        """More bytes are here. Raises Refused when they are too many."""
        with self._lock:
            before = upload.weight
            upload.size += count
            if upload.gone:  # it had to make room for somebody else's
                raise Refused(EVERYBODYS)
            if upload.weight > before:
                self._make_room(upload)

    def end(self, upload: Upload, stored: bool) -> None:
        """All bytes are here, in Streamlit's memory if ``stored``."""
        with self._lock:
            if upload.gone:
                if stored:
                    self._remove(upload.session, upload.file)
            elif stored:
                before = self._find(upload.session, upload.file, taken=False)
                if before is not None:  # Streamlit has put this one in its place
                    self._uploads.remove(before)
                upload.arrived = self._clock()
            else:
                self._forget(upload)

    def take(self, session: str, file: str, place: str, content: bytes) -> None:
        """A page has taken a file out of Streamlit's memory, for its uploader ``place``. The one
        that was there before is gone."""
        with self._lock:
            upload = self._find(session, file, taken=False)
            if upload is None and self._find(session, file, taken=True) is not None:
                return
            if upload is None:  # it came in another way
                upload = Upload(session, file, session, "", began=self._clock())
                upload.arrived = upload.began
                self._uploads.append(upload)
            self._empty(session, place)
            upload.size, upload.place, upload.content = len(content), place, content

    def read(self, session: str, file: str, pin: bool = False) -> bytes:
        """The bytes of a file that was taken. Raises DataError when it is gone."""
        with self._lock:
            upload = self._find(session, file, taken=True)
            if upload is None:
                raise DataError(GONE)
            upload.pinned = pin
            return upload.content

    def drop(self, session: str, file: str) -> None:
        """Nobody needs a file any more."""
        with self._lock:
            for taken in (True, False):
                upload = self._find(session, file, taken)
                if upload is not None:
                    self._forget(upload)

    def empty(self, session: str, place: str) -> None:
        """An uploader has no file any more."""
        with self._lock:
            self._empty(session, place)

    def refuse(self, session: str, why: DataError) -> None:
        """Remember, for the page, why an upload was refused."""
        with self._lock:
            self._refusals[session] = why

    def refusal(self, session: str) -> DataError | None:
        """Why the last upload was refused; said once."""
        with self._lock:
            return self._refusals.pop(session, None)

    def sweep(self, exists: Callable[[str], bool], holds: Callable[[str, str], bool]) -> None:
        """Forget what is of no use any more: files that no page took in time, that Streamlit no
        longer ``holds``, and those of a session that no longer ``exists``."""
        now = self._clock()
        with self._lock:
            for each in list(self._uploads):
                if each.arrived is None:
                    continue
                waits = each.place is None
                late = now - each.arrived > SECONDS_TO_TAKE
                if not exists(each.session) or (
                    waits and (late or not holds(each.session, each.file))
                ):
                    self._forget(each)
            for session in [each for each in self._refusals if not exists(each)]:
                del self._refusals[session]

    def _find(self, session: str, file: str, taken: bool) -> Upload | None:
        """Of those that have arrived."""
        for each in self._uploads:
            same = (each.session, each.file) == (session, file) and each.arrived is not None
            if same and (each.place is not None) is taken:
                return each
        return None

    def _make_room(self, upload: Upload) -> None:
        """Raises Refused when there is none for this upload."""
        limits = self._limits
        for most, whose in (
            (limits.session_upload_megabytes, lambda each: each.session),
            (limits.upload_megabytes, lambda each: each.visitor),
        ):
            own = sum(each.weight for each in self._uploads if whose(each) == whose(upload))
            if own > most * 10**6:
                raise Refused(YOURS, most=most)
        # Whoever has most makes room, by address first: else many cookies were worth much room.
        while self.total > limits.all_upload_megabytes * 10**6:
            addresses, visitors = Counter(), Counter()
            for each in self._uploads:
                addresses[each.address] += each.weight
                visitors[each.visitor] += each.weight
            has = {
                each: (addresses[each.address], visitors[each.visitor]) for each in self._uploads
            }
            others = [each for each in self._uploads if has[each] > has[upload] and not each.pinned]
            if not others:
                raise Refused(EVERYBODYS)
            self._forget(max(others, key=lambda each: (has[each], -each.began)))

    def _empty(self, session: str, place: str) -> None:
        for each in list(self._uploads):
            if (each.session, each.place) == (session, place):
                self._forget(each)

    def _forget(self, upload: Upload) -> None:
        upload.gone, upload.content = True, None
        self._uploads.remove(upload)
        if upload.place is None and upload.arrived is not None:
            self._remove(upload.session, upload.file)


@cache
def uploads() -> Uploads:
    """Those of this process."""

    def remove(session: str, file: str) -> None:
        runtime.get_instance().uploaded_file_mgr.remove_file(session, file)

    return Uploads(backend.store().limits, remove)


class UploadLimit:
    """ASGI middleware: counts what is uploaded, and refuses what is too much in words."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        base = re.escape(st.get_option("server.baseUrlPath").strip("/"))
        self.address = re.compile(rf"/?{base}/_stcore/upload_file/([^/]+)/([^/]+)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = scope["type"] == "http" and self.address.fullmatch(scope["path"])
        if address and scope["method"] == "PUT":
            await self._put(*address.groups(), scope, receive, send)
        elif address and scope["method"] == "DELETE":
            await self._delete(*address.groups(), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _put(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        upload, answered = None, False
        headers = HTTPConnection(scope).headers
        announced = _announced(headers)

        async def counted() -> Message:
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(SWEEP_SECONDS):
                        message = await receive()
                    uploads().arrive(upload, len(message.get("body", b"")))
                    return message
                uploads().arrive(upload, 0)  # one that stands still has to make room too

        async def ended(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                # Before the browser knows, and the page takes it
                uploads().end(upload, stored=message["status"] == 204)
            await send(message)

        try:
            secret = await run_in_threadpool(secret_in, headers.getlist("cookie"))
            # As uvicorn takes it from a proxy that it trusts (FORWARDED_ALLOW_IPS)
            client = network_of((scope.get("client") or ("",))[0])
            visitor = client if secret is None else of_cookie(secret)
            upload = uploads().begin(session, file, visitor, client, announced)
            await self.app(scope, counted, ended)
        except ClientDisconnect:  # somebody closed the tab while it was uploading
            pass
        except Refused as why:
            if answered:
                raise
            _say(session, why)
            # The rest of a body that has an end is read and thrown away, so that a browser comes
            # to the answer; one without would never be over.
            most = backend.store().limits.session_upload_megabytes * 10**6
            ends = 0 < announced <= most
            answer = PlainTextResponse(f"{why}\n", 413, None if ends else {"Connection": "close"})
            await answer(scope, receive, send)
        finally:
            if upload is not None and not answered:
                uploads().end(upload, stored=False)

    async def _delete(
        self, session: str, file: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        async def deleted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 204:
                uploads().drop(session, file)
            await send(message)

        await self.app(scope, receive, deleted)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,15}", length) else 0


def _say(session: str, why: DataError) -> None:
    """Have the page show it: the uploader itself shows a number, whatever the answer says."""
    tab = runtime.get_instance().get_app_session(session)
    if tab is not None:
        uploads().refuse(session, why)
        tab.request_rerun(tab._client_state)


async def sweep_for_ever() -> None:
    """What the server does about uploads besides answering."""
    streamlit = runtime.get_instance()

    def holds(session: str, file: str) -> bool:
        return bool(streamlit.uploaded_file_mgr.get_files(session, [file]))

    def exists(session: str) -> bool:
        # One whose browser lost the connection a moment ago exists, and may come back.
        return streamlit._session_mgr.get_session_info(session) is not None

    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        uploads().sweep(exists, holds)
