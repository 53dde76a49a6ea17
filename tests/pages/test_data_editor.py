"""Editing the cells of a table on the page Data."""

import pytest

from tests.support.app_pages import find_labelled
from tests.support.data_page import (
    CHANGED,
    edit,
    get_facts,
    get_rows,
    get_sidebar_text,
    get_texts,
    open_editor,
    open_form,
    upload,
)
from ui import backend

OOPS = b"id,t,x\na,1,2\n\na,2,oops\nb,1,3\n"


@pytest.mark.slow
def test_a_bad_cell_is_marked_and_edited_under_the_number_of_its_message(data):
    upload(data, CHANGED)
    assert "Row 4, column target" in data.error[0].value
    open_editor(data, "upload")
    assert get_rows(data)[:3] == ["⚠ 4", "2", "5"]
    edit(data, "upload", {0: {"3": "0"}})
    assert not data.error
    assert "new.csv" in get_sidebar_text(data)
    assert get_facts(data)["Total steps"] == "8"


@pytest.mark.slow
def test_edits_are_kept_if_the_edited_table_is_refused(data):
    upload(data, CHANGED)
    edit(data, "upload", {0: {"3": "0"}, 3: {"3": "1"}})
    assert "Row 6, column target: “1” differs from “0” in row 5" in data.error[0].value
    assert get_rows(data)[:4] == ["⚠ 6", "2", "4", "5"]
    assert data.data_editor[0].value["3"].tolist()[:4] == ["1", "0", "0", "0"]
    edit(data, "upload", {0: {"3": "0"}})
    assert not data.error
    assert get_facts(data)["Total steps"] == "8"


@pytest.mark.slow
def test_wrong_rows_are_marked_in_the_editor_of_the_open_table(data):
    upload(data, OOPS)
    assert "the first with “oops” in row 4" in data.warning[0].value
    open_editor(data, "open")
    assert get_rows(data) == ["⚠ 4", "2", "5"]
    edit(data, "open", {0: {"2": "2.5"}})
    assert not data.warning
    assert [part.tolist() for part in data.session_state["state"].data] == [[[2], [2.5]], [[3]]]
    open_editor(data, "open")
    assert get_rows(data) == ["2", "4", "5"]


def test_the_open_table_is_edited_in_place(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    data_set = data.session_state["state"].data_set
    edit(data, "open", {0: {"2": "9"}}, added=[{"0": "b", "1": "2", "2": "8"}], deleted=[1])
    assert not data.error
    state = data.session_state["state"]
    assert [each.tolist() for each in state.data] == [[[9.0]], [[3.0], [8.0]]]
    assert (state.data_set.id, state.name) == (data_set.id, data_set.name)
    stored = backend.get_store().data_sets.read_file(state.data_set.file)
    assert stored == b"id,t,x\na,1,9\n\n\nb,1,3\nb,2,8\n"


@pytest.mark.slow
def test_an_unreadable_edit_is_read_with_a_warning_that_names_its_row(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    assert not data.warning
    edit(data, "open", {1: {"2": "no"}})
    assert not data.error
    assert "the first with “no” in row 4" in data.warning[0].value
    open_editor(data, "open")
    assert get_rows(data) == ["⚠ 4", "2", "5"]


@pytest.mark.slow
def test_a_refused_edit_keeps_the_open_data_and_can_be_undone(data):
    upload(data, CHANGED.replace(b"3,1\nb", b"3,0\nb"))
    edit(data, "open", {1: {"3": "1"}})
    assert "Row 4, column target" in data.error[0].value
    assert get_facts(data)["Total steps"] == "8"
    assert get_rows(data)[:3] == ["⚠ 4", "2", "5"]
    edit(data, "edited", {0: {"2": "9"}})
    assert "Row 4, column target" in data.error[0].value
    find_labelled(data.button, "No target").click().run()
    assert not data.error
    assert data.session_state["state"].data[0].tolist() == [[2, 0], [9, 1]]
    assert data.session_state["state"].data.targets is None
    edit(data, "open", {row: {"0": ""} for row in range(8)})
    assert len(data.error) == 1
    find_labelled(data.button, "Undo the edits").click().run()
    assert not data.error
    assert data.session_state["state"].data[0].tolist() == [[2, 0], [9, 1]]


@pytest.mark.slow
def test_chosen_columns_are_kept_when_the_table_is_edited(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    find_labelled(data.selectbox, "Sequence ID").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    edit(data, "open", {0: {"2": "9"}})
    assert "You chose: Columns as chosen" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Sequence ID").value == "a"
    assert data.session_state["state"].data[0].tolist() == [[2, 9], [4, 5]]


@pytest.mark.slow
def test_sequences_on_lines_are_edited_by_line(data):
    data.text_area(key="paste-text").set_value("1\n2, 5\n3, x, 9")
    find_labelled(data.button, "Read").click().run()
    assert "“x” in row 3" in data.warning[0].value
    edit(data, "open", {0: {"0": "3, 9, 9"}})
    assert not data.warning
    assert [part.ravel().tolist() for part in data.session_state["state"].data] == [
        [1],
        [2, 5],
        [3, 9, 9],
    ]


def test_refused_text_is_edited_in_its_box(data):
    data.text_area(key="paste-text").set_value(CHANGED.decode())
    find_labelled(data.button, "Read").click().run()
    edit(data, "pasted", {0: {"3": "0"}})
    assert not data.error
    assert get_facts(data)["Total steps"] == "8"
    assert data.text_area(key="paste-text").value == CHANGED.decode().replace("a,2,3,1", "a,2,3,0")


def test_a_large_table_is_not_offered_to_be_edited(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert not [each for each in data.expander if each.label.startswith("Edit")]
    upload(data, OOPS)
    assert len([each for each in data.expander if each.label.startswith("Edit")]) == 1


def test_the_cells_are_sent_on_request_only(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    assert not data.data_editor
