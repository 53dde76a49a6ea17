"""The cookie a browser is known by: a secret that the server draws and signs, and that no script
can read.

Streamlit's pages read cookies and cannot set them; this stands in front of them. Behind HTTPS its
name has a prefix with which browsers let nobody else set it: neither a page that came by HTTP, nor
another host of the same domain.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import DataError
from ui import backend
from ui.http.https import is_https

NAME = "unpadded_visitor"
AT_ROOT, BELOW = f"__Host-{NAME}", f"__Secure-{NAME}"  # by HTTPS
MAX_AGE = 400 * 24 * 3600  # seconds from the last page load; browsers keep no cookie longer
# Earlier forms, as the store knows them: without a signature, and, by HTTPS, without a prefix.
UNSIGNED, UNPREFIXED = "unsigned", "unprefixed"

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # as new_secret() writes 32 bytes
_SIGNED = re.compile(rf"({_SECRET.pattern})\.{_SECRET.pattern}")
# Servers on other ports of a host share its cookies. Each keeps what the others have signed.
_BETWEEN, _OTHERS = "~", 3


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def signed(secret: str, key: bytes) -> str:
    """The cookie's value for a secret. key: of the database, see ``runs.store.cookies``."""
    signature = hmac.digest(key, secret.encode(), "sha256")
    return f"{secret}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def of_cookie(secret: str) -> str:
    """The id of the browser that has this secret."""
    return visitor_id("cookie", secret)


def visitor_id(kind: str, *known_by: str) -> str:
    """Of one kind and never equal to another kind's; the database's column has 80 characters."""
    return f"{kind}:{sha256(json.dumps(known_by).encode()).hexdigest()}"


def secret_in(headers: Iterable[str]) -> str | None:
    """The visitor's secret in the values of a request's ``Cookie`` headers; None when there is
    none, or none that this server has issued."""
    entries = _entries(headers)
    for name in entries:
        for entry in entries[name]:
            if (secret := _issued(entry)) is not None:
                return secret
    for entry in _unsigned(entries):
        if backend.store().cookies.is_replaceable(of_cookie(entry), UNSIGNED):
            return entry
    return None


class VisitorCookie:
    """ASGI middleware: whoever loads a page has the cookie from then on.

    A page's script opens its websocket after the page was loaded, so that the cookie is there
    when Streamlit reads it, on the first visit too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if _is_page(request, message["status"], headers):
                    for cookie in await _renewed(request):
                        headers.append("Set-Cookie", cookie)
                    # A cache between here and the browsers would give one visitor's to others.
                    headers["Cache-Control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _is_page(request: HTTPConnection, status: int, headers: Mapping[str, str]) -> bool:
    """Whether this is the answer to the loading of a page, be it that the browser has it still:
    one whose cookies were deleted, but not its cache, is answered 304 as well."""
    if status == 304:  # which names no type
        return "text/html" in request.headers.get("accept", "")
    return headers.get("content-type", "").startswith("text/html")


async def _renewed(request: HTTPConnection) -> list[str]:
    """The headers that set the cookie: to the secret the browser has, or to a new one."""
    entries = _entries(request.headers.getlist("cookie"))
    secure = is_https(request.scope)
    # Behind a proxy, what else is on the host is not sent it.
    path = "/" + st.get_option("server.baseUrlPath").strip("/")
    name = NAME if not secure else AT_ROOT if path == "/" else BELOW
    try:
        if _unsigned(entries) or (secure and entries[NAME]):  # is looked up in the database
            secret = await run_in_threadpool(_secret_to_keep, entries, secure)
        else:
            secret = _secret_to_keep(entries, secure)
    except DataError:  # the database does not answer: another visit will find out
        return []
    secret = secret or new_secret()
    value = _BETWEEN.join([signed(secret, read_key()), *_of_others(entries[name])])
    attributes = f"Max-Age={MAX_AGE}; Path={path}; HttpOnly; SameSite=Lax"
    if not secure:
        return [f"{name}={value}; {attributes}"]
    cookies = [f"{name}={value}; {attributes}; Secure"]
    if any(map(_issued, entries[NAME])) or _unsigned(entries):  # which HTTP would show to all
        rest = _BETWEEN.join(_of_others(entries[NAME]))
        cookies.append(f"{NAME}={rest}; {attributes if rest else f'Max-Age=0; Path={path}'}")
    return cookies


def _secret_to_keep(entries: dict[str, list[str]], secure: bool) -> str | None:
    """The secret the browser has and may keep. Raises StoreError."""
    cookies = backend.store().cookies
    for name in entries:
        for secret in filter(None, map(_issued, entries[name])):
            if name != NAME or not secure or cookies.replace(of_cookie(secret), UNPREFIXED):
                return secret
    for entry in _unsigned(entries):
        if cookies.replace(of_cookie(entry), UNSIGNED):
            return entry
    return None


def _entries(headers: Iterable[str]) -> dict[str, list[str]]:
    """What the cookie holds under each of its names, the best one first. Headers: HTTP/2 may send
    one per cookie. Streamlit's own reading would keep one cookie per name, where a path and the
    path above it may each have one."""
    entries: dict[str, list[str]] = {AT_ROOT: [], BELOW: [], NAME: []}
    for header in headers:
        for cookie in header.split(";"):
            name, _, value = cookie.strip().partition("=")
            if name in entries:
                entries[name] += value.strip().split(_BETWEEN)
    return entries


def _issued(entry: str) -> str | None:
    """The secret of an entry with this server's signature."""
    match = _SIGNED.fullmatch(entry)
    if match and hmac.compare_digest(signed(match[1], read_key()), entry):
        return match[1]
    return None


def _unsigned(entries: dict[str, list[str]]) -> list[str]:
    """Secrets as commit 3c4f589 wrote them."""
    return [entry for entry in entries[NAME] if _SECRET.fullmatch(entry)]


def _of_others(entries: list[str]) -> list[str]:
    """Entries with the signature of another server."""
    others = [entry for entry in entries if _SIGNED.fullmatch(entry) and not _issued(entry)]
    return list(dict.fromkeys(others))[:_OTHERS]


@cache
def read_key() -> bytes:
    """What signs the cookies, read from the database once. Raises StoreError."""
    return backend.store().cookies.key()
