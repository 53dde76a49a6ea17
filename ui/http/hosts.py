"""Host names that the server accepts, as protection against DNS rebinding.

Another site could resolve its own name to this server. To a browser, pages of the app would then
belong to that site.
"""

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


def get_allowed_names(configured: Sequence[str]) -> tuple[str, ...] | None:
    """Return the allowed names besides localhost and IP addresses.

    Returns:
        Names; None if any name is allowed, which is logged.
    """
    address = st.get_option("browser.serverAddress")
    names = tuple(configured) if address == LOCALHOST else (*configured, address.lower())
    bound = st.get_option("server.address") or ""
    if names or bound == LOCALHOST or _is_loopback(bound):
        return names
    json_log.log_event("any host name is answered", why="UNPADDED_HOSTS is not set")
    return None


class HostNames:
    """ASGI middleware that refuses requests and websockets under other host names."""

    def __init__(self, app: ASGIApp, names: Sequence[str] | None) -> None:
        self.app, self.names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # HTTP/1.0 requests, such as health checks of a load balancer, have no Host header.
        is_request = scope["type"] in ("http", "websocket")
        hosts = Headers(scope=scope).getlist("host") if is_request else []
        if self.names is not None and not all(_is_known(host, self.names) for host in hosts):
            await PlainTextResponse(REFUSAL, 400)(scope, receive, send)
            return
        if scope["type"] == "websocket" and _is_other_local_page(Headers(scope=scope)):
            await PlainTextResponse(OTHER_PAGE, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_known(header: str, names: Sequence[str]) -> bool:
    """Check that a Host header is one of the names, with or without a port."""
    match = HOST.fullmatch(header.strip().lower())
    if match is None:
        return False
    host = (match["v6"] or match["name"]).removesuffix(".")
    if host == LOCALHOST or _is_address(host) or host in names:
        return True
    return any(name.startswith("*.") and host.endswith(name[1:]) for name in names)


def _is_other_local_page(headers: Headers) -> bool:
    """Check whether a page of another program on the visitor's own machine opens a session.

    Browsers send such a page the cookies of every port, and Streamlit accepts any port of this
    machine.
    """
    origin, host = urlsplit(headers.get("origin", "")), urlsplit(f"//{headers.get('host', '')}")
    try:
        ports = origin.port or {"http": 80, "https": 443}.get(origin.scheme), host.port
    except ValueError:  # not a number; Streamlit refuses the origin, and the host is checked
        return False
    # A proxy may omit the port.
    is_local = host.port is not None and _is_local(host.hostname) and _is_local(origin.hostname)
    return is_local and ports[0] != ports[1]


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
