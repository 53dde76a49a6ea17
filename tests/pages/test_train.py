import pytest

from tests.pages.conftest import labelled, until


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
