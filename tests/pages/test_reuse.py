"""What was computed before is said to be, and trained again for those who want it."""

from tests.pages.conftest import labelled, until

BEFORE = "this result was computed before"


def captions(app, words: str) -> list[str]:
    return [each.value for each in app.caption if words in each.value]


def done(app):
    return [each.value for each in app.markdown if "**Finished**" in each.value]


def test_the_same_button_pressed_again_shows_the_result_at_once_and_trains_anyway(app):
    labelled(app.button, "Train the network").click().run()
    until(app, done)
    labelled(app.button, "Train again").click().run()
    assert done(app)  # in the very run of the press
    [said] = captions(app, BEFORE)
    assert said.startswith("Same data, same settings, same seed: ")
    before = app.session_state["state"].example_run
    labelled(app.button, "Train anyway").click().run()
    until(app, done)
    assert app.session_state["state"].example_run != before
    assert not captions(app, BEFORE)


def test_train_says_so_and_the_address_follows_the_run_that_is_trained_anyway(app):
    app.switch_page("pages/3_Train.py").run()
    labelled(app.number_input, "Epochs").set_value(7).run()
    labelled(app.button, "Start training").click().run()
    until(app, done)
    labelled(app.button, "Train again").click().run()
    assert captions(app, BEFORE)  # in the very run of the press
    assert not labelled(app.button, "Train again").disabled
    before = app.session_state["state"].run
    labelled(app.button, "Train anyway").click().run()
    after = app.session_state["state"].run
    assert after != before
    assert app.query_params["run"] in (after, [after])
    until(app, done)
    assert not captions(app, BEFORE)


def test_compare_says_which_trainings_it_did_not_need(app):
    app.switch_page("pages/5_Compare.py").run()
    labelled(app.button, "Compare").click().run()
    until(app, lambda app: captions(app, "mean ± sd over"))
    labelled(app.button, "Compare").click().run()
    until(app, lambda app: captions(app, "mean ± sd over"))
    assert captions(app, "trainings are reused") or captions(app, "training is reused")
