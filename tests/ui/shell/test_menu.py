"""The script of the menu is served, also below a path."""

import pytest
import streamlit as st

from ui.shell import menu


@pytest.mark.parametrize(
    ("base", "path"),
    [("", "/unpadded/menu.js"), ("deep/down", "/deep/down/unpadded/menu.js")],
)
def test_the_script_is_served_beside_the_pages(base, path, monkeypatch):
    monkeypatch.setattr(st, "get_option", {"server.baseUrlPath": base}.__getitem__)
    assert menu.make_route().path == path
