"""The state of the visitor whose page is running."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.app_pages import ROOT
from ui import backend
from ui.context import get_services


@pytest.fixture
def app() -> AppTest:
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


@pytest.mark.slow
def test_every_run_of_a_page_has_the_same_state(app):
    state = app.session_state["state"]
    app.run()
    assert app.session_state["state"] is state


def test_a_tab_starts_again_after_everything_was_deleted_in_another_one(app):
    state = app.session_state["state"]
    backend.get_store().visitors.delete(state.owner.id)
    app.sidebar.button_group(key="language").set_value("zh_CN").run()
    assert not app.exception
    assert [each.value for each in app.toast] == ["All your data was deleted in another tab."]
    assert app.session_state["state"].language is None
    assert app.session_state["state"] is not state


def test_a_session_uses_the_runs_and_readers_of_the_server():
    services = get_services()
    assert services.runs is backend.get_runs()
    assert services.store is backend.get_store()
    assert services.guard is backend.get_guard()
