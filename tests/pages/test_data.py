from dataclasses import replace

import pytest

from runs import DataSet
from runs.store import Content
from tests.support.app_pages import find_labelled
from tests.support.data_page import (
    edit,
    get_facts,
    get_rows,
    get_texts,
    open_editor,
    open_form,
    return_to_data,
    upload,
)
from ui import backend
from ui.samples import FOLDER

# A target of each sequence that changes in one of them: the only mistake that refuses this file.
CHANGED = (
    b"id,t,x,target\na,1,2,0\n\na,2,3,1\nb,1,3,0\nb,2,3,0\nc,1,3,1\nc,2,3,1\nd,1,5,0\nd,2,5,0\n"
)


@pytest.fixture
def data(app):
    return app.switch_page("pages/1_Data.py").run()


def test_opened_cold_it_shows_the_reference_example(data):
    assert get_facts(data)["Sequences"] == "3"
    assert get_facts(data)["Length, in steps"] == "1 – 5"
    assert len(data.get("plotly_chart")) == 3
    retention = [each for each in data.caption if "Kept on this server, for you" in each.value]
    assert len(retention) == 2  # below an upload, and below pasted text


def test_the_vowels_are_detected_and_their_columns_can_be_confirmed(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert get_facts(data) | {"Length, in steps": "7 – 29"} == get_facts(data)
    assert (get_facts(data)["Sequences"], get_facts(data)["Features a step"]) == ("640", "12")
    assert "Target: **speaker** · Time: **t**" in get_texts(data)
    assert not data.warning
    open_form(data)
    assert find_labelled(data.selectbox, "Layout").value == "long"
    assert find_labelled(data.selectbox, "Target").value == "speaker"
    assert find_labelled(data.selectbox, "Train / test split").value == "split"
    assert any("370 test" in caption.value for caption in data.caption)


def test_a_file_that_is_read_wrongly_can_be_read_again(data):
    data.button(key="sample-Japanese vowels").click().run()
    open_form(data)
    find_labelled(data.selectbox, "Target").set_value("")
    find_labelled(data.multiselect, "Features").set_value(["lpc1", "lpc2"])
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Features a step"] == "2"
    assert any("No column is the target" in info.value for info in data.info)
    assert "You chose: Columns as chosen" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert get_facts(data)["Features a step"] == "12"
    assert find_labelled(data.selectbox, "Target").value == "speaker"
    assert "You chose" not in get_texts(data)


def test_pasted_text_is_read_like_a_file(data):
    data.text_area(key="paste-text").set_value("1\n2, 5\n3, 9, 9, 4, 8, 7")
    find_labelled(data.button, "Read").click().run()
    assert get_facts(data)["Length, in steps"] == "1 – 6"


def test_features_that_are_constant_over_a_sequence_are_named(data):
    text = "id,t,age,v\na,0,31,1\na,1,31,2\nb,0,47,2\nb,1,47,1\n"
    data.text_area(key="paste-text").set_value(text)
    find_labelled(data.button, "Read").click().run()
    assert any("Constant over a sequence: age." in caption.value for caption in data.caption)
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value(["v"])
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Features a step"] == "1"
    assert not any("Constant over" in caption.value for caption in data.caption)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CHANGED, ["Row 4, column target", "“1” differs from “0”"]),
        (b"", ["nothing in it"]),
        (b"\x00\x01\xff\xfe" * 50, []),
    ],
)
def test_a_broken_file_is_explained_and_changes_nothing(data, content, words):
    data.file_uploader(key="upload").upload("broken.csv", content, "text/csv").run()
    assert not data.exception
    assert len(data.error) == 1
    for word in words:
        assert word in data.error[0].value.replace("\\", "")
    return_to_data(data)
    assert get_facts(data)["Sequences"] == "3"


def test_after_a_refused_file_the_page_is_about_that_file_only(data):
    upload(data, b"id,t,v\na,1,2\na,2,3\n")
    upload(data, CHANGED)
    assert "Still in use: **new.csv**" in get_texts(data)
    assert not data.header
    assert not data.metric
    assert not data.get("plotly_chart")
    assert not [button for button in data.button if button.label == "Change"]
    return_to_data(data)
    assert data.header[0].value == "new.csv"
    assert get_facts(data)["Steps in all"] == "2"
    assert "Still in use" not in get_texts(data)
    data.text_area(key="paste-text").set_value(CHANGED.decode())
    find_labelled(data.button, "Read").click().run()
    assert "Still in use: **new.csv**" in get_texts(data)
    return_to_data(data)
    assert get_facts(data)["Steps in all"] == "2"
    data.run()
    assert get_facts(data)["Steps in all"] == "2"


@pytest.mark.parametrize("place", ["upload", "pasted"])
def test_a_sample_is_shown_though_a_file_was_refused_before(data, place):
    if place == "upload":
        upload(data, CHANGED)
    else:
        data.text_area(key="paste-text").set_value(CHANGED.decode())
        find_labelled(data.button, "Read").click().run()
    assert "Still in use" in get_texts(data)
    data.button(key="sample-Real zeros").click().run()
    assert data.header[0].value == "Real zeros"
    assert "Still in use" not in get_texts(data)


def test_a_file_whose_every_row_lacks_its_id_is_refused(data):
    upload(data, b"id,t,x\n,1,2\n,2,3\n")
    find_labelled(data.selectbox, "Sequence id").set_value("id")
    find_labelled(data.button, "Use these columns").click().run()
    assert "Row 2, column id: the id is missing" in data.error[0].value
    assert "Leave these rows out" not in [button.label for button in data.button]
    find_labelled(data.button, "Take the last choice back").click().run()
    assert "does not show which rows" in data.error[0].value


def test_a_file_beyond_the_limit_of_data_sets_is_explained_and_changes_nothing(data):
    store, owner = backend.get_store(), data.session_state["state"].owner.id
    content = Content.from_bytes(b"any")
    for number in range(store.limits.data_sets):
        data_set = DataSet(f"{number}.csv", content.digest, None, sequences=1, features=1, steps=1)
        store.data_sets.save(owner, data_set, content)
    upload(data, b"1\n2,5\n")
    assert not data.exception
    assert "Delete one first" in data.error[0].value
    return_to_data(data)
    assert get_facts(data)["Sequences"] == "3"


def test_markdown_in_a_file_name_is_shown_as_text(data):
    name = "**bold** [link](x).csv"
    data.file_uploader(key="upload").upload(name, b"1\n2,5\n", "text/csv").run()
    assert any(r"\*\*bold\*\* \[link\]" in head.value for head in data.header)


def test_the_caption_counts_the_classes_that_are_not_drawn(data):
    words = "\n".join(f'"[1, {row}]",word{row}' for row in range(40))
    data.text_area(key="paste-text").set_value("sequence,target\n" + words)
    find_labelled(data.button, "Read").click().run()
    assert any("30 most frequent of 40" in caption.value for caption in data.caption)
    assert any("10 sequences" in caption.value for caption in data.caption)


def get_sidebar_text(page) -> str:
    return " ".join(text.value for text in page.sidebar.markdown)


def test_the_sidebar_names_an_upload_at_once(data):
    upload(data, b"1\n2,5\n")
    assert "**new.csv**" in get_sidebar_text(data)
    assert "2 sequences, 3 steps" in get_sidebar_text(data)


def test_the_sidebar_names_pasted_text_at_once(data):
    data.text_area(key="paste-text").set_value("1")
    find_labelled(data.button, "Read").click().run()
    assert "**Pasted text**" in get_sidebar_text(data)
    assert "1 sequence, 1 step" in get_sidebar_text(data)


def test_unreadable_pasted_text_is_explained_and_changes_nothing(data):
    data.text_area(key="paste-text").set_value("[1, 2")
    find_labelled(data.button, "Read").click().run()
    assert "brackets" in data.error[0].value
    return_to_data(data)
    assert get_facts(data)["Sequences"] == "3"


def test_the_place_of_a_problem_is_named_once(data):
    upload(data, b"id,t,x\na,1,2\na,2,oops\n")
    assert data.warning[0].value.lower().count("row 3") == 1
    upload(data, CHANGED)
    assert data.error[0].value.lower().count("row 4") == 1


GAPS = b"id,t,x\na,1,2\na,2,\na,3,4\nb,1,3\n"
CARRY = "Carry the last known value on, else take the mean"


def test_a_file_with_missing_values_opens_and_says_what_was_done(data):
    upload(data, GAPS)
    assert not data.error
    assert "Values that are missing: 1 (25.0%)" in data.warning[0].value
    assert "last known value" in data.warning[0].value
    assert get_facts(data)["Steps in all"] == "4"
    assert data.session_state["state"].data.missing == "forward"
    assert "**new.csv**" in get_sidebar_text(data)


@pytest.mark.parametrize(
    ("choice", "missing", "steps"),
    [("Leave the step out", "drop", "3"), ("Take the mean", "mean", "4"), (CARRY, "forward", "4")],
)
def test_another_treatment_of_missing_values_is_chosen_by_one_click(data, choice, missing, steps):
    upload(data, GAPS)
    find_labelled(data.button, choice).click().run()
    assert not data.error
    assert not data.warning
    assert get_facts(data)["Steps in all"] == steps
    assert data.session_state["state"].data.missing == missing
    assert f"You chose: {choice}" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert get_facts(data)["Steps in all"] == "4"
    assert data.session_state["state"].data.missing == "forward"


def test_pasted_text_with_missing_values_opens_too(data):
    data.text_area(key="paste-text").set_value(GAPS.decode())
    find_labelled(data.button, "Read").click().run()
    find_labelled(data.button, "Leave the step out").click().run()
    assert get_facts(data)["Steps in all"] == "3"


def test_the_columns_form_can_change_the_treatment_of_missing_values(data):
    upload(data, GAPS)
    find_labelled(data.button, "Leave the step out").click().run()
    open_form(data)
    assert find_labelled(data.selectbox, "Missing values").value == "drop"
    find_labelled(data.selectbox, "Missing values").set_value("forward")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Steps in all"] == "4"
    find_labelled(data.selectbox, "Missing values").set_value("refuse")
    find_labelled(data.button, "Use these columns").click().run()
    assert "missing" in data.error[0].value
    assert get_facts(data)["Steps in all"] == "4"
    data.button(key="columns-2").click().run()  # the same words as the button of the warning
    assert not data.error
    assert get_facts(data)["Steps in all"] == "3"


BROKEN = b"id,t,x,y\na,1,2,1\na,2,oops,1\n,3,4,1\nb,1,3,2\nb,2,,2\n"


def test_all_problems_are_listed_with_what_was_done_about_them(data):
    upload(data, BROKEN)
    assert not data.error
    texts = [warning.value for warning in data.warning]
    assert any("not numbers count as missing: 1" in text and "row 3" in text for text in texts)
    assert any("left out: 1, the first is row 4" in text for text in texts)
    assert any("Values that are missing: 2 (50.0%)" in text for text in texts)
    [wrong] = [frame.value for frame in data.dataframe]
    assert wrong["Row"].tolist() == ["3", "4", "6"]
    assert wrong["What is wrong"].tolist()[1:] == ["the id is missing", "the value is missing"]
    assert wrong["What was done"].tolist()[1] == "the row is left out"
    find_labelled(data.button, "Take the mean").click().run()
    assert not data.error
    assert (get_facts(data)["Steps in all"], get_facts(data)["Features a step"]) == ("4", "1")
    assert any("5 rows in the file = 4 used + left out: 1" in c.value for c in data.caption)
    find_labelled(data.button, "Leave these rows out").click().run()
    assert not [each for each in data.warning if "left out: 1" in each.value]
    assert "You chose: Take the mean · Leave these rows out" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Missing values").value == "mean"


def test_a_file_without_a_detectable_layout_can_be_opened_by_choosing(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    assert "does not show" in data.error[0].value
    find_labelled(data.selectbox, "Sequence id").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert (get_facts(data)["Sequences"], get_facts(data)["Features a step"]) == ("2", "2")


def test_columns_chosen_for_a_refused_file_are_kept_if_they_do_not_fit(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    find_labelled(data.selectbox, "Sequence id").set_value("a")
    find_labelled(data.selectbox, "Target").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    assert "two roles" in data.error[0].value
    assert find_labelled(data.selectbox, "Sequence id").value == "a"
    find_labelled(data.selectbox, "Target").set_value("")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Sequences"] == "2"


def test_an_id_of_several_columns_is_kept_when_the_form_is_used(data):
    rows = "".join(f"{s},{k},{t},{s * t + k}\n" for s in (1, 2) for k in (1, 2) for t in range(3))
    upload(data, f"subject,trial,t,v\n{rows}".encode())
    assert get_facts(data)["Sequences"] == "4"
    assert "Id: **subject / trial**" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Sequence id").value == ("subject", "trial")
    find_labelled(data.selectbox, "Missing values").set_value("mean")
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert get_facts(data)["Sequences"] == "4"
    assert data.session_state["state"].data.schema.id == ("subject", "trial")
    find_labelled(data.selectbox, "Sequence id").set_value("subject")
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Sequences"] == "2"


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


OOPS = b"id,t,x\na,1,2\n\na,2,oops\nb,1,3\n"


def test_a_bad_cell_is_marked_and_edited_under_the_number_of_its_message(data):
    upload(data, CHANGED)
    assert "Row 4, column target" in data.error[0].value
    open_editor(data, "upload")
    assert get_rows(data)[:3] == ["⚠ 4", "2", "5"]
    edit(data, "upload", {0: {"3": "0"}})
    assert not data.error
    assert "**new.csv**" in get_sidebar_text(data)
    assert get_facts(data)["Steps in all"] == "8"


def test_edits_are_kept_if_the_edited_table_is_refused(data):
    upload(data, CHANGED)
    edit(data, "upload", {0: {"3": "0"}, 3: {"3": "1"}})
    assert "Row 6, column target: “1” differs from “0” in row 5" in data.error[0].value
    assert get_rows(data)[:4] == ["⚠ 6", "2", "4", "5"]
    assert data.data_editor[0].value["3"].tolist()[:4] == ["1", "0", "0", "0"]
    edit(data, "upload", {0: {"3": "0"}})
    assert not data.error
    assert get_facts(data)["Steps in all"] == "8"


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


def test_an_unreadable_edit_is_read_with_a_warning_that_names_its_row(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    assert not data.warning
    edit(data, "open", {1: {"2": "no"}})
    assert not data.error
    assert "the first with “no” in row 4" in data.warning[0].value
    open_editor(data, "open")
    assert get_rows(data) == ["⚠ 4", "2", "5"]


def test_a_refused_edit_keeps_the_open_data_and_can_be_undone(data):
    upload(data, CHANGED.replace(b"3,1\nb", b"3,0\nb"))
    edit(data, "open", {1: {"3": "1"}})
    assert "Row 4, column target" in data.error[0].value
    assert get_facts(data)["Steps in all"] == "8"
    assert get_rows(data)[:3] == ["⚠ 4", "2", "5"]
    edit(data, "edited", {0: {"2": "9"}})
    assert "Row 4, column target" in data.error[0].value
    find_labelled(data.button, "There is no target").click().run()
    assert not data.error
    assert data.session_state["state"].data[0].tolist() == [[2, 0], [9, 1]]
    assert data.session_state["state"].data.targets is None
    edit(data, "open", {row: {"0": ""} for row in range(8)})
    assert len(data.error) == 1
    find_labelled(data.button, "Take the edits back").click().run()
    assert not data.error
    assert data.session_state["state"].data[0].tolist() == [[2, 0], [9, 1]]


def test_chosen_columns_are_kept_when_the_table_is_edited(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    find_labelled(data.selectbox, "Sequence id").set_value("a")
    find_labelled(data.button, "Use these columns").click().run()
    edit(data, "open", {0: {"2": "9"}})
    assert "You chose: Columns as chosen" in get_texts(data)
    open_form(data)
    assert find_labelled(data.selectbox, "Sequence id").value == "a"
    assert data.session_state["state"].data[0].tolist() == [[2, 9], [4, 5]]


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
    assert get_facts(data)["Steps in all"] == "8"
    assert data.text_area(key="paste-text").value == CHANGED.decode().replace("a,2,3,1", "a,2,3,0")


def test_a_large_table_is_not_offered_to_be_edited(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert not [each for each in data.expander if each.label.startswith("Edit")]
    upload(data, OOPS)
    assert len([each for each in data.expander if each.label.startswith("Edit")]) == 1


def test_the_cells_are_sent_on_request_only(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    assert not data.data_editor


def test_the_limits_are_shown_before_an_upload(data):
    assert any("Up to 200 MB and 6,000,000 steps" in each.value for each in data.caption)


def test_data_beyond_the_step_limit_is_refused(data, monkeypatch):
    limits = backend.get_store().limits
    monkeypatch.setattr(backend.get_store(), "limits", replace(limits, steps=1_000))
    upload(data, b"1,2,3,4,5\n" * 300)
    assert "about 1,500 steps, and at most 1,000" in data.error[0].value
    upload(data, b"1,2,3,4,5\n" * 201)  # close to the limit, so only reading it shows the excess
    assert "1,005 steps in all, and at most 1,000" in data.error[0].value
    return_to_data(data)
    assert get_facts(data)["Sequences"] == "3"
    upload(data, b"1,2,3,4,5\n" * 200)
    assert get_facts(data)["Steps in all"] == "1,000"


def test_a_sample_of_each_layout_can_be_downloaded_and_opened(data):
    buttons = {each.label: each for each in data.get("download_button")}
    assert set(buttons) == {file.name for file in FOLDER.glob("three_*.csv")}
    for name in buttons:
        upload(data, (FOLDER / name).read_bytes())
        assert not data.error
        assert get_facts(data)["Length, in steps"] == "1 – 5"


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


def test_long_sequences_are_cut_into_windows_with_the_target_at_their_end(data):
    data.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    open_form(data)
    find_labelled(data.selectbox, "Pieces").set_value("prefixes")
    find_labelled(data.number_input, "Steps of a window, or the first prefix").set_value(3)
    find_labelled(data.number_input, "Another one every so many steps").set_value(2)
    find_labelled(data.selectbox, "Which target a sequence has").set_value("end")
    find_labelled(data.button, "Use these columns").click().run()
    assert (get_facts(data)["Sequences"], get_facts(data)["Length, in steps"]) == ("12", "3 – 9")
    assert any("growing prefixes: of 3 steps" in caption.value for caption in data.caption)
    data.switch_page("pages/3_Train.py").run()
    assert find_labelled(data.segmented_control, "Predict").options[0] == "a number"
    data.switch_page("pages/1_Data.py").run()
    find_labelled(data.number_input, "Steps of a window, or the first prefix").set_value(1)
    find_labelled(data.selectbox, "Pieces").set_value("windows")
    find_labelled(data.button, "Use these columns").click().run()
    assert any("leaves steps out" in error.value for error in data.error)
    assert get_facts(data)["Sequences"] == "12"


def test_an_inconsistent_target_can_be_taken_at_the_last_step(data):
    text = "id,t,v,target\n" + "".join(f"{n},{t},{t},{n}\n" for n in range(4) for t in range(3))
    text = text.replace("2,2,2,2", "2,2,2,7")
    data.file_uploader(key="upload").upload("mistake.csv", text.encode(), "text/csv").run()
    assert "differs from" in data.error[0].value
    find_labelled(data.button, "The target of the last step").click().run()
    assert not data.error
    assert get_facts(data)["Sequences"] == "4"
    assert data.session_state["state"].data.targets.tolist() == [0, 1, 7, 3]
    assert "You chose: The target of the last step" in get_texts(data)


TWO = "id,t,x,label,outcome\n" + "".join(
    f"{n},{t},{n + t},{t % 2},{n % 2}\n" for n in range(10) for t in range(4)
)


def test_the_form_shows_the_current_schema(data):
    data.file_uploader(key="upload").upload("two.csv", TWO.encode(), "text/csv").run()
    open_form(data)
    assert find_labelled(data.selectbox, "Which target a sequence has").value == "step"
    find_labelled(data.selectbox, "Target").set_value("outcome")
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Which target a sequence has").value == "sequence"
    assert "outcome" not in find_labelled(data.multiselect, "Features").value
    find_labelled(data.selectbox, "Missing values").set_value("drop")
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Which target a sequence has").value == "sequence"
    assert not data.error


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
    assert get_facts(data)["Features a step"] == "1"


def test_the_target_of_a_table_with_many_columns_is_kept(data):
    steps = ",".join(f"s{i}" for i in range(600))
    rows = "".join(f"{n}," + ",".join("1" * 600) + f",{n}.5\n" for n in range(3))
    text = f"id,{steps},target\n{rows}"
    data.file_uploader(key="upload").upload("broad.csv", text.encode(), "text/csv").run()
    open_form(data)
    assert find_labelled(data.selectbox, "Target").value == "target"
    find_labelled(data.button, "Use these columns").click().run()
    assert find_labelled(data.selectbox, "Target").value == "target"
    assert not any("No column is the target" in info.value for info in data.info)


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
    find_labelled(data.button, "Take the mean").click().run()
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
    find_labelled(data.button, "The target of the last step").click().run()
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


def test_files_chosen_together_are_read_again_like_one_file(data):
    data.file_uploader(key="upload").set_value(PARTS).run()
    assert not data.error
    assert "x_TRAIN.csv + 1 more" in [head.value.replace("\\", "") for head in data.header]
    assert any("2 test" in caption.value for caption in data.caption)
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value(["b"])
    find_labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert get_facts(data)["Features a step"] == "1"
    assert any("2 test" in caption.value for caption in data.caption)
