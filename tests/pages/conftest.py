import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture
def app() -> AppTest:
    """The home page, just opened. Links between pages need the start at app.py."""
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


def until(app: AppTest, there: Callable[[AppTest], object]) -> AppTest:
    """Run the page again, as its live parts do, until something is there."""
    deadline = time.monotonic() + SECONDS
    while not there(app):
        assert not app.exception, app.exception
        assert time.monotonic() < deadline, [str(element.value) for element in app.markdown]
        time.sleep(0.2)
        app.run()
    return app


def labelled(elements, label: str):
    """The element with this label."""
    found = [element for element in elements if element.label == label]
    assert len(found) == 1, [element.label for element in elements]
    return found[0]
