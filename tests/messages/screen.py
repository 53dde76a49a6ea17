"""What functions of the pages show, in Streamlit's AppTest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from tests.support.app_pages import ROOT
from ui.session.state import State


def render(show: Callable[..., object], *args: object, **options: object) -> list[str]:
    """Call a function that draws on a page, and list all texts that it shows."""
    # As on the pages: Streamlit ends Keras's session after every run, half a second each.
    keras = sys.modules.pop("keras", None)
    try:
        app = AppTest.from_function(_call, args=(show, args, options), default_timeout=60).run()
    finally:
        if keras is not None:
            sys.modules["keras"] = keras
    assert not app.exception, app.exception
    return list_texts(app)


def open_page(page: str, state: State, **session: object) -> AppTest:
    """Open a page of the app as a visitor with this state of the session."""
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.session_state["state"] = state
    for key, value in session.items():
        app.session_state[key] = value
    app.switch_page(page).run()
    assert not app.exception, app.exception
    return app


def list_texts(app: AppTest) -> list[str]:
    """List all texts of a page: bodies, labels, help texts and text alternatives."""
    elements = [*_walk(app.main), *_walk(app.sidebar)]
    return [text for element in elements for text in _list_strings(element.proto)]


def _call(show, args, options):
    show(*args, **options)


def _walk(block) -> Iterator:
    if getattr(block, "proto", None) is not None:
        yield block
    for child in getattr(block, "children", {}).values():
        yield from _walk(child)


def _list_strings(message: Message) -> Iterator[str]:
    """List the texts of a message of Streamlit and of the messages inside it."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, Message):
                yield from _list_strings(each)
            elif isinstance(each, str):
                yield each
