"""Detection of HTTPS."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Scope


def is_https(scope: Scope) -> bool:
    """Check whether the browser uses HTTPS, by the connection or a proxy's header.

    A client that forges the header affects only its own responses: their cookies are marked as
    Secure and are not sent back by HTTP.
    """
    # The first of several proxies is the one that the browser connects to.
    forwarded = Headers(scope=scope).get("x-forwarded-proto", "").split(",")[0].strip().lower()
    return scope["scheme"] in ("https", "wss") or forwarded == "https"
