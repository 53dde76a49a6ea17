import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from core import DataError
from ui.http import selections as module
from ui.http.selections import MAX_SELECTIONS, TOO_MANY, Selections, note_selections


@pytest.fixture
def selections(monkeypatch):
    selections = Selections()
    monkeypatch.setattr(module, "get_selections", lambda: selections)
    return selections


@pytest.fixture
def choose(selections):
    """Ask for the addresses of files, as a browser does; returns their ids."""
    files = MemoryUploadedFileManager("/upload")
    note_selections(files, max_files=5)

    def choose_files(*names: str) -> list[str]:
        return [each.file_id for each in files.get_upload_urls("s", names)]

    return choose_files


def test_a_selection_that_has_arrived_lacks_nothing(selections, choose):
    assert selections.end("s", choose("a.csv", "b.csv")) == {}
    assert selections.end("s", choose("a.csv")) == {}
    assert selections.end("s", ["from elsewhere"]) == {}


def test_missing_files_are_named_with_the_reason(selections, choose):
    first, second, _ = choose("a.csv", "b.csv", "c.csv")
    error = DataError("too large")
    selections.refuse("s", second, error)
    assert selections.end("s", [first]) == {"b.csv": error, "c.csv": None}
    assert selections.end("s", [first]) == {}  # it has ended


def test_a_file_that_the_visitor_removes_is_not_missing(selections, choose):
    first, second = choose("a.csv", "b.csv")
    selections.remove("s", second)
    assert selections.end("s", [first]) == {}


def test_selections_that_arrive_together_end_together(selections, choose):
    first, _ = choose("a.csv", "b.csv")
    third, fourth = choose("c.csv", "d.csv")
    assert selections.end("s", [first, third, fourth]) == {"b.csv": None}


def test_only_the_last_selections_of_existing_sessions_are_kept(selections, choose):
    chosen = [choose("a.csv", "b.csv") for _ in range(MAX_SELECTIONS + 1)]
    assert selections.end("s", chosen[0][:1]) == {}
    selections.sweep({"s"}.__contains__)
    assert selections.end("s", chosen[1][:1]) == {"b.csv": None}
    selections.sweep(set().__contains__)
    assert selections.end("s", chosen[2][:1]) == {}


def test_files_of_a_too_large_selection_are_marked_and_not_noted(selections, choose):
    ids = choose(*["a.csv"] * 6)
    assert all(each.endswith(TOO_MANY) for each in ids)
    assert len(set(ids)) == 6
    assert selections.end("s", ids[:1]) == {}
    assert not any(each.endswith(TOO_MANY) for each in choose(*["a.csv"] * 5))
