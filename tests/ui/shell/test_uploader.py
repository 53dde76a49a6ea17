"""The uploader, in a page of its own."""

import io
import zipfile

import pytest
from streamlit import config
from streamlit.testing.v1 import AppTest

from ui.http import selections as selections_module
from ui.http.selections import Selections
from ui.http.uploads import get_uploads
from ui.shell import uploader as module

TRAIN, TEST = ("X_TRAIN.ts", b"train", ""), ("X_TEST.ts", b"test", "")


def show_page():
    import streamlit as st

    from core.errors import UnpaddedError
    from ui.shell.uploader import show_uploader

    file = show_uploader("Files", "files", help="", several=True)
    st.session_state.file = file
    if file is not None:
        try:
            st.session_state.content = file.read()
        except UnpaddedError as error:
            st.session_state.content = str(error)
        if st.session_state.get("is opened"):
            file.drop()


@pytest.fixture
def page(monkeypatch):
    """The page; its uploader lists what ``list_files`` gives it, and nothing of earlier tests."""
    uploads = get_uploads()
    for upload in list(uploads.uploads):
        uploads.drop(upload.session, upload.file)
    selections = Selections()
    monkeypatch.setattr(module, "get_selections", lambda: selections)
    monkeypatch.setattr(selections_module, "get_selections", lambda: selections)
    return AppTest.from_function(show_page, default_timeout=30).run()


def list_files(page: AppTest, **files: tuple[str, bytes, str]) -> AppTest:
    """Run the page with these files in the uploader, by their ids."""
    uploader = page.file_uploader(key="files")
    uploader.set_value([*files.values()])
    uploader._files = [(id, *file) for id, file in files.items()]  # noqa: SLF001  (new ids else)
    return uploader.run()


def read_members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_single_file_is_read_as_it_is(page):
    list_files(page, a=TRAIN)
    assert page.session_state.content == b"train"
    assert (page.session_state.file.id, page.session_state.file.name) == ("a", "X_TRAIN.ts")


def test_files_chosen_together_are_the_same_zip_in_any_order(page):
    list_files(page, a=TRAIN, b=TEST)
    content = page.session_state.content
    assert read_members(content) == {"X_TEST.ts": b"test", "X_TRAIN.ts": b"train"}
    assert page.session_state.file.name == "X_TRAIN.ts + 1 more"
    list_files(page, d=TEST, c=TRAIN)
    assert page.session_state.content == content


@pytest.mark.parametrize("other", ["RUL_FD001.txt", "about.txt", "test_FD001.txt"])
def test_files_chosen_together_have_the_name_of_the_training_file(page, other):
    list_files(page, a=(other, b"1", ""), b=("train_FD001.txt", b"2", ""))
    is_same_set = other != "about.txt"
    expected = "train_FD001.txt + 1 more" if is_same_set else "about.txt + 1 more"
    assert page.session_state.file.name == expected


def test_the_session_keeps_no_bytes(page):
    list_files(page, a=TRAIN, b=TEST)
    assert [each.getvalue() for each in page.session_state["files"]] == [b"", b""]


def test_a_removed_file_is_left_out(page):
    files = {"a": ("a.csv", b"1", ""), "b": ("b.csv", b"2", ""), "c": ("c.csv", b"3", "")}
    list_files(page, **files)
    del files["b"]
    list_files(page, **files)
    assert read_members(page.session_state.content) == {"a.csv": b"1", "c.csv": b"3"}
    assert page.session_state.file.name == "a.csv + 1 more"
    del files["a"]
    list_files(page, **files)
    assert page.session_state.content == b"3"
    list_files(page)
    assert page.session_state.file is None
    assert get_uploads().total_bytes == 0


def test_a_file_removed_after_the_files_were_opened_changes_nothing(page):
    page.session_state["is opened"] = True
    list_files(page, a=TRAIN, b=TEST)
    file = page.session_state.file
    list_files(page, a=TRAIN)
    assert page.session_state.file == file
    list_files(page)
    assert page.session_state.file is None


def test_files_chosen_later_replace_those_listed_before(page):
    list_files(page, a=TRAIN, b=TEST)
    assert not page.caption
    list_files(page, a=TRAIN, b=TEST, c=("new.csv", b"new", ""))
    assert page.session_state.content == b"new"
    assert "Only the last selection is used: new.csv." in page.caption[0].value
    list_files(page, c=("new.csv", b"new", ""))
    assert page.session_state.content == b"new"
    assert not page.caption


def test_two_files_of_one_name_are_refused_until_one_is_removed(page):
    list_files(page, a=("a.csv", b"1", ""), b=("a.csv", b"2", ""))
    assert "Two files have the name 'a.csv'" in page.session_state.content
    list_files(page, b=("a.csv", b"2", ""))
    assert page.session_state.content == b"2"


@pytest.fixture
def _low_limit():
    before = config.get_option("server.maxUploadSize")
    config.set_option("server.maxUploadSize", 1)
    yield
    config.set_option("server.maxUploadSize", before)


@pytest.mark.usefixtures("_low_limit")
def test_the_limit_of_one_file_holds_for_all_together(page):
    half = b"0" * 600_000
    list_files(page, a=("a.csv", half, ""), b=("b.csv", half, ""))
    assert "The files have 2 MB in total; the limit is 1 MB" in page.session_state.content
    list_files(page, a=("a.csv", half, ""))
    assert page.session_state.content == half


def test_files_are_not_read_without_one_that_did_not_arrive(page):
    module.get_selections().begin("test session id", {"a": "X_TRAIN.ts", "b": "X_TEST.ts"})
    list_files(page, a=TRAIN)
    assert page.session_state.content.startswith("X_TEST.ts: The upload failed.")
    assert get_uploads().total_bytes == 0
