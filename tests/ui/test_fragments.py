"""A page whose live part was lost on its way to the browser heals itself."""

from time import perf_counter

import pytest

from benchmarks.server import AppServer
from benchmarks.visitor import Visitor, _Question

EVERY = 3.0
APP = f"""
import streamlit as st
from ui.fragments import live

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


def test_a_repetition_that_this_page_cannot_have_asked_for_runs_the_page_again(address):
    """Streamlit drops the end of a full run when a repetition asked for by the page before comes
    just as it has ended; the page then stood still at "Predicting ..." for ever."""
    with Visitor(address) as visitor:
        visitor.open("/")
        assert "live pages=1 parts=1" in visitor.texts()
        [fragment] = visitor._tab.clocks
        visitor._tab.send_question(_Question("early", fragment, perf_counter()), poll=True)
        visitor.wait_for("live pages=2")
        visitor.wait_for("live pages=2 parts=6", 2 * EVERY)  # in its time: of itself alone
        assert "still pages=2 parts=5" in visitor.texts()
