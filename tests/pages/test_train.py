import pytest

from runs import RunState
from tests.pages.conftest import labelled, until
from ui import server


@pytest.fixture
def train(app):
    return app.switch_page("pages/3_Train.py").run()


def test_opened_cold_it_offers_the_reference_recipe(train):
    assert labelled(train.number_input, "Epochs").value == 100
    assert labelled(train.number_input, "Batch size, in sequences").value == 1
    assert [units.value for units in train.number_input if units.label == "Units"] == [100, 20]
    assert not labelled(train.button, "Start training").disabled


def test_a_training_shows_metrics_and_the_model_to_take_away(train):
    labelled(train.number_input, "Epochs").set_value(3)
    labelled(train.button, "Start training").click().run()
    until(train, lambda app: app.get("download_button"))
    assert any("3 epochs" in text.value for text in train.markdown)
    assert len(train.get("plotly_chart")) == 1


def test_stop_ends_a_long_training_and_keeps_what_was_learned(train):
    labelled(train.number_input, "Epochs").set_value(10_000)
    labelled(train.button, "Start training").click().run()
    until(train, lambda app: [bar for bar in app.get("progress") if "Epoch" in bar.proto.text])
    labelled(train.button, "Stop").click().run()
    until(train, lambda app: app.get("download_button"))
    assert any("Stopped" in text.value for text in train.markdown)


def test_a_training_that_fails_says_why_and_can_be_started_again(train):
    labelled(train.selectbox, "Optimizer").set_value("sgd").run()
    labelled(train.number_input, "Learning rate").set_value(10.0)
    labelled(train.button, "Start training").click().run()
    until(train, lambda app: app.error)
    assert "smaller learning rate" in train.error[0].value
    assert not labelled(train.button, "Train again").disabled


def test_hidden_layers_that_are_no_numbers_are_explained(train):
    labelled(train.text_input, "Hidden dense layers").set_value("many").run()
    assert "whole numbers" in train.error[0].value
    assert labelled(train.button, "Start training").disabled


def test_a_training_goes_on_while_other_data_is_open(train):
    labelled(train.number_input, "Epochs").set_value(10_000)
    labelled(train.button, "Start training").click().run()
    until(train, lambda app: [bar for bar in app.get("progress") if "Epoch" in bar.proto.text])
    run_id = train.session_state["state"].run
    train.query_params.clear()  # as a browser does with every link
    train.switch_page("pages/1_Data.py").run()
    train.button(key="sample-Japanese vowels").click().run()
    train.switch_page("pages/3_Train.py").run()
    assert not train.get("progress")  # this page is about the vowels now
    train.switch_page("pages/6_Runs.py").run()
    assert train.dataframe[0].value["State"].tolist() == ["training"]
    train.query_params["run"] = run_id
    train.run()
    labelled(train.button, "Stop").click().run()
    until(train, lambda app: server.runs().get(run_id).state is RunState.STOPPED)


def test_the_work_of_an_epoch_is_told_before_it_starts(train):
    facts = {metric.label: metric.value for metric in train.metric}
    assert facts["Real steps, an epoch"] == "8"
    assert facts["Steps the usual way"] == "45"
    assert facts["Steps we compute"] == "8"
    assert any("You skip 82% of the work" in caption.value for caption in train.caption)


def test_a_gru_is_told_to_run_on_the_stock_layers(train):
    labelled(train.selectbox, "Layer 1").set_value("GRU").run()
    assert any("stock Keras layers" in caption.value for caption in train.caption)
