from dataclasses import replace

import pytest

from tests.pages.conftest import labelled, until
from ui import backend


@pytest.fixture
def predict(app):
    return app.switch_page("pages/4_Predict.py").run()


def tables(page):
    """Those of predictions; another one lists what was wrong in a file."""
    return [frame.value for frame in page.dataframe if "prediction" in frame.value]


def test_opened_cold_it_trains_the_example_and_predicts(predict):
    until(predict, tables)
    [table] = tables(predict)
    assert table["steps"].tolist() == [1]
    assert 1.6 < table["prediction"][0] < 2.4


def test_a_file_of_new_sequences_with_targets_is_predicted_and_scored(predict):
    until(predict, tables)
    content = b'sequence,target\n"[1]",2\n"[2, 5]",4\n"[3, 9, 9, 4, 8]",6\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    until(predict, lambda app: len(tables(app)) == 2)
    assert tables(predict)[1]["target"].tolist() == [2, 4, 6]
    assert float(labelled(predict.metric, "MAE").value) < 0.5
    assert "**On these 3 sequences with known targets**" in [m.value for m in predict.markdown]


def test_new_data_with_missing_values_is_predicted_once_it_is_said_what_becomes_of_them(predict):
    until(predict, tables)
    content = b'sequence\n"[1, null, 2]"\n"[2]"\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    labelled(predict.button, "Drop the step").click().run()
    until(predict, lambda app: len(tables(app)) == 2)
    assert tables(predict)[1]["steps"].tolist() == [2, 1]


def test_new_data_of_more_steps_than_the_server_takes_is_refused(predict, monkeypatch):
    until(predict, tables)
    few = replace(backend.store().limits, steps=1_000)
    monkeypatch.setattr(backend.store(), "limits", few)
    for rows, words in ((300, "about 1,500 steps"), (201, "1,005 steps in all")):
        content = b"1,2,3,4,5\n" * rows
        predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
        assert words in predict.error[0].value


@pytest.mark.parametrize("text", ["[1.5", "[[1, 2], [3, 4]] x", "[]"])
def test_text_that_is_no_sequence_is_explained(predict, text):
    until(predict, tables)
    labelled(predict.text_area, "Sequences").set_value(text).run()
    assert not predict.exception
    assert len(predict.error) == 1


def test_data_without_a_model_leads_to_train(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    app.switch_page("pages/4_Predict.py").run()
    assert "No model has been trained" in app.info[0].value


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


def test_targets_one_a_step_are_learned_and_answered_at_every_step(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    assert labelled(app.selectbox, "Which target a sequence has").value == "step"
    app.switch_page("pages/3_Train.py").run()
    assert labelled(app.segmented_control, "Predict").options[0] == "a number at every step"
    labelled(app.checkbox, "Both ways").check().run()
    assert any("the steps after it" in caption.value for caption in app.caption)
    labelled(app.number_input, "Epochs").set_value(3).run()
    labelled(app.button, "Start training").click().run()
    until(app, lambda app: any(link.label == "Predict with this model" for link in links(app)))
    app.switch_page("pages/4_Predict.py").run()
    until(app, tables)
    [table] = tables(app)
    assert table["step"].tolist() == list(range(1, 10))
    assert len(app.get("plotly_chart")) == 1
    uploader = labelled(app.file_uploader, "A file of new sequences")
    uploader.upload("more.csv", LIVES.encode(), "text/csv").run()
    until(app, lambda app: len(tables(app)) == 2)
    assert tables(app)[1]["target"].tolist() == [*range(9, 0, -1)] * 3
    assert {"RMSE", "MAE"} <= {metric.label for metric in app.metric}
    labelled(app.selectbox, "Sequence").set_value(2).run()
    assert not app.exception


def links(app):
    return app.get("page_link")


def test_typed_data_that_lacks_values_is_predicted_once_it_is_said_what_becomes_of_them(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    app.switch_page("pages/3_Train.py").run()
    labelled(app.number_input, "Epochs").set_value(1).run()
    labelled(app.button, "Start training").click().run()
    until(app, lambda app: any(link.label == "Predict with this model" for link in links(app)))
    app.switch_page("pages/4_Predict.py").run()
    labelled(app.text_area, "Sequences").set_value("engine,cycle,heat\nz,1,\nz,2,3\n").run()
    assert "missing" in app.error[0].value
    labelled(app.button, "Drop the step").click().run()
    assert not app.error
    until(app, tables)
    assert len(tables(app)[0]) == 1


def test_the_xray_stands_below_the_predictions_once_it_is_opened(predict):
    until(predict, tables)
    assert len(predict.get("plotly_chart")) == 0
    predict.toggle(key="typed-xray-0-open").set_value(True).run()
    until(predict, lambda app: app.get("plotly_chart"))
    said = " ".join(each.value for each in predict.markdown)
    assert "Through 14 steps of padding the mask holds the state still" in said
    before = predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-layer").set_value(1).run()
    assert "hidden state (20 units)" in predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-sides").set_value("unmasked").run()
    after = predict.get("plotly_chart")[0].proto.spec
    assert "With the mask" in before
    assert "With the mask" not in after
