"""Questions about how the open data was read, the answers to them, and what is not used."""

import pytest
import sqlalchemy

from runs.store.tables import readings
from tests.support.app_pages import find_labelled
from tests.support.data_page import (
    edit,
    get_facts,
    get_texts,
    open_form,
    refresh,
    return_to_data,
    upload,
)
from tests.support.files import make_zip
from tests.support.workbooks import write_workbook
from ui import backend

DATES = b"id,date,v\na,01/02/2024,1\na,02/01/2024,2\nb,01/01/2024,3\n"
DAY_OR_MONTH = "may be day/month or month/day"
NOTED = b"id,t,v,w,note,target\n" + b"".join(
    f"{i // 3},{i % 3},{i},{i * 2 % 5},{chr(97 + i % 26)}{i},{i // 3 % 2}\n".encode()
    for i in range(30)
)
ENDS = b"engine,cycle,heat\n" + b"".join(
    f"{engine},{cycle},{cycle * engine}\n".encode() for engine in (1, 2, 3) for cycle in range(4)
)
PADDED = b"id,x1,x2,x3,x4,target\n" + b"".join(
    f"{i},{i + 1},{(i + 2) * (i % 3 > 0)},{(i + 1) * (i % 3 > 1)},0,{i % 2}\n".encode()
    for i in range(9)
)
BOOK = write_workbook(
    first=[["id", "t", "value"], ["a", 0, 1], ["a", 1, 2.5], ["b", 0, 3]],
    second=[["id", "t", "w"], ["a", 0, 1], ["a", 1, 2.5], ["c", 0, 3], ["d", 1, 1]],
)


def read_first(page) -> list[list[float]]:
    """Return the first of the open sequences."""
    return page.session_state["state"].data[0].tolist()


def test_a_question_is_answered_by_one_click_and_asked_again_after_undo(data):
    upload(data, DATES)
    assert DAY_OR_MONTH in get_texts(data)
    assert "01/02/2024 → 2024\\-02\\-01" in get_texts(data)  # as read now, and as the other
    assert "01/02/2024 → 2024\\-01\\-02" in get_texts(data)
    assert read_first(data) == [[2], [1]]
    find_labelled(data.button, "Month before day").click().run()
    assert read_first(data) == [[1], [2]]
    assert DAY_OR_MONTH not in get_texts(data)
    assert "You chose: Month before day" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert read_first(data) == [[2], [1]]
    assert DAY_OR_MONTH in get_texts(data)
    assert "You chose" not in get_texts(data)
    assert not [button for button in data.button if button.label == "Undo"]


def test_an_answer_that_agrees_with_what_was_assumed_ends_the_question(data):
    upload(data, PADDED)
    assert "Many rows end in 0" in get_texts(data)
    find_labelled(data.button, "Keep it as data").click().run()
    assert "Many rows end in 0, which is read as data: does" not in [
        each.value for each in data.markdown if ":material/help:" in each.value
    ]
    assert not data.session_state["state"].data.report.select("question")
    assert get_facts(data)["Length (steps)"] == "4"
    assert "You chose: Keep it as data" in get_texts(data)


@pytest.mark.slow
def test_padding_that_was_confirmed_is_not_asked_about_again(data):
    upload(data, PADDED)
    find_labelled(data.button, "0 is padding").click().run()
    assert get_facts(data)["Length (steps)"] == "1 – 3"
    assert "Many rows end in 0" not in get_texts(data)
    assert "You chose: 0 is padding" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert get_facts(data)["Length (steps)"] == "4"
    assert "Many rows end in 0" in get_texts(data)


@pytest.mark.slow
def test_answers_survive_a_refresh_and_an_edit_of_the_table(data):
    upload(data, DATES)
    find_labelled(data.button, "Month before day").click().run()
    report = data.session_state["state"].data.report
    data = refresh(data)
    assert data.session_state["state"].data.report == report
    assert "You chose: Month before day" in get_texts(data)
    assert DAY_OR_MONTH not in get_texts(data)
    edit(data, "open", {0: {"2": "9"}})
    assert read_first(data) == [[9], [2]]
    assert "You chose: Month before day" in get_texts(data)
    data = refresh(data)
    find_labelled(data.button, "Undo").click().run()
    assert read_first(data) == [[2], [9]]
    assert DAY_OR_MONTH in get_texts(data)


@pytest.mark.slow
def test_a_question_is_still_there_after_a_refresh(data):
    upload(data, DATES)
    data = refresh(data)
    assert DAY_OR_MONTH in get_texts(data)
    find_labelled(data.button, "Month before day").click().run()
    assert read_first(data) == [[1], [2]]


@pytest.mark.slow
def test_several_answers_are_taken_back_one_by_one(data):
    upload(data, DATES.replace(b",2\n", b",\n"))
    find_labelled(data.button, "Month before day").click().run()
    find_labelled(data.button, "Fill with the training mean").click().run()
    assert "You chose: Month before day · Fill with the training mean" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert "You chose: Month before day" in get_texts(data)
    assert data.session_state["state"].data.missing == "forward"
    assert DAY_OR_MONTH not in get_texts(data)


@pytest.mark.slow
def test_a_column_that_is_not_used_becomes_a_feature_by_one_click(data):
    upload(data, NOTED)
    assert "Not used:" in get_texts(data)
    assert get_facts(data)["Features per step"] == "2"
    find_labelled(data.button, "note: use it").click().run()
    assert not data.error
    assert data.session_state["state"].data.feature_names == ("v", "w", "note")
    assert get_facts(data)["Features per step"] == "3"
    assert "Not used:" not in get_texts(data)
    assert "You chose: Features\\: v, w, note" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert data.session_state["state"].data.feature_names == ("v", "w")


def test_columns_that_are_not_used_and_have_no_button_are_listed(data):
    words = "".join(f",n{k}" for k in range(9))
    rows = "".join(f"{i // 2},{i},{i}" + f",text number {i}" * 9 + "\n" for i in range(40))
    upload(data, f"id,t,v{words}\n{rows}".encode())
    assert len([button for button in data.button if button.label.endswith("use it")]) == 6
    [more] = [each for each in data.markdown if "and 3 more" in each.value]
    assert "n8" in more.help


def test_a_name_that_is_markdown_is_text_in_buttons_and_answers(data):
    upload(data, NOTED.replace(b"note", b"**n**"))
    assert "\\*\\*n\\*\\*: use it" in [button.label for button in data.button]
    data.button(key=f"reading-{data.session_state['state'].open_count}-use-**n**").click().run()
    assert "You chose: Features\\: v, w, \\*\\*n\\*\\*" in get_texts(data)


@pytest.mark.slow
def test_the_remaining_steps_become_the_target_by_one_click(data):
    upload(data, ENDS)
    assert "No target column" in data.info[0].value
    find_labelled(data.button, "Predict the remaining steps").click().run()
    assert not data.error
    state = data.session_state["state"]
    assert state.data.targets.tolist() == [3, 2, 1, 0] * 3
    assert state.data.per_step
    assert "Target: **remaining steps**" in get_texts(data)
    assert r"Target\: remaining steps, at most 125" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Target").value == ("remaining",)
    find_labelled(data.number_input, "Maximum remaining steps").set_value(2)
    find_labelled(data.button, "Use these columns").click().run()
    assert data.session_state["state"].data.targets.tolist() == [2, 2, 1, 0] * 3
    find_labelled(data.button, "Undo").click().run()
    find_labelled(data.button, "Undo").click().run()
    assert data.session_state["state"].data.targets is None


def test_a_file_of_remaining_lives_makes_the_target_until_another_is_chosen(data):
    rows = [f"{u},{t},{t * u % 3},{t % 2}\n" for u in (1, 2) for t in (1, 2, 3)]
    steps = "unit,cycle,heat,noise\n" + "".join(rows)
    files = {"train_a.csv": steps, "test_a.csv": steps, "RUL_a.csv": "4\n0\n"}
    upload(data, make_zip(files), "engines.zip")
    state = data.session_state["state"]
    assert state.data.targets.tolist() == [6, 5, 4, 2, 1, 0] + [2, 1, 0] * 2
    assert "Target: **remaining steps**" in get_texts(data)
    open_form(data)
    find_labelled(data.number_input, "Maximum remaining steps").set_value(5)
    find_labelled(data.button, "Use these columns").click().run()
    assert data.session_state["state"].data.targets.max() == 5
    find_labelled(data.selectbox, "Target").set_value("noise")
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    state = data.session_state["state"]
    assert (state.data.schema.target, state.data.feature_names) == ("noise", ("heat",))


RECORDING = "time,flow,heat\n" + "".join(
    f"{hour},{hour * 7 % 11 / 8},{hour * 5 % 13 / 8}\n" for hour in range(6000)
)


def test_one_recording_is_split_into_windows_of_which_the_last_are_the_test_set(data):
    upload(data, RECORDING.encode())
    assert [metric.value for metric in data.metric][-1] == "6,000"  # the only length
    assert "Predict the remaining steps" not in [button.label for button in data.button]
    find_labelled(data.button, "Split into windows of 50 steps").click().run()
    assert not data.error
    assert r"Split into windows" in get_texts(data)
    assert len(data.session_state["state"].data) == 120
    open_form(data)
    find_labelled(data.selectbox, "Target").set_value("heat")
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Test set").value == "windows"
    state = data.session_state["state"]
    assert state.data.split.tolist() == ["train"] * 96 + ["test"] * 24
    assert "Split into windows of 50 steps" not in [button.label for button in data.button]


def test_a_column_with_one_value_per_sequence_becomes_the_target_by_one_click(data):
    sessions = {"s1": "bought", "s2": "left", "s3": "left", "s4": "bought"}
    events = "view", "add", "view", "pay"
    rows = [
        f"{id},{t},{events[(t + n) % 4]},{way}"
        for n, (id, way) in enumerate(sessions.items())
        for t in range(3 + n)
    ]
    upload(data, "\n".join(["session,time,event,way_out", *rows]).encode())
    assert "No target column" in data.info[0].value
    find_labelled(data.button, r"Predict way\_out").click().run()
    assert not data.error
    state = data.session_state["state"]
    assert state.data.targets.tolist() == [*sessions.values()]
    assert state.data.feature_names == ("event",)
    assert "one of 2 classes" in data.success[0].value
    find_labelled(data.button, "Undo").click().run()
    assert data.session_state["state"].data.targets is None


@pytest.mark.slow
def test_a_sheet_of_a_workbook_is_chosen_by_one_click(data):
    upload(data, BOOK, "book.xlsx")
    sheets = find_labelled(data.segmented_control, "Sheet of the workbook")
    assert (sheets.options, sheets.value) == (["first", "second"], "first")
    assert get_facts(data)["Sequences"] == "2"
    sheets.set_value("second").run()
    assert not data.exception
    assert get_facts(data)["Sequences"] == "3"
    assert data.session_state["state"].data.feature_names == ("w",)
    assert "You chose: Sheet “second”" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert find_labelled(data.segmented_control, "Sheet of the workbook").value == "first"
    assert data.session_state["state"].data.feature_names == ("value",)
    find_labelled(data.segmented_control, "Sheet of the workbook").set_value("second").run()
    data = refresh(data)
    assert find_labelled(data.segmented_control, "Sheet of the workbook").value == "second"
    assert data.session_state["state"].data.feature_names == ("w",)
    find_labelled(data.segmented_control, "Sheet of the workbook").set_value("first").run()
    assert not data.exception
    assert data.session_state["state"].data.feature_names == ("value",)


def test_an_answer_about_a_refused_file_can_be_taken_back(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    find_labelled(data.selectbox, "Sequence ID").set_value("a")
    find_labelled(data.selectbox, "Target").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    assert "two roles" in data.error[0].value
    find_labelled(data.button, "Undo the last choice").click().run()
    assert "does not show which rows" in data.error[0].value
    return_to_data(data)


def test_a_warning_is_gone_once_it_is_accepted(data):
    upload(data, b"id,t,v\na,0,1\na,1,2\n,2,3\nb,0,4\nb,1,5\n")
    assert "the first is row 4" in data.warning[0].value
    find_labelled(data.button, "Drop these rows").click().run()
    assert not data.warning
    assert "You chose: Drop these rows" in get_texts(data)
    assert any("Dropped: 1" in caption.value for caption in data.caption)  # still said
    find_labelled(data.button, "Undo").click().run()
    assert "the first is row 4" in data.warning[0].value


def forget_reading(page) -> None:
    """Leave the data set as the version before saved it: nothing says how it was read."""
    state = page.session_state["state"]
    where = readings.c.data_set == state.data_set.id
    with backend.get_store().database.writing() as connection:
        assert connection.execute(sqlalchemy.delete(readings).where(where)).rowcount == 1


@pytest.mark.slow
def test_a_data_set_of_the_version_before_can_be_read_again_and_that_undone(data):
    upload(data, NOTED)
    forget_reading(data)
    data = refresh(data)
    assert data.session_state["state"].reading is None
    assert "Target: **target** · Time: **t** · ID: **id** · 2 features" in get_texts(data)
    assert "You chose" not in get_texts(data)
    find_labelled(data.button, "note: use it").click().run()
    assert not data.error
    assert data.session_state["state"].data.feature_names == ("v", "w", "note")
    find_labelled(data.button, "Undo").click().run()
    assert data.session_state["state"].data.feature_names == ("v", "w")
    assert data.session_state["state"].data.schema.target == "target"
    open_form(data)
    find_labelled(data.selectbox, "Target").set_value("")
    find_labelled(data.button, "Use these columns").click().run()
    assert data.session_state["state"].data.targets is None
    data = refresh(data)
    assert data.session_state["state"].data.targets is None


@pytest.mark.slow
def test_an_edited_data_set_of_the_version_before_is_read_as_it_was(data):
    upload(data, NOTED)
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value(["v"])
    find_labelled(data.button, "Use these columns").click().run()
    forget_reading(data)
    data = refresh(data)
    edit(data, "open", {0: {"2": "9"}})
    assert not data.error
    assert data.session_state["state"].data.feature_names == ("v",)
    assert read_first(data)[0] == [9]
