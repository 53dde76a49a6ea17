"""Script that closes the menu on a phone when a page is chosen.

It is the app's only script in the browser, because Streamlit (1.67) has no way to do this.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

ADDRESS = "unpadded/menu.js"  # every page is one level deep, also below a base path
SCRIPT = Path(__file__).with_name("menu.js")


def make_route() -> Route:
    """Make the route that serves the script."""
    base = st.get_option("server.baseUrlPath").strip("/")
    return Route("/" + f"{base}/{ADDRESS}".lstrip("/"), _serve_script)


def close_on_navigation() -> None:
    """Load the script. Call once per page; a browser runs a module only once."""
    st.html(f'<script type="module" src="./{ADDRESS}"></script>', unsafe_allow_javascript=True)


async def _serve_script(request: Request) -> FileResponse:
    return FileResponse(SCRIPT, media_type="text/javascript")
