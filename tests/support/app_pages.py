"""Tools of tests that run pages with Streamlit's AppTest."""

import time
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
SECONDS = 120


def wait_until(app: AppTest, is_done: Callable[[AppTest], object]) -> AppTest:
    """Rerun the page, as its live parts do, until a condition holds."""
    deadline = time.monotonic() + SECONDS
    while not is_done(app):
        assert not app.exception, app.exception
        assert time.monotonic() < deadline, [str(element.value) for element in app.markdown]
        time.sleep(0.2)
        app.run()
    return app


def find_labelled(elements, label: str):
    """Find the element with this label."""
    matches = [element for element in elements if element.label == label]
    assert len(matches) == 1, [element.label for element in elements]
    return matches[0]


def get_address(app: AppTest) -> dict[str, str]:
    """Return the parameters in the address bar; for those set by the page AppTest has lists."""
    return {
        name: text if isinstance(text, str) else text[-1] for name, text in app.query_params.items()
    }


def reload(app: AppTest, page: str) -> AppTest:
    """Open a page in a new session of the same visitor's, as a browser's reload does."""
    again = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    again.session_state["visitor_secret"] = app.session_state["visitor_secret"]
    again.run()
    for name, text in get_address(app).items():
        again.query_params[name] = text
    return again.switch_page(page).run()


RUNS = "pages/6_Runs.py"


def open_run(app, run: str):
    app.query_params["run"] = run
    return app.switch_page(RUNS).run()


def list_entries(page: AppTest) -> list[str]:
    """List the entries of Runs as Markdown: name and result, then what is below."""
    return [link.proto.label for link in page.get("page_link") if "\n\n" in link.proto.label]


def open_predict_tab(app: AppTest, label: str) -> AppTest:
    """Open a tab of the sources of sequences to predict."""
    [key] = [key for key in app.session_state if key.startswith("predict-source-")]
    app.session_state[key] = label
    return app.run()
