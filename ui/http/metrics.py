"""Protection of Streamlit's metrics: the number and activity of visitors are private."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

PATH = "/_stcore/metrics"


class HiddenMetrics:
    """ASGI middleware that hides the metrics endpoint, which Streamlit serves to everybody."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Search in the path: a route also matches near misses, such as a path with a newline.
        if scope["type"] == "http" and PATH in scope["path"]:
            await PlainTextResponse("Not Found", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)
