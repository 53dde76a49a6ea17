from dataclasses import replace

from tests.support.app_pages import find_labelled, wait_until
from ui import backend


def get_metric(app, sequence):
    return [m for m in app.metric if m.label.replace("\\", "") == f"Prediction for {sequence}"]


def test_a_new_visitor_trains_the_example_and_sees_its_prediction_for_one_and_a_half(app):
    assert len(app.get("plotly_chart")) == 3
    find_labelled(app.button, "Train the network").click().run()
    wait_until(app, lambda app: get_metric(app, "[1.5]"))
    assert 1.6 < float(get_metric(app, "[1.5]")[0].value) < 2.4
    assert len(app.get("plotly_chart")) == 4
    table = app.dataframe[0].value
    assert table["Sequence"].tolist() == ["[1.5]", "[2, 5]", "[4, 4, 4]"]
    assert table["Target"].fillna(-1).tolist() == [-1, 4, -1]  # numbers, in line with the others

    find_labelled(app.text_input, "Sequences to predict").set_value("[9, 9]").run()
    wait_until(app, lambda app: get_metric(app, "[9, 9]"))

    find_labelled(app.text_input, "Sequences to predict").set_value("[9, x]").run()
    assert len(app.error) == 1
    assert "x" in app.error[0].value


def test_a_training_beyond_a_limit_is_explained(app, monkeypatch):
    limits = backend.get_store().limits
    monkeypatch.setattr(backend.get_store(), "limits", replace(limits, run_weights=1))
    find_labelled(app.button, "Train the network").click().run()
    assert not app.exception
    assert "Use fewer units or layers" in app.error[0].value
    assert len(app.get("plotly_chart")) == 3
