"""The cookie a browser is known by: a secret that the server draws and no script can read.

Streamlit's pages read cookies and cannot set them; this stands in front of them.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NAME = "unpadded_visitor"
MAX_AGE = 400 * 24 * 3600  # seconds from the last page load; browsers keep no cookie longer
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")  # as new_secret() writes 32 bytes


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def secret_in(cookies: Mapping[str, str]) -> str | None:
    """The visitor's secret; None when there is none, or something that we never drew."""
    secret = cookies.get(NAME)
    is_text = isinstance(secret, str)  # under Streamlit's AppTest it is a mock
    return secret if is_text and _SECRET.fullmatch(secret) else None


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
                    headers.append("Set-Cookie", _renewed(request))
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


def _renewed(request: HTTPConnection) -> str:
    """The cookie's header: the secret the browser has, or a new one."""
    secret = secret_in(request.cookies) or new_secret()
    # Behind a proxy, what else is on the host is not sent it.
    path = "/" + st.get_option("server.baseUrlPath").strip("/")
    cookie = f"{NAME}={secret}; Max-Age={MAX_AGE}; Path={path}; HttpOnly; SameSite=Lax"
    # The first of several proxies is the one the browser spoke to.
    forwarded = request.headers.get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return f"{cookie}; Secure" if "https" in (request.scope["scheme"], forwarded) else cookie
