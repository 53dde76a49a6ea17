"""Whether a browser spoke to the server by HTTPS."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope


def is_https(scope: Scope) -> bool:
    """By its own word or that of a proxy in front of it. Who claims it falsely, claims it for the
    own answers alone: their cookies are marked Secure then, and none is sent back by HTTP."""
    # The first of several proxies is the one the browser spoke to.
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return scope["scheme"] in ("https", "wss") or forwarded == "https"
