"""Host names the server answers to. Another site could have its own name lead to this server, and
its pages would then be the app's own to a browser (DNS rebinding)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from runs import json_log

LOCALHOST = "localhost"
HOST = re.compile(r"(\[(?P<v6>[0-9a-f:.]+)\]|(?P<name>[^\[\]:@]+))(:[0-9]*)?")
OTHER_PAGE = "This page is of another program than this server.\n"
REFUSAL = (
    "This server does not answer to the name in the address. Who runs it can add the name to "
    "UNPADDED_HOSTS.\n"
)


def names_answered(configured: Sequence[str]) -> tuple[str, ...] | None:
    """The names besides localhost and IP addresses; None for any name, which the log says."""
    address = st.get_option("browser.serverAddress")
    names = tuple(configured) if address == LOCALHOST else (*configured, address.lower())
    bound = st.get_option("server.address") or ""
    if names or bound == LOCALHOST or _is_loopback(bound):
        return names
    json_log.say("any host name is answered", why="UNPADDED_HOSTS is not set")
    return None


class HostNames:
    """ASGI middleware: a request under another name than those is refused, websockets too."""

    def __init__(self, app: ASGIApp, names: Sequence[str] | None) -> None:
        self.app, self.names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        checked = self.names is not None and scope["type"] in ("http", "websocket")
        # A request by HTTP/1.0, as from a load balancer that looks after the server, has none.
        if checked and not all(map(self._is_known, Headers(scope=scope).getlist("host"))):
            await PlainTextResponse(REFUSAL, 400)(scope, receive, send)
            return
        if scope["type"] == "websocket" and _is_another_local_page(Headers(scope=scope)):
            await PlainTextResponse(OTHER_PAGE, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_known(self, header: str) -> bool:
        """Whether it is one of the names, with or without a port."""
        match = HOST.fullmatch(header.strip().lower())
        if match is None:
            return False
        host = (match["v6"] or match["name"]).removesuffix(".")
        if host == LOCALHOST or _is_address(host) or host in self.names:
            return True
        return any(name.startswith("*.") and host.endswith(name[1:]) for name in self.names)


def _is_another_local_page(headers: Headers) -> bool:
    """Whether a page that another program on the visitor's own machine serves opens a session:
    browsers send it the cookies of every port, and Streamlit lets in any port of this machine."""
    origin, host = urlsplit(headers.get("origin", "")), urlsplit(f"//{headers.get('host', '')}")
    try:
        ports = origin.port or {"http": 80, "https": 443}.get(origin.scheme), host.port
    except ValueError:  # not a number; Streamlit refuses the origin, and names are checked before
        return False
    # A proxy in front may leave the port out.
    here = host.port is not None and _is_local(host.hostname) and _is_local(origin.hostname)
    return here and ports[0] != ports[1]


def _is_local(host: str | None) -> bool:
    return host in (LOCALHOST, "0.0.0.0") or _is_loopback(host or "")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return _is_address(host) and ip_address(host).is_loopback
