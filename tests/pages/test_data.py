from dataclasses import replace

import pytest

from tests.pages.conftest import labelled
from ui import backend
from ui.samples import FOLDER


@pytest.fixture
def data(app):
    return app.switch_page("pages/1_Data.py").run()


def facts(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def test_opened_cold_it_shows_the_reference_example(data):
    assert facts(data)["Sequences"] == "3"
    assert facts(data)["Length, in steps"] == "1 – 5"
    assert len(data.get("plotly_chart")) == 3


def test_the_vowels_are_detected_and_their_columns_can_be_confirmed(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert facts(data) | {"Length, in steps": "7 – 29"} == facts(data)
    assert (facts(data)["Sequences"], facts(data)["Features a step"]) == ("640", "12")
    assert labelled(data.selectbox, "Layout").value == "long"
    assert labelled(data.selectbox, "Target").value == "speaker"
    assert labelled(data.selectbox, "Train / test split").value == "split"
    assert any("370 test" in caption.value for caption in data.caption)


def test_a_file_that_is_read_wrongly_can_be_read_otherwise(data):
    data.button(key="sample-Japanese vowels").click().run()
    labelled(data.selectbox, "Target").set_value("")
    labelled(data.multiselect, "Features").set_value(["lpc1", "lpc2"])
    data.button[-1].click().run()
    assert facts(data)["Features a step"] == "2"
    assert any("No target column" in info.value for info in data.info)


def test_pasted_text_is_read_like_a_file(data):
    data.text_area(key="paste-text").set_value("1\n2, 5\n3, 9, 9, 4, 8, 7")
    labelled(data.button, "Read").click().run()
    assert facts(data)["Length, in steps"] == "1 – 6"


def test_features_that_are_constant_over_a_sequence_are_named(data):
    text = "id,t,age,v\na,0,31,1\na,1,31,2\nb,0,47,2\nb,1,47,1\n"
    data.text_area(key="paste-text").set_value(text)
    labelled(data.button, "Read").click().run()
    assert any("Constant over a sequence: age." in caption.value for caption in data.caption)
    labelled(data.multiselect, "Features").set_value(["v"])
    data.button[-1].click().run()
    assert facts(data)["Features a step"] == "1"
    assert not any("Constant over" in caption.value for caption in data.caption)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"id,t,x\na,1,2\na,2,oops\nb,1,3\n", ["Row 3, column x", "oops"]),
        (b"", ["nothing in it"]),
        (b"\x00\x01\xff\xfe" * 50, []),
    ],
)
def test_a_broken_file_is_explained_and_loses_nothing(data, content, words):
    data.file_uploader(key="upload").upload("broken.csv", content, "text/csv").run()
    assert not data.exception
    assert len(data.error) == 1
    for word in words:
        assert word in data.error[0].value.replace("\\", "")
    assert facts(data)["Sequences"] == "3"


def test_markdown_in_a_file_name_is_shown_as_text(data):
    name = "**bold** [link](x).csv"
    data.file_uploader(key="upload").upload(name, b"1\n2,5\n", "text/csv").run()
    assert any(r"\*\*bold\*\* \[link\]" in head.value for head in data.header)


def test_of_many_classes_the_caption_says_how_many_are_not_drawn(data):
    words = "\n".join(f'"[1, {row}]",word{row}' for row in range(40))
    data.text_area(key="paste-text").set_value("sequence,target\n" + words)
    labelled(data.button, "Read").click().run()
    assert any("30 most frequent of 40" in caption.value for caption in data.caption)
    assert any("10 sequences" in caption.value for caption in data.caption)


def sidebar(page) -> str:
    return " ".join(text.value for text in page.sidebar.markdown)


def upload(page, content: bytes):
    page.file_uploader(key="upload").upload("new.csv", content, "text/csv").run()


def test_the_sidebar_names_an_upload_at_once(data):
    upload(data, b"1\n2,5\n")
    assert "**new.csv**" in sidebar(data)
    assert "2 sequences, 3 steps" in sidebar(data)


def test_the_sidebar_names_pasted_text_at_once(data):
    data.text_area(key="paste-text").set_value("1")
    labelled(data.button, "Read").click().run()
    assert "**Pasted text**" in sidebar(data)
    assert "1 sequence, 1 step" in sidebar(data)


def test_pasted_text_that_cannot_be_read_is_explained_and_loses_nothing(data):
    data.text_area(key="paste-text").set_value("[1, x]")
    labelled(data.button, "Read").click().run()
    assert "x" in data.error[0].value
    assert facts(data)["Sequences"] == "3"


def test_the_place_of_a_mistake_is_said_once(data):
    upload(data, b"id,t,x\na,1,2\na,2,oops\n")
    assert data.error[0].value.lower().count("row 3") == 1


GAPS = b"id,t,x\na,1,2\na,2,\na,3,4\nb,1,3\n"


@pytest.mark.parametrize(
    ("choice", "steps"), [("Drop the step", "3"), ("Carry the last value forward", "4")]
)
def test_a_file_with_missing_values_opens_once_it_is_said_what_becomes_of_them(data, choice, steps):
    upload(data, GAPS)
    assert "missing" in data.error[0].value
    labelled(data.button, choice).click().run()
    assert not data.error
    assert facts(data)["Steps in all"] == steps
    assert "**new.csv**" in sidebar(data)


def test_pasted_text_with_missing_values_opens_too(data):
    data.text_area(key="paste-text").set_value(GAPS.decode())
    labelled(data.button, "Read").click().run()
    labelled(data.button, "Drop the step").click().run()
    assert facts(data)["Steps in all"] == "3"


def test_missing_values_can_be_treated_otherwise_with_the_columns(data):
    upload(data, GAPS)
    labelled(data.button, "Drop the step").click().run()
    assert labelled(data.selectbox, "Missing values").value == "drop"
    labelled(data.selectbox, "Missing values").set_value("forward")
    labelled(data.button, "Use these columns").click().run()
    assert facts(data)["Steps in all"] == "4"
    labelled(data.selectbox, "Missing values").set_value("refuse")
    labelled(data.button, "Use these columns").click().run()
    assert "missing" in data.error[0].value
    assert facts(data)["Steps in all"] == "4"


BROKEN = b"id,t,x,y\na,1,2,1\na,2,oops,1\n,3,4,1\nb,1,3,2\nb,2,,2\n"


def test_all_that_is_wrong_is_listed_and_settled_by_buttons(data):
    upload(data, BROKEN)
    assert "Row 3, column x" in data.error[0].value.replace("\\", "")
    [wrong] = [frame.value for frame in data.dataframe]
    assert wrong["Row"].tolist() == ["3", "4", "6"]
    assert wrong["What is wrong"].tolist()[1:] == ["the id is missing", "the value is missing"]
    labelled(data.button, "Take the mean, and say where").click().run()
    assert "the id is missing" in data.error[0].value
    labelled(data.button, "Leave out 1 row").click().run()
    assert not data.error
    assert (facts(data)["Steps in all"], facts(data)["Features a step"]) == ("4", "2")
    assert any("5 rows in the file = 4 used + left out: 1" in c.value for c in data.caption)
    assert labelled(data.selectbox, "Missing values").value == "mean"


def test_a_file_that_does_not_show_its_layout_can_be_opened_by_choosing(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    assert "does not show" in data.error[0].value
    labelled(data.selectbox, "Sequence id").set_value("a")
    labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert (facts(data)["Sequences"], facts(data)["Features a step"]) == ("2", "2")


def test_columns_chosen_for_a_refused_file_stay_chosen_when_they_do_not_fit(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    labelled(data.selectbox, "Sequence id").set_value("a")
    labelled(data.selectbox, "Target").set_value("a")
    labelled(data.button, "Use these columns").click().run()
    assert "two roles" in data.error[0].value
    assert labelled(data.selectbox, "Sequence id").value == "a"
    labelled(data.selectbox, "Target").set_value("")
    labelled(data.button, "Use these columns").click().run()
    assert facts(data)["Sequences"] == "2"


OOPS = b"id,t,x\na,1,2\n\na,2,oops\nb,1,3\n"


def editor(page, place: str):
    """The key of the one editor in a place, opened."""
    state = page.session_state["state"]
    if place == "open":
        key = state.key("edit")
    else:
        refused = {
            "upload": lambda: state.files["upload"][1],
            "pasted": lambda: state.refused["paste"],
            "edited": lambda: state.refused[state.key("edited")],
        }[place]()
        key = f"{state.key(place) if place == 'edited' else place}-edit-{refused.about}"
    page.session_state[f"{key}-open"] = True
    page.run()
    return key


def edit(page, place: str, cells=None, added=(), deleted=()):
    page.session_state[f"{editor(page, place)}-cells"] = {
        "edited_rows": cells or {},
        "added_rows": list(added),
        "deleted_rows": list(deleted),
    }
    labelled(page.button, "Read the edited table").click().run()


def rows_shown(page) -> list[str]:
    return page.data_editor[0].value["row"].tolist()


def test_a_bad_cell_is_marked_and_edited_under_the_number_of_its_message(data):
    upload(data, OOPS)
    assert "Row 4, column x" in data.error[0].value
    editor(data, "upload")
    assert rows_shown(data) == ["⚠ 4", "2", "5"]
    edit(data, "upload", {0: {"2": "2.5"}})
    assert not data.error
    assert "**new.csv**" in sidebar(data)
    assert facts(data)["Steps in all"] == "3"


def test_edits_stay_when_the_edited_table_is_refused(data):
    upload(data, OOPS)
    edit(data, "upload", {0: {"2": "2.5"}, 1: {"2": "no"}})
    assert "Row 2, column x: “no”" in data.error[0].value
    assert rows_shown(data) == ["⚠ 2", "4", "5"]
    assert data.data_editor[0].value["2"].tolist() == ["no", "2.5", "3"]
    assert facts(data)["Sequences"] == "3"  # of the example, still open
    edit(data, "upload", {0: {"2": "7"}})
    assert not data.error
    assert facts(data)["Steps in all"] == "3"


def test_the_open_table_is_edited_in_place(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    known = data.session_state["state"].kept
    edit(data, "open", {0: {"2": "9"}}, added=[{"0": "b", "1": "2", "2": "8"}], deleted=[1])
    assert not data.error
    state = data.session_state["state"]
    assert [each.tolist() for each in state.data] == [[[9.0]], [[3.0], [8.0]]]
    assert (state.kept.id, state.name) == (known.id, known.name)
    kept = backend.store().contents.read_compressed(state.kept.file)
    assert kept == b"id,t,x\na,1,9\n\n\nb,1,3\nb,2,8\n"


def test_an_edit_that_cannot_be_read_leaves_what_is_open_and_can_be_taken_back(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    edit(data, "open", {1: {"2": "no"}})
    assert "Row 4, column x: “no”" in data.error[0].value
    assert facts(data)["Steps in all"] == "3"
    assert rows_shown(data) == ["⚠ 4", "2", "5"]
    edit(data, "edited", {0: {"2": ""}})
    labelled(data.button, "Drop the step").click().run()
    assert not data.error
    assert facts(data)["Steps in all"] == "2"
    edit(data, "open", {0: {"2": "no"}})
    labelled(data.button, "Take the edits back").click().run()
    assert not data.error
    assert facts(data)["Steps in all"] == "2"


def test_columns_that_were_chosen_stay_chosen_when_the_table_is_edited(data):
    upload(data, b"a,b,c\n1,2,3\n1,4,5\n2,6,7\n")
    labelled(data.selectbox, "Sequence id").set_value("a")
    labelled(data.button, "Use these columns").click().run()
    edit(data, "open", {0: {"2": "9"}})
    assert labelled(data.selectbox, "Sequence id").value == "a"
    assert data.session_state["state"].data[0].tolist() == [[2, 9], [4, 5]]


def test_sequences_a_line_are_edited_by_lines(data):
    data.text_area(key="paste-text").set_value("1\n2, 5\n3, x, 9")
    labelled(data.button, "Read").click().run()
    edit(data, "pasted", {0: {"0": "3, 9, 9"}})
    assert not data.error
    assert facts(data)["Length, in steps"] == "1 – 3"
    assert data.text_area(key="paste-text").value == "1\n2, 5\n3, 9, 9\n"


def test_a_large_table_is_not_offered_to_be_edited(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert not [each for each in data.expander if each.label.startswith("Edit")]
    upload(data, OOPS)
    assert len([each for each in data.expander if each.label.startswith("Edit")]) == 1


def test_the_cells_are_not_sent_before_they_are_asked_for(data):
    upload(data, OOPS.replace(b"oops", b"4"))
    assert not data.data_editor


def test_the_limits_are_said_before_anything_is_uploaded(data):
    assert any("Up to 200 MB and 6,000,000 steps" in each.value for each in data.caption)


def test_more_steps_than_the_server_takes_are_refused(data, monkeypatch):
    limits = backend.store().limits
    monkeypatch.setattr(backend.store(), "limits", replace(limits, steps=1_000))
    upload(data, b"1,2,3,4,5\n" * 300)
    assert "about 1,500 steps, and at most 1,000" in data.error[0].value
    upload(data, b"1,2,3,4,5\n" * 201)  # too near to be told before it is read
    assert "1,005 steps in all, and at most 1,000" in data.error[0].value
    assert facts(data)["Sequences"] == "3"
    upload(data, b"1,2,3,4,5\n" * 200)
    assert facts(data)["Steps in all"] == "1,000"


def test_a_sample_of_each_layout_can_be_taken_and_opened_again(data):
    buttons = {each.label: each for each in data.get("download_button")}
    assert set(buttons) == {file.name for file in FOLDER.glob("three_*.csv")}
    for name in buttons:
        upload(data, (FOLDER / name).read_bytes())
        assert not data.error
        assert facts(data)["Length, in steps"] == "1 – 5"


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


def test_long_sequences_are_cut_into_pieces_with_the_target_at_their_end(data):
    data.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    labelled(data.selectbox, "Pieces").set_value("prefixes")
    labelled(data.number_input, "Steps of a window, or the first prefix").set_value(3)
    labelled(data.number_input, "Another one every so many steps").set_value(2)
    labelled(data.selectbox, "Which target a sequence has").set_value("end")
    labelled(data.button, "Use these columns").click().run()
    assert (facts(data)["Sequences"], facts(data)["Length, in steps"]) == ("12", "3 – 9")
    assert any("growing prefixes: of 3 steps" in caption.value for caption in data.caption)
    data.switch_page("pages/3_Train.py").run()
    assert labelled(data.segmented_control, "Predict").options[0] == "a number"
    data.switch_page("pages/1_Data.py").run()
    labelled(data.number_input, "Steps of a window, or the first prefix").set_value(1)
    labelled(data.selectbox, "Pieces").set_value("windows")
    labelled(data.button, "Use these columns").click().run()
    assert any("leaves steps out" in error.value for error in data.error)
    assert facts(data)["Sequences"] == "12"


def test_a_target_that_changes_by_mistake_can_be_taken_at_the_last_step(data):
    text = "id,t,v,target\n" + "".join(f"{n},{t},{t},{n}\n" for n in range(4) for t in range(3))
    text = text.replace("2,2,2,2", "2,2,2,7")
    data.file_uploader(key="upload").upload("mistake.csv", text.encode(), "text/csv").run()
    assert "differs from" in data.error[0].value
    labelled(data.button, "Take that of the last step").click().run()
    assert not data.error
    assert facts(data)["Sequences"] == "4"


TWO = "id,t,x,label,outcome\n" + "".join(
    f"{n},{t},{n + t},{t % 2},{n % 2}\n" for n in range(10) for t in range(4)
)


def test_the_form_shows_what_is_in_use_whatever_chose_it(data):
    data.file_uploader(key="upload").upload("two.csv", TWO.encode(), "text/csv").run()
    assert labelled(data.selectbox, "Which target a sequence has").value == "step"
    labelled(data.selectbox, "Target").set_value("outcome")
    labelled(data.button, "Use these columns").click().run()
    assert labelled(data.selectbox, "Which target a sequence has").value == "sequence"
    assert "outcome" not in labelled(data.multiselect, "Features").value
    labelled(data.selectbox, "Missing values").set_value("drop")
    labelled(data.button, "Use these columns").click().run()
    assert labelled(data.selectbox, "Which target a sequence has").value == "sequence"
    assert not data.error


def test_a_choice_that_is_refused_stays_explained_and_no_features_are_none(data):
    data.file_uploader(key="upload").upload("two.csv", TWO.encode(), "text/csv").run()
    labelled(data.multiselect, "Features").set_value([])
    labelled(data.button, "Use these columns").click().run()
    assert "No feature is chosen" in data.error[0].value
    data.run()
    assert "No feature is chosen" in data.error[0].value
    labelled(data.multiselect, "Features").set_value(["x"])
    labelled(data.button, "Use these columns").click().run()
    assert not data.error
    assert facts(data)["Features a step"] == "1"


def test_the_target_of_a_table_of_very_many_columns_stays(data):
    steps = ",".join(f"s{i}" for i in range(600))
    rows = "".join(f"{n}," + ",".join("1" * 600) + f",{n}.5\n" for n in range(3))
    text = f"id,{steps},target\n{rows}"
    data.file_uploader(key="upload").upload("broad.csv", text.encode(), "text/csv").run()
    assert labelled(data.selectbox, "Target").value == "target"
    labelled(data.button, "Use these columns").click().run()
    assert labelled(data.selectbox, "Target").value == "target"
    assert not any("No target column" in info.value for info in data.info)


def test_what_cannot_be_carried_forward_can_be_dropped(data):
    text = b"id,t,x\na,0,\na,1,2\nb,0,1\nb,1,\n"
    data.file_uploader(key="upload").upload("gaps.csv", text, "text/csv").run()
    labelled(data.button, "Carry the last value forward").click().run()
    assert "no earlier" in data.error[0].value
    labelled(data.button, "Drop the step").click().run()
    assert not data.error
    assert facts(data)["Steps in all"] == "2"


def test_what_a_press_has_settled_is_no_longer_listed_as_wrong(data):
    text = b"id,t,x\na,0,1\n,1,2\nb,0,oops\nb,1,no\n"
    data.file_uploader(key="upload").upload("wrong.csv", text, "text/csv").run()
    assert data.dataframe[0].value["Row"].tolist() == ["3", "4", "5"]
    labelled(data.button, "Leave out 1 row").click().run()
    assert data.dataframe[0].value["Row"].tolist() == ["4", "5"]


def test_edits_that_were_not_read_yet_go_along_with_a_press(data):
    upload(data, b"id,t,x\na,1,2\na,2,\nb,1,\nb,2,3\n")
    key = f"{editor(data, 'upload')}-cells"
    data.session_state[key] = {
        "edited_rows": {0: {"2": "7"}},
        "added_rows": [],
        "deleted_rows": [],
    }
    labelled(data.button, "Drop the step").click().run()
    assert not data.error
    assert [part.tolist() for part in data.session_state["state"].data] == [[[2], [7]], [[3]]]
