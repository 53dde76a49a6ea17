"""Choices about how a file is read, on the page Data."""

import pytest

from tests.support.app_pages import find_labelled
from tests.support.data_page import (
    CHANGED,
    get_facts,
    get_sidebar_text,
    get_texts,
    open_editor,
    open_form,
    upload,
)

GAPS = b"id,t,x\na,1,2\na,2,\na,3,4\nb,1,3\n"

CARRY = "Fill with the last known value, else the mean"


def test_a_file_with_missing_values_opens_and_says_what_was_done(data):
    upload(data, GAPS)
    assert not data.error
    assert "Missing values: 1 (25.0%)" in data.warning[0].value
    assert "last known value" in data.warning[0].value
    assert get_facts(data)["Total steps"] == "4"
    assert data.session_state["state"].data.missing == "forward"
    assert "new.csv" in get_sidebar_text(data)


@pytest.mark.parametrize(
    ("choice", "missing", "steps"),
    [
        ("Drop the step", "drop", "3"),
        ("Fill with the training mean", "mean", "4"),
        (CARRY, "forward", "4"),
    ],
)
def test_another_treatment_of_missing_values_is_chosen_by_one_click(data, choice, missing, steps):
    upload(data, GAPS)
    find_labelled(data.button, choice).click().run()
    assert not data.error
    assert not data.warning
    assert get_facts(data)["Total steps"] == steps
    assert data.session_state["state"].data.missing == missing
    assert f"You chose: {choice}" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert get_facts(data)["Total steps"] == "4"
    assert data.session_state["state"].data.missing == "forward"


def test_pasted_text_with_missing_values_opens_too(data):
    data.text_area(key="paste-text").set_value(GAPS.decode())
    find_labelled(data.button, "Read").click().run()
    find_labelled(data.button, "Drop the step").click().run()
    assert get_facts(data)["Total steps"] == "3"


@pytest.mark.slow
def test_the_columns_form_can_change_the_treatment_of_missing_values(data):
    upload(data, GAPS)
    find_labelled(data.button, "Drop the step").click().run()
    open_form(data)
    assert find_labelled(data.selectbox, "Missing values").value == "drop"
    find_labelled(data.selectbox, "Missing values").set_value("forward")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Total steps"] == "4"
    find_labelled(data.selectbox, "Missing values").set_value("refuse")
    find_labelled(data.button, "Use these columns").click().run()
    assert "missing" in data.error[0].value
    assert get_facts(data)["Total steps"] == "4"
    data.button(key="columns-2").click().run()  # the same words as the button of the warning
    assert not data.error
    assert get_facts(data)["Total steps"] == "3"


BROKEN = b"id,t,x,y\na,1,2,1\na,2,oops,1\n,3,4,1\nb,1,3,2\nb,2,,2\n"


@pytest.mark.slow
def test_all_problems_are_listed_with_what_was_done_about_them(data):
    upload(data, BROKEN)
    assert not data.error
    texts = [warning.value for warning in data.warning]
    assert any("not numbers count as missing: 1" in text and "row 3" in text for text in texts)
    assert any("has no value: 1, the first is row 4" in text for text in texts)
    assert any("Missing values: 2 (50.0%)" in text for text in texts)
    [wrong] = [frame.value for frame in data.dataframe]
    assert wrong["Row"].tolist() == ["3", "4", "6"]
    assert wrong["Problem"].tolist()[1:] == ["the id is missing", "the value is missing"]
    assert wrong["Action"].tolist()[1] == "row dropped"
    find_labelled(data.button, "Fill with the training mean").click().run()
    assert not data.error
    assert (get_facts(data)["Total steps"], get_facts(data)["Features per step"]) == ("4", "1")
    assert any("5 rows in the file: 4 used. Dropped: 1" in c.value for c in data.caption)
    find_labelled(data.button, "Drop these rows").click().run()
    assert not [each for each in data.warning if "has no value" in each.value]
    assert "You chose: Fill with the training mean · Drop these rows" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Missing values").value == "mean"


def test_a_file_without_a_detectable_layout_can_be_opened_by_choosing(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    assert "does not show" in data.error[0].value
    find_labelled(data.selectbox, "Sequence ID").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert (get_facts(data)["Sequences"], get_facts(data)["Features per step"]) == ("2", "2")


def test_columns_chosen_for_a_refused_file_are_kept_if_they_do_not_fit(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    find_labelled(data.selectbox, "Sequence ID").set_value("a")
    find_labelled(data.selectbox, "Target").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    assert "two roles" in data.error[0].value
    assert find_labelled(data.selectbox, "Sequence ID").value == "a"
    find_labelled(data.selectbox, "Target").set_value("")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Sequences"] == "2"


@pytest.mark.slow
def test_an_id_of_several_columns_is_kept_when_the_form_is_used(data):
    rows = "".join(f"{s},{k},{t},{s * t + k}\n" for s in (1, 2) for k in (1, 2) for t in range(3))
    upload(data, f"subject,trial,t,v\n{rows}".encode())
    assert get_facts(data)["Sequences"] == "4"
    assert "ID: **subject / trial**" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Sequence ID").value == ("subject", "trial")
    find_labelled(data.selectbox, "Missing values").set_value("mean")
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert get_facts(data)["Sequences"] == "4"
    assert data.session_state["state"].data.schema.id == ("subject", "trial")
    find_labelled(data.selectbox, "Sequence ID").set_value("subject")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Sequences"] == "2"


@pytest.mark.slow
def test_the_order_of_day_and_month_can_be_chosen(data):
    upload(data, b"id,date,v\na,01/02/2024,1\na,02/01/2024,2\nb,01/01/2024,3\n")
    assert data.session_state["state"].data[0].tolist() == [[2], [1]]
    open_form(data)
    find_labelled(data.selectbox, "Dates").set_value(False)
    find_labelled(data.button, "Use these columns").click().run()
    assert data.session_state["state"].data[0].tolist() == [[1], [2]]
    assert data.session_state["state"].data.report.select("question") == ()
    find_labelled(data.selectbox, "Missing values").set_value("mean")
    find_labelled(data.button, "Use these columns").click().run()
    assert data.session_state["state"].data[0].tolist() == [[1], [2]]


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


@pytest.mark.slow
def test_long_sequences_are_cut_into_windows_with_the_target_at_their_end(data):
    data.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    open_form(data)
    find_labelled(data.selectbox, "Method").set_value("prefixes")
    find_labelled(data.number_input, "Steps per window or first prefix").set_value(3)
    find_labelled(data.number_input, "Stride (steps)").set_value(2)
    find_labelled(data.selectbox, "Kind of target").set_value("end")
    find_labelled(data.button, "Use these columns").click().run()
    assert (get_facts(data)["Sequences"], get_facts(data)["Length (steps)"]) == ("12", "3 – 9")
    assert any(
        "growing prefixes: the first has 3 steps" in caption.value for caption in data.caption
    )
    data.switch_page("pages/3_Train.py").run()
    assert find_labelled(data.segmented_control, "Predict").options[0] == "Number"
    data.switch_page("pages/1_Data.py").run()
    find_labelled(data.number_input, "Steps per window or first prefix").set_value(1)
    find_labelled(data.selectbox, "Method").set_value("windows")
    find_labelled(data.button, "Use these columns").click().run()
    assert any("skips steps" in error.value for error in data.error)
    assert get_facts(data)["Sequences"] == "12"


def test_an_inconsistent_target_can_be_taken_at_the_last_step(data):
    text = "id,t,v,target\n" + "".join(f"{n},{t},{t},{n}\n" for n in range(4) for t in range(3))
    text = text.replace("2,2,2,2", "2,2,2,7")
    data.file_uploader(key="upload").upload("mistake.csv", text.encode(), "text/csv").run()
    assert "differs from" in data.error[0].value
    find_labelled(data.button, "Target at the last step").click().run()
    assert not data.error
    assert get_facts(data)["Sequences"] == "4"
    assert data.session_state["state"].data.targets.tolist() == [0, 1, 7, 3]
    assert "You chose: Target at the last step" in get_texts(data)


TWO = "id,t,x,label,outcome\n" + "".join(
    f"{n},{t},{n + t},{t % 2},{n % 2}\n" for n in range(10) for t in range(4)
)


@pytest.mark.slow
def test_the_form_shows_the_current_schema(data):
    data.file_uploader(key="upload").upload("two.csv", TWO.encode(), "text/csv").run()
    open_form(data)
    assert find_labelled(data.selectbox, "Kind of target").value == "step"
    find_labelled(data.selectbox, "Target").set_value("outcome")
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Kind of target").value == "sequence"
    assert "outcome" not in find_labelled(data.multiselect, "Features").value
    find_labelled(data.selectbox, "Missing values").set_value("drop")
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Kind of target").value == "sequence"
    assert not data.error


@pytest.mark.slow
def test_a_refused_choice_is_explained_and_no_features_means_none(data):
    data.file_uploader(key="upload").upload("two.csv", TWO.encode(), "text/csv").run()
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value([])
    find_labelled(data.button, "Use these columns").click().run()
    assert "No feature is chosen" in data.error[0].value
    data.run()
    assert "No feature is chosen" in data.error[0].value
    find_labelled(data.multiselect, "Features").set_value(["x"])
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert get_facts(data)["Features per step"] == "1"


@pytest.mark.slow
def test_the_target_of_a_table_with_many_columns_is_kept(data):
    steps = ",".join(f"s{i}" for i in range(600))
    rows = "".join(f"{n}," + ",".join("1" * 600) + f",{n}.5\n" for n in range(3))
    text = f"id,{steps},target\n{rows}"
    data.file_uploader(key="upload").upload("broad.csv", text.encode(), "text/csv").run()
    open_form(data)
    assert find_labelled(data.selectbox, "Target").value == "target"
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Target").value == "target"
    assert not any("No target column" in info.value for info in data.info)


@pytest.mark.slow
def test_a_refusal_lists_the_problems_that_remain(data):
    text = b"id,t,x\na,0,1\n,1,2\nb,0,oops\nb,1,no\n"
    data.file_uploader(key="upload").upload("wrong.csv", text, "text/csv").run()
    assert data.dataframe[0].value["Row"].tolist() == ["3", "4", "5"]
    open_form(data)
    find_labelled(data.selectbox, "Missing values").set_value("refuse")
    find_labelled(data.button, "Use these columns").click().run()
    assert "Row 4, column x" in data.error[0].value
    assert data.dataframe[0].value["Row"].tolist() == ["4", "5"]
    assert data.dataframe[1].value["Row"].tolist() == ["3", "4", "5"]  # of the open data
    find_labelled(data.button, "Fill with the training mean").click().run()
    assert not data.error
    assert data.session_state["state"].data.missing == "mean"


def test_unread_edits_are_included_when_a_button_is_pressed(data):
    upload(data, CHANGED)
    key = f"{open_editor(data, 'upload')}-cells"
    data.session_state[key] = {
        "edited_rows": {0: {"2": "7"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    find_labelled(data.button, "Target at the last step").click().run()
    assert not data.error
    assert data.session_state["state"].data[0].tolist() == [[2], [7]]
    assert data.session_state["state"].data.targets.tolist() == [1, 0, 1, 0]


PARTS = [
    (f"x_{part}.csv", "\n".join(["id,a,b,y", *lines]).encode(), "text/csv")
    for part, lines in (
        ("TEST", ["p,1,2,0", "p,3,1,0", "q,5,5,1"]),
        ("TRAIN", ["r,2,2,1", "r,4,1,1", "s,1,5,0", "s,2,6,0"]),
    )
]


@pytest.mark.slow
def test_files_chosen_together_are_read_again_like_one_file(data):
    data.file_uploader(key="upload").set_value(PARTS).run()
    assert not data.error
    assert "x_TRAIN.csv + 1 more" in [head.value.replace("\\", "") for head in data.header]
    assert any("2 test" in caption.value for caption in data.caption)
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value(["b"])
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert get_facts(data)["Features per step"] == "1"
    assert any("2 test" in caption.value for caption in data.caption)
