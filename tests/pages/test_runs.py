import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe
from runs import RunState
from tests.support.app_pages import ROOT, RUNS, find_labelled, open_run, wait_until
from ui import backend
from ui.results import downloads
from ui.samples import load_example


def train(app, epochs: int = 3, seed: int = 0) -> str:
    """Train until the end; returns the id of the run."""
    visitor = app.session_state["state"]
    recipe = Recipe(epochs=epochs, seed=seed, validation_split=0.0, patience=None)
    run = backend.get_runs().train(visitor.owner.id, load_example(), recipe, f"seed {seed}")
    wait_until(app, lambda app: backend.get_runs().get(run).state is RunState.FINISHED)
    return run


@pytest.fixture
def stranger() -> AppTest:
    return AppTest.from_file(ROOT / "app.py", default_timeout=60).run()


def list_buttons(page) -> set[str]:
    return {button.label for button in [*page.button, *page.get("download_button")]}


def test_without_runs_the_page_links_to_train(app):
    page = app.switch_page(RUNS).run()
    assert "No runs yet" in page.info[0].value


def test_the_history_names_state_result_and_recipe_of_each_run(app):
    train(app, seed=1), train(app, seed=2)
    page = app.switch_page(RUNS).run()
    table = page.dataframe[0].value
    assert table["Name"].tolist() == ["seed 2", "seed 1"]  # the newest first
    assert set(table["State"]) == {"finished"}
    assert all(len(spark) == 3 for spark in table["Loss"])
    assert all(result.startswith("RMSE ") for result in table["Result"])
    assert all("(training)" in result for result in table["Result"])
    assert "seed 2" in table["Recipe"][0]
    find_labelled(page.text_input, "Filter").set_value("seed 1").run()
    assert page.dataframe[0].value["Name"].tolist() == ["seed 1"]
    find_labelled(page.text_input, "Filter").set_value("nothing like it").run()
    assert any("No run matches" in caption.value for caption in page.caption)


@pytest.mark.slow
def test_a_run_continues_for_more_epochs_as_a_new_run(app):
    run = train(app)
    page = open_run(app, run)
    find_labelled(page.number_input, "More epochs").set_value(2)
    find_labelled(page.button, "Continue training").click().run()
    new = page.query_params["run"][0]
    assert new != run
    wait_until(page, lambda app: any("5 epochs" in text.value for text in app.markdown))
    assert len(backend.get_runs().get(run).history["loss"]) == 3


def test_a_run_can_be_renamed_and_deleted(app):
    page = open_run(app, train(app))
    find_labelled(page.text_input, "Name").set_value("*mine*").run()
    assert page.title[0].value == r"\*mine\*"
    find_labelled(page.button, "Delete this run").click().run()
    assert "No runs yet" in page.info[0].value


def test_train_again_opens_the_runs_data_and_recipe(app):
    page = open_run(app, train(app, epochs=7, seed=5))
    find_labelled(page.button, "Train again with …").click().run()
    assert page.title[0].value == "Train"
    assert find_labelled(page.number_input, "Epochs").value == 7
    assert find_labelled(page.number_input, "Seed").value == 5


def test_an_unknown_run_in_the_url_is_reported(app):
    page = open_run(app, "no-such-run")
    assert "This run is not available to you." in page.info[0].value


def test_another_visitor_sees_a_run_and_cannot_change_it(app, stranger):
    run = train(app)
    theirs = open_run(stranger, run)
    assert "belongs to somebody else" in theirs.info[0].value
    assert theirs.get("plotly_chart")[0].key == "run-loss"
    assert [metric.label for metric in theirs.metric][:1] == ["RMSE"]
    assert list_buttons(theirs) == set()
    assert not theirs.text_area

    mine = open_run(app, run)
    find_labelled(mine.toggle, "They may also predict with its model").set_value(True).run()
    theirs.run()
    find_labelled(theirs.text_area, "Sequences").set_value("[2, 5]").run()
    wait_until(
        theirs, lambda app: [frame for frame in app.dataframe if "prediction" in frame.value]
    )
    assert "Continue training" not in list_buttons(theirs)


def test_another_visitors_session_cannot_use_the_owners_runs(app, stranger):
    """The store checks the owner of every request, including forged ones."""
    run = train(app)
    me, them = app.session_state["state"].owner.id, stranger.session_state["state"].owner.id
    assert me != them
    store = backend.get_store()
    store.runs.update(them, run, name="taken", open_to_questions=True)
    store.runs.stop(them, run)
    store.runs.delete(them, run)
    line = store.runs.get(run)
    assert (line.name, line.open_to_questions, line.state) == ("seed 0", False, RunState.FINISHED)
    stranger.switch_page(RUNS).run()
    assert "No runs yet" in stranger.info[0].value


@pytest.mark.slow
def test_an_exported_model_is_imported(app):
    content = backend.get_runs().read_model(train(app))
    page = app.switch_page(RUNS).run()
    page.file_uploader(key="bring-back").upload("far away.zip", content).run()
    wait_until(page, lambda page: page.title and page.title[0].value == "far away")
    assert any("Brought back from a file" in each.value for each in page.caption)


def test_a_file_that_is_not_a_model_is_refused_with_a_message(app):
    page = app.switch_page(RUNS).run()
    page.file_uploader(key="bring-back").upload("x.zip", b"PK no model").run()
    wait_until(page, lambda page: page.error)
    assert "no model of ours" in page.error[0].value


def test_the_answers_of_a_run_that_was_deleted_meanwhile_are_an_empty_table(app):
    run = backend.get_runs().get(train(app))
    assert len(downloads.build_predictions(run)) == 3
    backend.get_store().runs.delete(run.owner, run.id)
    assert downloads.build_predictions(run).empty
