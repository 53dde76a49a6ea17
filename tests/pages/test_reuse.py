"""Reused results are reported as such, and can be trained again."""

import pytest

from tests.support.app_pages import find_labelled, wait_until

BEFORE = "were trained before"


def list_captions(app, words: str) -> list[str]:
    return [each.value for each in app.caption if words in each.value]


def is_done(app):
    return [each.value for each in app.markdown if "**Finished**" in each.value]


@pytest.mark.slow
def test_the_same_button_pressed_again_shows_the_result_at_once_and_trains_anyway(app):
    find_labelled(app.button, "Train the network").click().run()
    wait_until(app, is_done)
    find_labelled(app.button, "Train again").click().run()
    assert is_done(app)  # in the very run of the press
    [caption] = list_captions(app, BEFORE)
    assert caption.startswith("Reused: the same data, settings and seed ")
    before = app.session_state["state"].example_run
    find_labelled(app.button, "Train anyway").click().run()
    wait_until(app, is_done)
    assert app.session_state["state"].example_run != before
    assert not list_captions(app, BEFORE)


@pytest.mark.slow
def test_train_reports_reuse_and_the_url_follows_the_run_that_is_trained_anyway(app):
    app.switch_page("pages/3_Train.py").run()
    find_labelled(app.number_input, "Epochs").set_value(7).run()
    find_labelled(app.button, "Start training").click().run()
    wait_until(app, is_done)
    find_labelled(app.button, "Change").click().run()
    find_labelled(app.button, "Train again").click().run()
    assert list_captions(app, BEFORE)  # in the very run of the press
    assert not find_labelled(app.button, "Change").disabled
    before = app.session_state["state"].run
    find_labelled(app.button, "Train anyway").click().run()
    after = app.session_state["state"].run
    assert after != before
    assert app.query_params["run"] in (after, [after])
    wait_until(app, is_done)
    assert not list_captions(app, BEFORE)


@pytest.mark.slow
def test_compare_reports_reused_runs(app):
    app.switch_page("pages/5_Compare.py").run()
    find_labelled(app.button, "Compare").click().run()
    wait_until(app, lambda app: list_captions(app, "mean ± sd over"))
    find_labelled(app.button, "Compare").click().run()
    wait_until(app, lambda app: list_captions(app, "mean ± sd over"))
    assert list_captions(app, "runs are reused") or list_captions(app, "run is reused")
