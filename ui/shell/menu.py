"""The menu on a phone: it closes when a page is chosen. The one script of ours in the browser,
since nothing in Streamlit (1.67) can do that."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

ADDRESS = "unpadded/menu.js"  # every page is one level deep, also below a base path
SCRIPT = Path(__file__).with_name("menu.js")


def route() -> Route:
    """Where the server has the script."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return Route("/" + f"{base}/{ADDRESS}".lstrip("/"), _script)


def close_when_chosen() -> None:
    """Call once per page. A module is run once, however often it is named."""
    st.html(f'<script type="module" src="./{ADDRESS}"></script>', unsafe_allow_javascript=True)


async def _script(request: Request) -> FileResponse:
    return FileResponse(SCRIPT, media_type="text/javascript")
