import gettext

import pytest
from babel.messages.mofile import read_mo
from streamlit.testing.v1 import AppTest

from tests.support.app_pages import ROOT
from tests.support.catalogues import list_forms
from ui import i18n


@pytest.fixture(autouse=True)
def _every_message_is_known(monkeypatch):
    """Check that the catalogues have every message that a page shows in a test.

    This includes messages that a search of the code does not find, such as templates of errors.
    """
    with (i18n.LOCALES / "zh_CN/LC_MESSAGES/unpadded.mo").open("rb") as file:
        known = {text for message in read_mo(file) for text in list_forms(message.id)}
    requested = set()

    class Listening(gettext.NullTranslations):
        def gettext(self, message):
            requested.add(message)
            return super().gettext(message)

        def ngettext(self, singular, plural, number):
            requested.add(singular)
            return super().ngettext(singular, plural, number)

    catalogue = i18n.load_catalogue
    recorder = Listening()
    monkeypatch.setattr(
        i18n, "load_catalogue", lambda name: recorder if name == i18n.ENGLISH else catalogue(name)
    )
    yield
    assert requested - known == set()


@pytest.fixture
def app() -> AppTest:
    """The home page, just opened. Links between pages require starting at app.py."""
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


@pytest.fixture
def data(app: AppTest) -> AppTest:
    """The page Data, opened from the home page."""
    return app.switch_page("pages/1_Data.py").run()
