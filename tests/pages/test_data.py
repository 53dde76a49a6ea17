import json
from dataclasses import replace

import pytest

from runs import DataSet
from runs.store import Content
from tests.support.app_pages import find_labelled
from tests.support.data_page import (
    CHANGED,
    get_facts,
    get_sidebar_text,
    get_texts,
    open_form,
    return_to_data,
    upload,
)
from ui import backend
from ui.samples import FOLDER


def test_opened_cold_it_shows_the_reference_example(data):
    assert data.success[0].value == "Ready to train: predict a number for each sequence."
    assert get_facts(data)["Sequences"] == "3"
    assert get_facts(data)["Length (steps)"] == "1 – 5"
    assert len(data.get("plotly_chart")) == 3
    retention = [each for each in data.caption if "Stored on this server, for you" in each.value]
    assert len(retention) == 2  # below an upload, and below pasted text


def test_the_vowels_are_detected_and_their_columns_can_be_confirmed(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert get_facts(data) | {"Length (steps)": "7 – 29"} == get_facts(data)
    assert (get_facts(data)["Sequences"], get_facts(data)["Features per step"]) == ("640", "12")
    assert "Target: **speaker** · Time: **t**" in get_texts(data)
    assert not data.warning
    open_form(data)
    assert find_labelled(data.selectbox, "Layout").value == "long"
    assert find_labelled(data.selectbox, "Target").value == "speaker"
    assert find_labelled(data.selectbox, "Train / test split").value == "split"
    assert any("370 test" in caption.value for caption in data.caption)


@pytest.mark.slow
def test_a_file_that_is_read_wrongly_can_be_read_again(data):
    data.button(key="sample-Japanese vowels").click().run()
    open_form(data)
    find_labelled(data.selectbox, "Target").set_value("")
    find_labelled(data.multiselect, "Features").set_value(["lpc1", "lpc2"])
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Features per step"] == "2"
    assert any("No target column" in info.value for info in data.info)
    assert "You chose: Columns as chosen" in get_texts(data)
    find_labelled(data.button, "Undo").click().run()
    assert get_facts(data)["Features per step"] == "12"
    assert find_labelled(data.selectbox, "Target").value == "speaker"
    assert "You chose" not in get_texts(data)


@pytest.mark.slow
def test_pasted_text_is_read_like_a_file(data):
    data.text_area(key="paste-text").set_value("1\n2, 5\n3, 9, 9, 4, 8, 7")
    find_labelled(data.button, "Read").click().run()
    assert get_facts(data)["Length (steps)"] == "1 – 6"


@pytest.mark.slow
def test_features_that_are_constant_over_a_sequence_are_named(data):
    text = "id,t,age,v\na,0,31,1\na,1,31,2\nb,0,47,2\nb,1,47,1\n"
    data.text_area(key="paste-text").set_value(text)
    find_labelled(data.button, "Read").click().run()
    assert any("Constant within each sequence: age." in caption.value for caption in data.caption)
    open_form(data)
    find_labelled(data.multiselect, "Features").set_value(["v"])
    find_labelled(data.button, "Use these columns").click().run()
    assert get_facts(data)["Features per step"] == "1"
    assert not any("Constant within" in caption.value for caption in data.caption)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CHANGED, ["Row 4, column target", "“1” differs from “0”"]),
        (b"", ["input is empty"]),
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


@pytest.mark.slow
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
    assert get_facts(data)["Total steps"] == "2"
    assert "Still in use" not in get_texts(data)
    data.text_area(key="paste-text").set_value(CHANGED.decode())
    find_labelled(data.button, "Read").click().run()
    assert "Still in use: **new.csv**" in get_texts(data)
    return_to_data(data)
    assert get_facts(data)["Total steps"] == "2"
    data.run()
    assert get_facts(data)["Total steps"] == "2"


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
    find_labelled(data.selectbox, "Sequence ID").set_value("id")
    find_labelled(data.button, "Use these columns").click().run()
    assert "Row 2, column id: the id is missing" in data.error[0].value
    assert "Drop these rows" not in [button.label for button in data.button]
    find_labelled(data.button, "Undo the last choice").click().run()
    assert "does not show which rows" in data.error[0].value


@pytest.mark.slow
def test_a_file_beyond_the_limit_of_data_sets_is_explained_and_changes_nothing(data):
    store, owner = backend.get_store(), data.session_state["state"].owner.id
    content = Content.from_bytes(b"any")
    for number in range(store.limits.data_sets):
        data_set = DataSet(f"{number}.csv", content.digest, None, sequences=1, features=1, steps=1)
        store.data_sets.save(owner, data_set, content)
    upload(data, b"1\n2,5\n")
    assert not data.exception
    assert "Delete one on the page Data first" in data.error[0].value
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


def test_the_sidebar_names_an_upload_at_once(data):
    upload(data, b"1\n2,5\n")
    assert "new.csv" in get_sidebar_text(data)
    assert "2 sequences, 3 steps" in get_sidebar_text(data)


def test_the_sidebar_names_pasted_text_at_once(data):
    data.text_area(key="paste-text").set_value("1")
    find_labelled(data.button, "Read").click().run()
    assert "Pasted text" in get_sidebar_text(data)
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


def test_the_limits_are_shown_before_an_upload(data):
    assert any("Up to 200 MB and 6,000,000 steps" in each.value for each in data.caption)


def test_data_beyond_the_step_limit_is_refused(data, monkeypatch):
    limits = backend.get_store().limits
    monkeypatch.setattr(backend.get_store(), "limits", replace(limits, steps=1_000))
    upload(data, b"1,2,3,4,5\n" * 300)
    assert "about 1,500 steps; the limit is 1,000" in data.error[0].value
    upload(data, b"1,2,3,4,5\n" * 201)  # close to the limit, so only reading it shows the excess
    assert "1,005 steps in total; the limit is 1,000" in data.error[0].value
    return_to_data(data)
    assert get_facts(data)["Sequences"] == "3"
    upload(data, b"1,2,3,4,5\n" * 200)
    assert get_facts(data)["Total steps"] == "1,000"


@pytest.mark.slow
def test_a_sample_of_each_layout_can_be_downloaded_and_opened(data):
    buttons = {each.label: each for each in data.get("download_button")}
    assert set(buttons) == {file.name for file in FOLDER.glob("three_*.csv")}
    for name in buttons:
        upload(data, (FOLDER / name).read_bytes())
        assert not data.error
        assert get_facts(data)["Length (steps)"] == "1 – 5"


def make_labelled(count):
    rows = "".join(f"s{i},{t},{i % 7 + t},{'ab'[i % 2]}\n" for i in range(count) for t in range(3))
    return f"id,t,v,target\n{rows}".encode()


@pytest.mark.slow
def test_a_test_set_is_held_out_and_can_be_changed(data):
    upload(data, make_labelled(100))
    text = "Test set: 20 of 100 sequences, drawn at random and stratified."
    assert any(text in caption.value for caption in data.caption)
    choice = find_labelled(data.selectbox, "Test set")
    assert choice.options == ["At random, stratified", "Last sequences of the file", "No test set"]
    choice.set_value("").run()
    assert any("No test set is held out." in caption.value for caption in data.caption)
    find_labelled(data.selectbox, "Test set").set_value("latest").run()
    assert data.session_state["state"].hold_out.rows.tolist() == list(range(80, 100))
    train = data.switch_page("pages/3_Train.py").run()
    text = "Test set: 20 of 100 sequences, the last of the file."
    assert any(text in caption.value for caption in train.caption)


def test_the_latest_by_time_are_held_out_by_the_column_of_times(data):
    days = [(7 * n) % 100 for n in range(100)]  # the file is sorted by id
    text = "id,admitted_on,x,target\n"
    for n, day in enumerate(days):
        for year in (2026, 2027):
            text += f"s{n:03},{year}-{1 + day // 28:02}-{1 + day % 28:02},{n},{n % 2}\n"
    upload(data, text.encode())
    choice = find_labelled(data.selectbox, "Test set")
    assert choice.options[1] == "Latest by admitted_on"
    choice.set_value("time").run()
    assert not data.exception
    held_out = data.session_state["state"].hold_out.rows.tolist()
    assert held_out == sorted(n for n, day in enumerate(days) if day >= 80)
    text = r"Test set: 20 of 100 sequences, those that start latest by admitted\_on."
    assert any(text in caption.value for caption in data.caption)


def test_a_test_set_of_deleted_data_cannot_be_changed(data):
    upload(data, make_labelled(100))
    state = data.session_state["state"]
    backend.get_store().data_sets.delete(state.owner.id, state.data_set.id)
    find_labelled(data.selectbox, "Test set").set_value("latest").run()
    assert "no longer on the server" in data.error[0].value
    assert state.hold_out.method == "random"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,t,v,y\na,0,1,u\na,1,2,u\nb,0,3,w\nb,1,4,w\n", "predict **y**, one of 2 classes, for"),
        ("id,t,v,target\na,0,1,1.5\na,1,2,1.5\nb,0,3,2.5\nb,1,4,2.5\n", "number **target** for"),
        ("id,t,v,target\na,0,1,1.5\na,1,2,3.5\nb,0,3,2.5\nb,1,4,4\n", "number **target** at each"),
    ],
)
def test_the_verdict_says_what_can_be_predicted(data, text, words):
    data.text_area(key="paste-text").set_value(text)
    find_labelled(data.button, "Read").click().run()
    assert words in [*data.success, *data.warning][0].value


def test_one_class_can_be_highlighted(data):
    data.button(key="sample-Japanese vowels").click().run()
    assert any("36 of 640 sequences, some of each class" in text.value for text in data.caption)
    choice = find_labelled(data.selectbox, "Class")
    assert choice.options == ["All", *map(str, range(1, 10))]
    choice.set_value(9).run()
    assert not data.exception
    figure = json.loads(data.get("plotly_chart")[-1].proto.spec)
    assert [line["name"] for line in figure["data"] if line["showlegend"]] == ["9"]
    assert any("36 of 640 sequences." in text.value for text in data.caption)


def test_categories_are_tiles_and_one_class_can_be_shown(data):
    rows = "".join(
        f"{i},{t},{'pqr'[(i + t) % 3]},{'ab'[i % 2]}\n" for i in range(20) for t in (0, 1)
    )
    upload(data, f"id,t,page,target\n{rows}".encode())
    figure = json.loads(data.get("plotly_chart")[-1].proto.spec)
    assert sorted(trace["name"] for trace in figure["data"]) == ["p", "q", "r"]
    find_labelled(data.selectbox, "Class").set_value(2).run()
    assert any("6 of 20 sequences." in text.value for text in data.caption)
