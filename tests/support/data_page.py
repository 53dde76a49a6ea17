"""The page Data as tests use it: what it shows, its form of columns, and its editor."""

from streamlit.testing.v1 import AppTest

from tests.support.app_pages import ROOT, find_labelled
from ui import backend
from ui.session.restore import restore
from ui.session.services import Services
from ui.session.state import State
from ui.shell.widgets import get_widget_key

# A target of each sequence that changes in one of them: the only mistake that refuses this file.
CHANGED = (
    b"id,t,x,target\na,1,2,0\n\na,2,3,1\nb,1,3,0\nb,2,3,0\nc,1,3,1\nc,2,3,1\nd,1,5,0\nd,2,5,0\n"
)


def get_facts(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def open_form(page) -> None:
    find_labelled(page.button, "Change").click().run()


def get_texts(page) -> str:
    """Return what the page says outside its charts and inputs."""
    kinds = (page.markdown, page.caption, page.info, page.warning, page.error)
    return "\n".join(element.value for elements in kinds for element in elements)


def return_to_data(page) -> None:
    """Leave a refused file, of which alone the page is."""
    assert not page.metric
    assert not page.get("plotly_chart")
    find_labelled(page.button, "Show it").click().run()
    assert not page.error


def upload(page, content: bytes, name: str = "new.csv") -> None:
    page.file_uploader(key="upload").upload(name, content, "text/csv").run()


def refresh(page) -> AppTest:
    """Open the page in another session of the same visitor."""
    state = State(page.session_state["state"].owner)
    restore(state, Services(backend.get_runs(), backend.get_guard(), "192.0.2.7"))
    fresh = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    fresh.session_state["state"] = state
    return fresh.run().switch_page("pages/1_Data.py").run()


def open_editor(page, place: str):
    """Open the only editor in a place; returns its key."""
    state = page.session_state["state"]
    if place == "open":
        key = get_widget_key(state, "edit")
    else:
        refusal = {
            "upload": (state.results.upload.last or [None])[-1],
            "pasted": state.refusals.pasted,
            "edited": state.refusals.edited,
        }[place]
        prefix = get_widget_key(state, place) if place == "edited" else place
        key = f"{prefix}-edit-{refusal.checksum}"
    page.session_state[f"{key}-open"] = True
    page.run()
    return key


def edit(page, place: str, cells=None, added=(), deleted=()):
    page.session_state[f"{open_editor(page, place)}-cells"] = {
        "edited_rows": cells or {},
        "added_rows": list(added),
        "deleted_rows": list(deleted),
    }
    find_labelled(page.button, "Read the edited table").click().run()


def get_rows(page) -> list[str]:
    return page.data_editor[0].value["row"].tolist()


def get_sidebar_text(page) -> str:
    """Return the texts of the sidebar, and the chosen option of its select box."""
    chosen = [box.options[box.index] for box in page.sidebar.selectbox]
    return " ".join([*(text.value for text in page.sidebar.markdown), *chosen])
