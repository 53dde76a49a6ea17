"""A visitor without a browser: it speaks Streamlit's own protocol, so that many fit on a machine.

    with Visitor("http://127.0.0.1:8501") as visitor:
        visitor.open("/Train")
        visitor.click("Start training")
        visitor.wait_for("Finished", 60)
        print(visitor.texts(), visitor.answers)

A ``Tab`` sends and keeps what Streamlit's browser code (1.67) sends and keeps: the values of all
widgets, the query string, large messages for when they come again, and the clocks of fragments
that repeat. What stands on the screen when a run has ended is decided by Streamlit's own
``AgentSessionClient`` and read as AppTest's elements. Nothing happens in a tab while nobody
calls: its fragments do not repeat then. ``look`` just watches.
"""

from tests.support.streamlit_client.tab import XSRF_COOKIE, Answer, Tab
from tests.support.streamlit_client.visitor import Visitor

__all__ = ["XSRF_COOKIE", "Answer", "Tab", "Visitor"]
