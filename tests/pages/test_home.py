import json
from dataclasses import replace

import pytest

from core.errors import DataError
from runs import Request
from runs.jobs.context import NO_MODEL
from tests.support.app_pages import find_labelled, reload, wait_until
from ui import backend
from ui.home import padding_effect


def list_figures(app) -> list[dict]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def has_padding_effect(app) -> bool:
    return any("sliders" in figure["layout"] for figure in list_figures(app))


def test_the_first_picture_shows_the_targets(app):
    texts = [each["text"] for each in list_figures(app)[0]["layout"]["annotations"]]
    assert texts[:3] == ["→ <b>2</b>", "→ <b>4</b>", "→ <b>6</b>"]


def test_the_recipe_is_folded(app):
    [recipe] = [each for each in app.expander if each.label == "Recipe"]
    assert not recipe.proto.expanded
    assert "LSTM(100) → LSTM(20)" in recipe.markdown[0].value


@pytest.mark.slow
def test_a_picture_shows_that_padding_changes_only_the_unmasked_prediction(app):
    wait_until(app, has_padding_effect)
    [figure] = [each for each in list_figures(app) if "sliders" in each["layout"]]
    assert len(figure["frames"]) == 101
    masked, unmasked = (
        [float(frame["data"][number]["y"][0]) for frame in figure["frames"]] for number in (0, 1)
    )
    assert max(masked) - min(masked) < 0.001
    assert max(unmasked) - min(unmasked) > 0.1
    [caption] = [each.value for each in app.caption if "Drag the slider" in each.value]
    assert f"stays at {masked[0]:.2f}" in caption
    assert f"{min(unmasked):.2f} to {max(unmasked):.2f}" in caption
    app.segmented_control(key="home-effect-side").set_value("post").run()
    [after] = [each for each in list_figures(app) if "sliders" in each["layout"]]
    assert after["frames"] != figure["frames"]
    assert "as in training" not in json.dumps(after)  # which padded before
    assert reload(app, "app.py").segmented_control(key="home-effect-side").value == "post"


@pytest.mark.slow
def test_a_picture_that_could_not_be_computed_can_be_tried_again(app, monkeypatch):
    wait_until(app, has_padding_effect)
    failed = Request()
    failed.finish(DataError(NO_MODEL))
    monkeypatch.setattr(padding_effect.get_shared(), "request", failed)
    app.run()
    assert any("no trained model" in each.value for each in app.caption)
    app.button(key="home-effect-retry").click().run()
    wait_until(app, has_padding_effect)


def get_metric(app, sequence):
    return [m for m in app.metric if m.label.replace("\\", "") == f"Prediction for {sequence}"]


def test_a_new_visitor_trains_the_example_and_sees_its_prediction_for_one_and_a_half(app):
    find_labelled(app.button, "Train the network").click().run()
    wait_until(app, lambda app: get_metric(app, "[1.5]") and has_padding_effect(app))
    assert 1.6 < float(get_metric(app, "[1.5]")[0].value) < 2.4
    assert len(app.get("plotly_chart")) == 5
    table = app.dataframe[0].value
    assert table["Sequence"].tolist() == ["[1.5]", "[2, 5]", "[4, 4, 4]"]
    assert table["Target"].fillna(-1).tolist() == [-1, 4, -1]  # numbers, in line with the others

    find_labelled(app.text_input, "Sequences to predict").set_value("[9, 9]").run()
    wait_until(app, lambda app: get_metric(app, "[9, 9]"))

    find_labelled(app.text_input, "Sequences to predict").set_value("[9, x]").run()
    assert len(app.error) == 1
    assert "x" in app.error[0].value


@pytest.mark.slow
def test_a_training_beyond_a_limit_is_explained(app, monkeypatch):
    limits = backend.get_store().limits
    monkeypatch.setattr(backend.get_store(), "limits", replace(limits, run_weights=1))
    find_labelled(app.button, "Train the network").click().run()
    assert not app.exception
    assert "Use fewer units or layers" in app.error[0].value
    assert len(app.get("plotly_chart")) >= 3


def test_the_picture_leads_to_a_sample_on_which_masking_pays(app):
    wait_until(app, has_padding_effect)
    links = [each.proto for each in app.get("page_link")]
    [lesson] = [link for link in links if "When does masking pay" in link.label]
    assert (lesson.page, lesson.query_string) == ("Compare", "data=daily_rides")
    app.query_params["data"] = "daily_rides"
    compare = app.switch_page("pages/5_Compare.py").run()
    assert compare.session_state["state"].name == "Daily rides"
    assert any("A day without rides is 0" in each.value for each in compare.caption)
