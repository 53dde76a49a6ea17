"""Visitor cookie: a secret that the server generates and signs, and that no script can read.

Streamlit's pages can read cookies but not set them, so middleware sets this one. Behind HTTPS its
name has a prefix with which browsers prevent others from setting it: neither a page loaded by HTTP
nor another host of the same domain can.
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

from core.errors import UnpaddedError
from ui import backend
from ui.http.https import is_https

NAME = "unpadded_visitor"
AT_ROOT, BELOW_ROOT = f"__Host-{NAME}", f"__Secure-{NAME}"  # names behind HTTPS
MAX_AGE = 400 * 24 * 3600  # seconds since the last page load; the maximum that browsers allow
# Names that the store has for earlier formats: without a signature, and, behind HTTPS, without a
# prefix.
UNSIGNED, UNPREFIXED = "unsigned", "unprefixed"

_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in the format of generate_secret()
_SIGNED = re.compile(rf"({_SECRET.pattern})\.{_SECRET.pattern}")
# Servers on other ports of a host share its cookies. Each keeps the entries that others signed.
_SEPARATOR, _MAX_FOREIGN = "~", 3


def generate_secret() -> str:
    """Generate a random secret."""
    return secrets.token_urlsafe(32)


def sign(secret: str, key: bytes) -> str:
    """Sign a secret; returns the value of the cookie.

    Args:
        secret: The browser's secret.
        key: Signing key of the database, see ``runs.store.cookies``.
    """
    signature = hmac.digest(key, secret.encode(), "sha256")
    return f"{secret}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def get_browser_id(secret: str) -> str:
    """Return the visitor id of the browser with this secret."""
    return make_visitor_id("cookie", secret)


def make_visitor_id(kind: str, *known_by: str) -> str:
    """Make an id that is unique to its kind. It fits the database's column of 80 characters."""
    return f"{kind}:{sha256(json.dumps(known_by).encode()).hexdigest()}"


def find_secret(headers: Iterable[str]) -> str | None:
    """Find the visitor's secret in the ``Cookie`` headers of a request.

    Returns:
        The secret; None if there is none that this server has issued.
    """
    entries = _parse_entries(headers)
    for name in entries:
        for entry in entries[name]:
            if (secret := _verify(entry)) is not None:
                return secret
    for entry in _list_unsigned(entries):
        if backend.get_store().cookies.is_replaceable(get_browser_id(entry), UNSIGNED):
            return entry
    return None


class VisitorCookie:
    """ASGI middleware that sets the cookie with every page.

    The script of a page opens its websocket after the page was loaded, so that the cookie is
    present when Streamlit reads it, on the first visit too.
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
                    for cookie in await _renew(request):
                        headers.append("Set-Cookie", cookie)
                    # A shared cache would give one visitor's cookie to others.
                    headers["Cache-Control"] = "private, no-cache"
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _is_page(request: HTTPConnection, status: int, headers: Mapping[str, str]) -> bool:
    """Check that a response loads a page, including one that the browser has cached.

    A browser whose cookies were deleted, but not its cache, receives a 304 as well.
    """
    if status == 304:  # has no content type
        return "text/html" in request.headers.get("accept", "")
    return headers.get("content-type", "").startswith("text/html")


async def _renew(request: HTTPConnection) -> list[str]:
    """Build the headers that set the cookie, to the browser's secret or a new one."""
    entries = _parse_entries(request.headers.getlist("cookie"))
    secure = is_https(request.scope)
    # Behind a proxy, other applications on the host do not receive the cookie.
    path = "/" + st.get_option("server.baseUrlPath").strip("/")
    name = NAME if not secure else AT_ROOT if path == "/" else BELOW_ROOT
    try:
        if _list_unsigned(entries) or (secure and entries[NAME]):  # needs the database
            secret = await run_in_threadpool(_find_valid_secret, entries, secure)
        else:
            secret = _find_valid_secret(entries, secure)
    except UnpaddedError:  # the database is unreachable: retry on the next visit
        return []
    secret = secret or generate_secret()
    value = _SEPARATOR.join([sign(secret, read_key()), *_list_foreign(entries[name])])
    attributes = f"Max-Age={MAX_AGE}; Path={path}; HttpOnly; SameSite=Lax"
    if not secure:
        return [f"{name}={value}; {attributes}"]
    cookies = [f"{name}={value}; {attributes}; Secure"]
    if any(map(_verify, entries[NAME])) or _list_unsigned(entries):  # readable by anybody over HTTP
        rest = _SEPARATOR.join(_list_foreign(entries[NAME]))
        cookies.append(f"{NAME}={rest}; {attributes if rest else f'Max-Age=0; Path={path}'}")
    return cookies


def _find_valid_secret(entries: dict[str, list[str]], secure: bool) -> str | None:
    """Find the browser's secret, if it may keep it. Raises StoreError."""
    cookies = backend.get_store().cookies
    for name in entries:
        for secret in filter(None, map(_verify, entries[name])):
            if name != NAME or not secure or cookies.replace(get_browser_id(secret), UNPREFIXED):
                return secret
    for entry in _list_unsigned(entries):
        if cookies.replace(get_browser_id(entry), UNSIGNED):
            return entry
    return None


def _parse_entries(headers: Iterable[str]) -> dict[str, list[str]]:
    """Parse the entries under each name of the cookie, the preferred name first.

    HTTP/2 may send one header per cookie. Streamlit's own parser keeps one cookie per name, but a
    path and its parent path may each have one.
    """
    entries: dict[str, list[str]] = {AT_ROOT: [], BELOW_ROOT: [], NAME: []}
    for header in headers:
        for cookie in header.split(";"):
            name, _, value = cookie.strip().partition("=")
            if name in entries:
                entries[name] += value.strip().split(_SEPARATOR)
    return entries


def _verify(entry: str) -> str | None:
    """Return the secret of an entry with this server's signature, else None."""
    match = _SIGNED.fullmatch(entry)
    if match and hmac.compare_digest(sign(match[1], read_key()), entry):
        return match[1]
    return None


def _list_unsigned(entries: dict[str, list[str]]) -> list[str]:
    """List secrets in the format of commit 3c4f589."""
    return [entry for entry in entries[NAME] if _SECRET.fullmatch(entry)]


def _list_foreign(entries: list[str]) -> list[str]:
    """List entries with the signature of another server."""
    foreign = [entry for entry in entries if _SIGNED.fullmatch(entry) and not _verify(entry)]
    return list(dict.fromkeys(foreign))[:_MAX_FOREIGN]


@cache
def read_key() -> bytes:
    """Read the signing key from the database, once. Raises StoreError."""
    return backend.get_store().cookies.read_key()
