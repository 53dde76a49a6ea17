"""Navigation in the browser: to another page, or through the history of the open page."""

from __future__ import annotations

from typing import Literal

from streamlit.runtime.scriptrunner import get_script_run_ctx

Navigation = Literal["opened", "history"]  # another page; Back or Forward on the open page


def get_navigation(last_page: str | None) -> tuple[str, Navigation | None]:
    """Return the open page, and how the browser has just navigated to its URL.

    Args:
        last_page: The page whose URL was followed last.

    Returns:
        Hash of the page's script, and None if the browser did not navigate: the page has set the
        URL itself, or the URL is the previous one, which a browser sends until it has received the
        new one.
    """
    context = get_script_run_ctx()
    assert context is not None
    page = context.page_script_hash
    if page != last_page:
        return page, "opened"
    return page, "history" if context.is_history_navigation else None
