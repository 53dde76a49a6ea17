"""Live parts of a page keep running, in whatever order requests reach the server."""

import pytest

from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

EVERY = 1.5
APP = f"""
import streamlit as st
from ui.shell.fragments import run_fragment

here = st.session_state
here.pages = here.get("pages", 0) + 1

def part(word):
    here.parts = here.get("parts", 0) + 1
    st.markdown(f"{{word}} pages={{here.pages}} parts={{here.parts}}")

st.title("Live")
run_fragment(part, {EVERY}, "live")
run_fragment(part, None, "still")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live")
    (folder / "app.py").write_text(APP, encoding="utf-8")
    quiet = {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false"}
    with AppServer(folder, folder, **quiet) as server:
        yield server.address


def test_a_repetition_requested_by_the_previous_run_is_ignored(address):
    """Streamlit would drop the rest of the latest run, including its order to repeat.

    That happened if such a repetition came just as that run had ended: the page was stuck.
    """
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


def test_a_click_before_the_first_repetition_reruns_the_page(address):
    with Visitor(address) as visitor:
        visitor.open("/")
        [fragment] = visitor.repeating
        visitor.repeat(fragment)
        visitor.wait_for("live pages=2")
        assert visitor.repeating != [fragment]
        visitor.wait_for("live pages=2 parts=6", 2 * EVERY)
