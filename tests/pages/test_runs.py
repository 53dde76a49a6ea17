import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe
from runs import RunState
from tests.pages.conftest import ROOT, labelled, until
from ui import backend
from ui.session.state import example_data

RUNS = "pages/6_Runs.py"


def trained(app, epochs: int = 3, seed: int = 0) -> str:
    """The id of a run of the visitor's, ended."""
    visitor = app.session_state["state"]
    recipe = Recipe(epochs=epochs, seed=seed, validation_split=0.0, patience=None)
    run = backend.runs().train(visitor.owner.id, example_data(), recipe, f"seed {seed}")
    until(app, lambda app: backend.runs().get(run).state is RunState.FINISHED)
    return run


def opened(app, run: str):
    app.query_params["run"] = run
    return app.switch_page(RUNS).run()


@pytest.fixture
def stranger() -> AppTest:
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


def buttons(page) -> set[str]:
    return {button.label for button in [*page.button, *page.get("download_button")]}


def test_without_runs_the_page_says_where_to_begin(app):
    page = app.switch_page(RUNS).run()
    assert "No runs yet" in page.info[0].value


def test_the_history_names_state_result_and_recipe_of_each_run(app):
    trained(app, seed=1), trained(app, seed=2)
    page = app.switch_page(RUNS).run()
    table = page.dataframe[0].value
    assert table["Name"].tolist() == ["seed 2", "seed 1"]  # the newest first
    assert set(table["State"]) == {"finished"}
    assert all(len(spark) == 3 for spark in table["Loss"])
    assert all(result.startswith("RMSE ") for result in table["Result"])
    assert all("(training)" in result for result in table["Result"])
    assert "seed 2" in table["Recipe"][0]
    labelled(page.text_input, "Filter").set_value("seed 1").run()
    assert page.dataframe[0].value["Name"].tolist() == ["seed 1"]
    labelled(page.text_input, "Filter").set_value("nothing like it").run()
    assert any("No run matches" in caption.value for caption in page.caption)


def test_a_run_goes_on_for_more_epochs_as_a_new_one(app):
    run = trained(app)
    page = opened(app, run)
    labelled(page.number_input, "More epochs").set_value(2)
    labelled(page.button, "Continue training").click().run()
    new = page.query_params["run"][0]
    assert new != run
    until(page, lambda app: any("5 epochs" in text.value for text in app.markdown))
    assert len(backend.runs().get(run).history["loss"]) == 3


def test_a_run_can_be_renamed_and_deleted(app):
    page = opened(app, trained(app))
    labelled(page.text_input, "Name").set_value("*mine*").run()
    assert page.title[0].value == r"\*mine\*"
    labelled(page.button, "Delete this run").click().run()
    assert "No runs yet" in page.info[0].value


def test_train_again_opens_the_runs_data_and_recipe(app):
    page = opened(app, trained(app, epochs=7, seed=5))
    labelled(page.button, "Train again with …").click().run()
    assert page.title[0].value == "Train"
    assert labelled(page.number_input, "Epochs").value == 7
    assert labelled(page.number_input, "Seed").value == 5


def test_an_address_that_leads_nowhere_is_told(app):
    page = opened(app, "no-such-run")
    assert "This run is not available to you." in page.info[0].value


def test_a_stranger_sees_a_run_and_can_change_nothing_of_it(app, stranger):
    run = trained(app)
    theirs = opened(stranger, run)
    assert "belongs to somebody else" in theirs.info[0].value
    assert theirs.get("plotly_chart")[0].key == "run-loss"
    assert [metric.label for metric in theirs.metric][:1] == ["RMSE"]
    assert buttons(theirs) == set()
    assert not theirs.text_area

    mine = opened(app, run)
    labelled(mine.toggle, "They may also predict with its model").set_value(True).run()
    theirs.run()
    labelled(theirs.text_area, "Sequences").set_value("[2, 5]").run()
    until(theirs, lambda app: [frame for frame in app.dataframe if "prediction" in frame.value])
    assert "Continue training" not in buttons(theirs)


def test_a_strangers_session_gives_nothing_of_the_owner_away(app, stranger):
    """Whatever a forged request does, the store asks for the owner."""
    run = trained(app)
    me, them = app.session_state["state"].owner.id, stranger.session_state["state"].owner.id
    assert me != them
    store = backend.store()
    store.runs.change(them, run, name="taken", open_to_questions=True)
    store.runs.stop(them, run)
    store.runs.delete(them, run)
    line = store.runs.line(run)
    assert (line.name, line.open_to_questions, line.state) == ("seed 0", False, RunState.FINISHED)
    stranger.switch_page(RUNS).run()
    assert "No runs yet" in stranger.info[0].value


def test_a_model_that_was_taken_away_is_opened_from_its_file(app):
    content = backend.runs().model(trained(app))
    page = app.switch_page(RUNS).run()
    page.file_uploader(key="bring-back").upload("far away.zip", content).run()
    until(page, lambda page: page.title and page.title[0].value == "far away")
    assert any("Brought back from a file" in each.value for each in page.caption)


def test_a_file_that_is_no_model_is_refused_in_words(app):
    page = app.switch_page(RUNS).run()
    page.file_uploader(key="bring-back").upload("x.zip", b"PK no model").run()
    until(page, lambda page: page.error)
    assert "no model of ours" in page.error[0].value
