"""Asking an ASGI application without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp


@dataclass
class Answer:
    """The messages of an application; ``error`` is the exception that it raised after them."""

    messages: list[dict[str, Any]]
    error: Exception | None = None

    @property
    def status(self) -> int:
        (start,) = (each for each in self.messages if "status" in each)
        return start["status"]

    @property
    def text(self) -> str:
        return b"".join(each.get("body", b"") for each in self.messages).decode()

    @property
    def accepted(self) -> bool:
        return self.messages[0]["type"] == "websocket.accept"

    def values(self, name: str) -> list[str]:
        """Return the values of all headers with this name."""
        headers = self.messages[0]["headers"]
        return [v.decode() for n, v in headers if n.decode().lower() == name.lower()]


def ask(
    app: ASGIApp,
    path: str = "/",
    method: str = "GET",
    headers: Iterable[tuple[str, str]] = (),
    body: Iterable[bytes] = (),
    **scope: Any,
) -> Answer:
    """Send a request to an application; ``type="websocket"`` for a handshake."""
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "query_string": b"",
        "headers": raw,
        "client": ("192.0.2.1", 1234),
    } | scope
    websocket = scope["type"] == "websocket"
    if websocket:
        scope.setdefault("extensions", {"websocket.http.response": {}})
    parts = iter([*body])
    answer = Answer([])

    async def receive() -> dict[str, Any]:
        if websocket:
            return {"type": "websocket.connect"}
        part = next(parts, None)
        return {"type": "http.request", "body": part or b"", "more_body": part is not None}

    async def send(message: dict[str, Any]) -> None:
        answer.messages.append(message)

    try:
        asyncio.run(app(scope, receive, send))
    except Exception as error:
        answer.error = error
    return answer
