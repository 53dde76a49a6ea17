import gettext
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from ui import i18n

ROOT = Path(__file__).parents[2]
SECONDS = 120


@pytest.fixture(autouse=True)
def _every_message_is_known(monkeypatch):
    """Check that the catalogues have every message that a page shows in a test.

    This includes messages that a search of the code does not find, such as templates of errors.
    """
    messages = i18n._load_catalogue("zh_CN")._catalog
    known = {key if isinstance(key, str) else key[0] for key in messages}
    requested = set()

    class Listening(gettext.NullTranslations):
        def gettext(self, message):
            requested.add(message)
            return super().gettext(message)

        def ngettext(self, singular, plural, number):
            requested.add(singular)
            return super().ngettext(singular, plural, number)

    catalogue = i18n._load_catalogue
    recorder = Listening()
    monkeypatch.setattr(
        i18n, "_load_catalogue", lambda name: recorder if name == i18n.ENGLISH else catalogue(name)
    )
    yield
    assert requested - known == set()


@pytest.fixture
def app() -> AppTest:
    """The home page, just opened. Links between pages require starting at app.py."""
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


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
