"""Security headers, sent with every response."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.file_util import get_static_dir

from ui.http.https import is_https

STARTS = ("http.response.start", "websocket.accept", "websocket.http.response.start")
DENIAL = "websocket.http.response"  # ASGI extension: refuse a websocket with an HTTP response


def build_headers(frame_ancestors: Sequence[str] = ()) -> dict[str, str]:
    """Build the headers.

    Args:
        frame_ancestors: Origins whose pages may embed the app in a frame, or "self"; () for none.

    Returns:
        Header values by header name.
    """
    page = (Path(get_static_dir()) / "index.html").read_text("utf-8")
    frames = [f"'{each}'" if each == "self" else each for each in frame_ancestors] or ["'none'"]
    policy = {
        "default-src": ["'self'"],
        "script-src": ["'self'", *hash_scripts(page)],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'", "blob:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": frames,
    }
    headers = {
        "Content-Security-Policy": "; ".join(
            " ".join([name, *sources]) for name, sources in policy.items()
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",  # URLs contain run ids
    }
    # For browsers without frame-ancestors; it cannot name other origins.
    options = {"'none'": "DENY", "'self'": "SAMEORIGIN"}
    if len(frames) == 1 and frames[0] in options:
        headers["X-Frame-Options"] = options[frames[0]]
    return headers


def hash_scripts(page: str) -> list[str]:
    """Hash the inline scripts of an HTML page, as sources for a Content-Security-Policy.

    >>> hash_scripts("<!-- <script>0</script> --><script src=a></script><script> 1 </script>")
    ["'sha256-wFJ9CmzJk5Xeq/o/Z9mSb8b6CwbjFIt04jAkTo4+4YM='"]
    """
    page = re.sub(r"<!--.*?-->", "", page, flags=re.S)
    scripts = re.findall(r"<script(?![^>]*\ssrc\s*=)[^>]*>(.*?)</script", page, re.S | re.I)
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    ]


class SecurityHeaders:
    """ASGI middleware that adds the headers to every response.

    This includes errors and refused websockets.

    Behind HTTPS it also marks every cookie as Secure, including Streamlit's own.
    """

    def __init__(self, app: ASGIApp, frame_ancestors: Sequence[str] = ()) -> None:
        self.app, self.headers = app, build_headers(frame_ancestors)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "websocket.close" and not started and _can_deny(scope):
                # The server's own refusal would have no headers.
                await _make_response(403, "Forbidden")(scope, receive, send_with_headers)
                return
            if message["type"] in STARTS:
                started = True
                message.setdefault("headers", [])
                headers = MutableHeaders(scope=message)
                headers.update(self.headers)
                if is_https(scope):
                    message["headers"] = list(map(_mark_secure, message["headers"]))
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if not started and (scope["type"] == "http" or _can_deny(scope)):
                # Starlette's own response would have no headers.
                await _make_response(500, "Internal Server Error")(
                    scope, receive, send_with_headers
                )
            raise


def _can_deny(scope: Scope) -> bool:
    return DENIAL in scope.get("extensions", {})


def _make_response(status: int, text: str) -> PlainTextResponse:
    return PlainTextResponse(text, status)


def _mark_secure(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    name, value = header
    attributes = {part.strip().lower() for part in value.split(b";")[1:]}
    if name.lower() == b"set-cookie" and b"secure" not in attributes:
        return name, value + b"; Secure"
    return header
