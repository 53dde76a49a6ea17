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
    """Also those that no search of the code finds, such as the template of an error: whatever a
    page shows in a test has to be in the catalogues."""
    kept = i18n._catalogue("zh_CN")._catalog
    known = {key if isinstance(key, str) else key[0] for key in kept}
    asked = set()

    class Listening(gettext.NullTranslations):
        def gettext(self, message):
            asked.add(message)
            return super().gettext(message)

        def ngettext(self, singular, plural, number):
            asked.add(singular)
            return super().ngettext(singular, plural, number)

    catalogue = i18n._catalogue
    heard = Listening()
    monkeypatch.setattr(
        i18n, "_catalogue", lambda name: heard if name == i18n.ENGLISH else catalogue(name)
    )
    yield
    assert asked - known == set()


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


def address(app: AppTest) -> dict[str, str]:
    """The parameters in the address bar; AppTest has a list of those that the page has set."""
    return {
        name: text if isinstance(text, str) else text[-1] for name, text in app.query_params.items()
    }
