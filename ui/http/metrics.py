"""Streamlit's metrics: how many visitors are here and what they do is nobody's business."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/_stcore/metrics"


class HiddenMetrics:
    """ASGI middleware: the address of Streamlit's metrics, which it has for everybody, is none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Anywhere in it: a route also takes what is not quite its path, such as one with a newline.
        if scope["type"] == "http" and PATH in scope["path"]:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)
