from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy

from core import Recipe
from runs import RunState
from runs.store import MEASURED
from runs.store.tables import artifacts
from tests.support.app_pages import (
    find_labelled,
    open_predict_tab,
    open_run,
    reload,
    wait_until,
)
from tests.support.data_page import open_form
from ui import backend
from ui.samples import load_example


@pytest.fixture
def predict(app):
    return app.switch_page("pages/4_Predict.py").run()


def list_tables(page):
    """List the tables of predictions, without the table of problems in a file."""
    return [frame.value for frame in page.dataframe if "prediction" in frame.value]


@pytest.fixture
def trained(predict):
    """The page Predict after the example was trained."""
    return wait_until(predict, lambda app: app.tabs)


def test_opened_cold_it_trains_the_example_and_predicts(trained):
    predict = open_predict_tab(trained, "Type")
    wait_until(predict, list_tables)
    [table] = list_tables(predict)
    assert table["steps"].tolist() == [1]
    assert 1.6 < table["prediction"][0] < 2.4


def test_a_file_of_new_sequences_with_targets_is_predicted_and_scored(trained):
    predict = open_predict_tab(trained, "Upload")
    content = b'sequence,target\n"[1]",2\n"[2, 5]",4\n"[3, 9, 9, 4, 8]",6\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    wait_until(predict, lambda app: list_tables(app))
    assert list_tables(predict)[0]["target"].tolist() == [2, 4, 6]
    assert float(find_labelled(predict.metric, "MAE").value) < 0.5
    assert "**On these 3 sequences with known targets**" in [m.value for m in predict.markdown]


def test_several_files_of_new_sequences_are_predicted_together(trained):
    predict = open_predict_tab(trained, "Upload")
    files = [(f"{name}.csv", b"step,value\n1,3\n2,9\n3,4\n", "text/csv") for name in "ba"]
    predict.file_uploader(key="predict-file-0").set_value(files).run()
    wait_until(predict, lambda app: list_tables(app))
    assert list_tables(predict)[0]["steps"].tolist() == [3, 3]


def test_new_data_with_missing_values_is_predicted_after_choosing_a_treatment(trained):
    predict = open_predict_tab(trained, "Upload")
    content = b'sequence\n"[1, null, 2]"\n"[2]"\n'
    predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
    assert "missing" in predict.error[0].value  # the example was not read from a file
    find_labelled(predict.button, "Drop the step").click().run()
    wait_until(predict, lambda app: list_tables(app))
    assert list_tables(predict)[0]["steps"].tolist() == [2, 1]


def test_new_data_beyond_the_step_limit_is_refused(trained, monkeypatch):
    predict = open_predict_tab(trained, "Upload")
    few = replace(backend.get_store().limits, steps=1_000)
    monkeypatch.setattr(backend.get_store(), "limits", few)
    for rows, words in ((300, "about 1,500 steps"), (201, "1,005 steps in total")):
        content = b"1,2,3,4,5\n" * rows
        predict.file_uploader(key="predict-file-0").upload("new.csv", content, "text/csv").run()
        assert words in predict.error[0].value


@pytest.mark.parametrize("text", ["[1.5", "[[1, 2], [3, 4]] x", "[]"])
def test_invalid_text_is_explained(trained, text):
    predict = open_predict_tab(trained, "Type")
    find_labelled(predict.text_area, "Sequences").set_value(text).run()
    assert not predict.exception
    assert len(predict.error) == 1


def test_data_without_a_model_links_to_train(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    app.switch_page("pages/4_Predict.py").run()
    assert "No model has been trained" in app.info[0].value


def test_after_a_training_without_a_model_an_earlier_one_predicts(app):
    owner, runs = app.session_state["state"].owner.id, backend.get_runs()
    recipe = Recipe(epochs=2, validation_split=0.0, patience=None)
    model = runs.train(owner, load_example(), recipe, "earlier")
    wait_until(app, lambda app: runs.get(model).state is RunState.FINISHED)
    stopped = runs.train(owner, load_example(), replace(recipe, epochs=10_000), "stopped")
    runs.stop(owner, stopped)
    wait_until(app, lambda app: runs.get(stopped).state is RunState.STOPPED)
    with backend.get_store().database.writing() as connection:  # as if it had been cancelled
        connection.execute(sqlalchemy.delete(artifacts).where(artifacts.c.run == stopped))
    app.session_state["state"].run = stopped
    page = app.switch_page("pages/4_Predict.py").run()
    find_labelled(page.button, "Predict with an earlier model").click().run()
    assert [tab.label for tab in page.tabs] == ["From my data", "Type", "Upload"]
    assert page.session_state["state"].last_run == model


LIVES = "engine,cycle,heat,rul\n" + "".join(
    f"{engine},{cycle},{cycle * engine},{9 - cycle}\n" for engine in (1, 2, 3) for cycle in range(9)
)


def test_per_step_targets_are_trained_and_predicted_at_every_step(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lives.csv", LIVES.encode(), "text/csv").run()
    open_form(app)
    assert find_labelled(app.selectbox, "Kind of target").value == "step"
    app.switch_page("pages/3_Train.py").run()
    assert find_labelled(app.segmented_control, "Predict").options[0] == "Number per step"
    assert not [each for each in app.selectbox if each.label == "Normalization"]
    find_labelled(app.checkbox, "Differences as features").check().run()
    find_labelled(app.checkbox, "Bidirectional").check().run()
    assert any("depends on later steps" in caption.value for caption in app.caption)
    find_labelled(app.number_input, "Epochs").set_value(3).run()
    find_labelled(app.button, "Start training").click().run()
    wait_until(app, lambda app: any(link.label == "Predict with this model" for link in links(app)))
    app.switch_page("pages/4_Predict.py").run()
    assert any("every step of sequence" in chart.proto.alt for chart in app.get("plotly_chart"))
    open_predict_tab(app, "Type")
    wait_until(app, list_tables)
    [table] = list_tables(app)
    assert table["step"].tolist() == list(range(1, 10))
    assert len(app.get("plotly_chart")) == 1
    open_predict_tab(app, "Upload")
    uploader = find_labelled(app.file_uploader, "File with new sequences")
    uploader.upload("more.csv", LIVES.encode(), "text/csv").run()
    wait_until(app, lambda app: list_tables(app))
    assert list_tables(app)[0]["rul"].tolist() == [*range(9, 0, -1)] * 3
    assert {"RMSE", "MAE"} <= {metric.label for metric in app.metric}
    find_labelled(app.selectbox, "Sequence").set_value(2).run()
    assert not app.exception


def links(app):
    return app.get("page_link")


@pytest.mark.slow
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
    open_predict_tab(app, "Type")
    find_labelled(app.text_area, "Sequences").set_value("engine,cycle,heat\nz,1,\nz,2,3\n").run()
    assert "missing" in app.error[0].value
    find_labelled(app.button, "Drop the step").click().run()
    assert not app.error
    wait_until(app, list_tables)
    assert len(list_tables(app)[0]) == 1


@pytest.mark.slow
def test_the_inspection_of_typed_sequences_opens_on_request(trained):
    predict = open_predict_tab(trained, "Type")
    wait_until(predict, list_tables)
    assert len(predict.get("plotly_chart")) == 0
    predict.toggle(key="typed-xray-0-open").set_value(True).run()
    wait_until(predict, lambda app: app.get("plotly_chart"))
    text = " ".join(each.value for each in predict.markdown)
    assert "The mask skips 14 steps of padding: the state does not change" in text
    before = predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-layer").set_value(1).run()
    assert "hidden state (20 units)" in predict.get("plotly_chart")[0].proto.spec
    predict.segmented_control(key="typed-xray-0-sides").set_value("unmasked").run()
    after = predict.get("plotly_chart")[0].proto.spec
    assert "With the mask" in before
    assert "With the mask" not in after


@pytest.mark.slow
def test_the_evaluated_sequence_with_the_largest_error_is_shown_and_inspected_at_once(trained):
    trained.run()  # the layout of the trained page
    errors = np.abs(read_rows(trained).values - read_rows(trained).targets)
    sequence = find_labelled(trained.selectbox, "Sequence")
    assert sequence.value == int(np.argmax(errors))
    assert [metric.label for metric in trained.metric] == ["Prediction", "True value", "Error"]
    assert any("was trained on these 3 sequences." in each.value for each in trained.caption)
    wait_until(trained, lambda app: app.get("plotly_chart"))
    assert trained.get("plotly_chart")[0].proto.alt.startswith("Sequence ")


def read_rows(app):
    return backend.get_runs().read_predictions(get_run(app))


def get_run(app) -> str:
    visitor = app.session_state["state"]
    return backend.get_shared_run(visitor.data, visitor.recipe, visitor.name)


@pytest.mark.slow
def test_the_chosen_order_and_sequence_survive_a_refresh(trained):
    find_labelled(trained.selectbox, "Order").set_value("data").run()
    find_labelled(trained.selectbox, "Sequence").set_value(2).run()
    again = reload(trained, "pages/4_Predict.py")
    assert find_labelled(again.selectbox, "Order").value == "data"
    assert find_labelled(again.selectbox, "Sequence").value == 2


@pytest.mark.slow
def test_a_run_without_stored_predictions_predicts_the_first_sequences(app):
    owner, runs = app.session_state["state"].owner.id, backend.get_runs()
    recipe = Recipe(epochs=2, validation_split=0.0, patience=None)
    run = runs.train(owner, load_example(), recipe, "not evaluated")
    wait_until(app, lambda app: runs.get(run).state is RunState.FINISHED)
    with backend.get_store().database.writing() as connection:
        is_measured = artifacts.c.run == run, artifacts.c.kind == MEASURED
        connection.execute(sqlalchemy.delete(artifacts).where(*is_measured))
    page = open_run(app, run)
    wait_until(page, lambda page: any(box.label == "Order" for box in page.selectbox))
    assert any("was not evaluated" in caption.value for caption in page.caption)
    assert len(find_labelled(page.selectbox, "Sequence").options) == 3
