from dataclasses import replace

import pytest

from tests.support.app_pages import find_labelled, wait_until
from tests.support.data_page import open_form
from ui import backend


@pytest.fixture
def predict(app):
    return app.switch_page("pages/4_Predict.py").run()


def list_tables(page):
    """List the tables of predictions, without the table of problems in a file."""
    return [frame.value for frame in page.dataframe if "prediction" in frame.value]


def test_opened_cold_it_trains_the_example_and_predicts(predict):
    wait_until(predict, list_tables)
    [table] = list_tables(predict)
    assert table["steps"].tolist() == [1]
    assert 1.6 < table["prediction"][0] < 2.4


def test_a_file_of_new_sequences_with_targets_is_predicted_and_scored(predict):
    wait_until(predict, list_tables)
    content = b'sequence,target\n"[1]",2\n"[2, 5]",4\n"[3, 9, 9, 4, 8]",6\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    wait_until(predict, lambda app: len(list_tables(app)) == 2)
    assert list_tables(predict)[1]["target"].tolist() == [2, 4, 6]
    assert float(find_labelled(predict.metric, "MAE").value) < 0.5
    assert "**On these 3 sequences with known targets**" in [m.value for m in predict.markdown]


def test_several_files_of_new_sequences_are_predicted_together(predict):
    wait_until(predict, list_tables)
    files = [(f"{name}.csv", b"step,value\n1,3\n2,9\n3,4\n", "text/csv") for name in "ba"]
    predict.file_uploader(key="predict-file-0").set_value(files).run()
    wait_until(predict, lambda app: len(list_tables(app)) == 2)
    assert list_tables(predict)[1]["steps"].tolist() == [3, 3]


def test_new_data_with_missing_values_is_predicted_after_choosing_a_treatment(predict):
    wait_until(predict, list_tables)
    content = b'sequence\n"[1, null, 2]"\n"[2]"\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    assert "missing" in predict.error[0].value  # the example was not read from a file
    find_labelled(predict.button, "Leave the step out").click().run()
    wait_until(predict, lambda app: len(list_tables(app)) == 2)
    assert list_tables(predict)[1]["steps"].tolist() == [2, 1]


def test_new_data_beyond_the_step_limit_is_refused(predict, monkeypatch):
    wait_until(predict, list_tables)
    few = replace(backend.get_store().limits, steps=1_000)
    monkeypatch.setattr(backend.get_store(), "limits", few)
    for rows, words in ((300, "about 1,500 steps"), (201, "1,005 steps in all")):
        content = b"1,2,3,4,5\n" * rows
        predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
        assert words in predict.error[0].value


@pytest.mark.parametrize("text", ["[1.5", "[[1, 2], [3, 4]] x", "[]"])
def test_invalid_text_is_explained(predict, text):
    wait_until(predict, list_tables)
    find_labelled(predict.text_area, "Sequences").set_value(text).run()
    assert not predict.exception
    assert len(predict.error) == 1


def test_data_without_a_model_links_to_train(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    app.switch_page("pages/4_Predict.py").run()
    assert "No model has been trained" in app.info[0].value


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


def test_per_step_targets_are_trained_and_predicted_at_every_step(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    open_form(app)
    assert find_labelled(app.selectbox, "Which target a sequence has").value == "step"
    app.switch_page("pages/3_Train.py").run()
    assert find_labelled(app.segmented_control, "Predict").options[0] == "a number at every step"
    assert not [each for each in app.selectbox if each.label == "Normalization"]
    find_labelled(app.checkbox, "Differences as features").check().run()
    find_labelled(app.checkbox, "Both ways").check().run()
    assert any("the steps after it" in caption.value for caption in app.caption)
    find_labelled(app.number_input, "Epochs").set_value(3).run()
    find_labelled(app.button, "Start training").click().run()
    wait_until(app, lambda app: any(link.label == "Predict with this model" for link in links(app)))
    app.switch_page("pages/4_Predict.py").run()
    wait_until(app, list_tables)
    [table] = list_tables(app)
    assert table["step"].tolist() == list(range(1, 10))
    assert len(app.get("plotly_chart")) == 1
    uploader = find_labelled(app.file_uploader, "A file of new sequences")
    uploader.upload("more.csv", LIVES.encode(), "text/csv").run()
    wait_until(app, lambda app: len(list_tables(app)) == 2)
    assert list_tables(app)[1]["rul"].tolist() == [*range(9, 0, -1)] * 3
    assert {"RMSE", "MAE"} <= {metric.label for metric in app.metric}
    find_labelled(app.selectbox, "Sequence").set_value(2).run()
    assert not app.exception


def links(app):
    return app.get("page_link")


def test_typed_data_with_missing_values_is_predicted_after_choosing_a_treatment(app):
    """The training data was read with missing values refused; otherwise nothing is asked."""
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    open_form(app)
    find_labelled(app.selectbox, "Missing values").set_value("refuse")
    find_labelled(app.button, "Use these columns").click().run()
    app.switch_page("pages/3_Train.py").run()
    find_labelled(app.number_input, "Epochs").set_value(1).run()
    find_labelled(app.button, "Start training").click().run()
    wait_until(app, lambda app: any(link.label == "Predict with this model" for link in links(app)))
    app.switch_page("pages/4_Predict.py").run()
    find_labelled(app.text_area, "Sequences").set_value("engine,cycle,heat\nz,1,\nz,2,3\n").run()
    assert "missing" in app.error[0].value
    find_labelled(app.button, "Leave the step out").click().run()
    assert not app.error
    wait_until(app, list_tables)
    assert len(list_tables(app)[0]) == 1


def test_the_xray_is_below_the_predictions_once_it_is_opened(predict):
    wait_until(predict, list_tables)
    assert len(predict.get("plotly_chart")) == 0
    predict.toggle(key="typed-xray-0-open").set_value(True).run()
    wait_until(predict, lambda app: app.get("plotly_chart"))
    text = " ".join(each.value for each in predict.markdown)
    assert "Through 14 steps of padding the mask holds the state still" in text
    before = predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-layer").set_value(1).run()
    assert "hidden state (20 units)" in predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-sides").set_value("unmasked").run()
    after = predict.get("plotly_chart")[0].proto.spec
    assert "With the mask" in before
    assert "With the mask" not in after
