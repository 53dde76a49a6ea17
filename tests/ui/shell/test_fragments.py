"""Live parts of a page go on, whatever reaches the server in which order."""

import pytest

from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

EVERY = 1.5
APP = f"""
import streamlit as st
from ui.shell.fragments import live

here = st.session_state
here.pages = here.get("pages", 0) + 1

def part(word):
    here.parts = here.get("parts", 0) + 1
    st.markdown(f"{{word}} pages={{here.pages}} parts={{here.parts}}")

st.title("Live")
live(part, {EVERY}, "live")
live(part, None, "still")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    quiet = {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    with AppServer(folder, folder, **quiet) as server:
        yield server.address


def test_a_repetition_that_the_run_before_asked_for_is_ignored(address):
    """Streamlit would drop what is left of the latest run, its order to repeat included, if such a
    repetition came just as that run had ended: the page stood still for ever."""
    with Visitor(address) as visitor:
        visitor.open("/")
        [before] = visitor.repeating
        visitor.miss_the_last_run()
        visitor.wait_for("live pages=2")
        [now] = visitor.repeating
        assert now != before
        parts = visitor.texts()
        visitor.repeat(before)
        visitor.look(0.5)
        assert visitor.texts() == parts
        visitor.wait_for("live pages=2 parts=5", 2 * EVERY)  # in its time: of itself alone
        assert "still pages=2 parts=4" in visitor.texts()


def test_a_click_that_comes_sooner_than_the_first_repetition_runs_the_page_again(address):
    with Visitor(address) as visitor:
        visitor.open("/")
        [fragment] = visitor.repeating
        visitor.repeat(fragment)
        visitor.wait_for("live pages=2")
        assert visitor.repeating != [fragment]
        visitor.wait_for("live pages=2 parts=6", 2 * EVERY)
