import re

import pytest
from streamlit.testing.v1 import AppTest

from core import Recipe
from runs import RunState
from runs.store import Content
from tests.support.app_pages import (
    ROOT,
    RUNS,
    find_labelled,
    list_entries,
    open_predict_tab,
    open_run,
    reload,
    wait_until,
)
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


def search(page, query: str) -> list[str]:
    find_labelled(page.text_input, "Search").set_value(query).run()
    return list_entries(page)


@pytest.mark.slow
def test_an_entry_has_name_and_result_above_recipe_start_and_duration(app):
    train(app, seed=1), train(app, seed=2)
    page = app.switch_page(RUNS).run()
    newest, oldest = list_entries(page)
    title, details = newest.split("\n\n")
    assert title.startswith("**seed 2** · RMSE ")
    assert title.endswith(r"\(training\)") or title.endswith("(training)")
    assert "LSTM" in details
    assert "seed 2" in details
    assert re.search(r"\d{4}\\-\d\d\\-\d\d \d\d\\:\d\d · [\d.]+ s", details), details
    assert "seed 1" in oldest
    link = next(each for each in page.get("page_link") if each.proto.label == newest)
    assert "run=" in link.proto.query_string


@pytest.mark.slow
def test_runs_are_found_by_name_note_recipe_and_data(app):
    first, _ = train(app, seed=1), train(app, seed=2, epochs=4)
    page = app.switch_page(RUNS).run()
    backend.get_store().runs.update(owner_of(app), first, name="*mine*", note="with Dropout")
    assert len(search(page, "three sequences")) == 2  # the name of the data
    for query in ("MINE", "dropout with", "epochs, seed 1", "dropout lstm"):
        [entry] = search(page, query)
        assert entry.startswith(r"**\*mine\***")
    assert "“with Dropout”" in entry
    assert len(search(page, "4 epochs")) == 1
    assert search(page, "nothing like it") == []
    assert any("No run matches" in caption.value for caption in page.caption)
    again = reload(app, RUNS)
    assert find_labelled(again.text_input, "Search").value == "nothing like it"
    find_labelled(again.text_input, "Search").set_value("").run()
    find_labelled(again.multiselect, "State").set_value([RunState.FAILED]).run()
    assert list_entries(again) == []


def owner_of(app) -> str:
    return app.session_state["state"].owner.id


@pytest.mark.slow
def test_selected_runs_are_compared_and_deleted_by_name(app):
    train(app, seed=1), train(app, seed=2), train(app, seed=3)
    page = app.switch_page(RUNS).run()
    page.checkbox[0].check().run()
    page.checkbox[2].check().run()
    assert [chart.key for chart in page.get("plotly_chart")] == ["runs-compare"]
    texts = [text.value for text in page.markdown]
    assert any("- seed 3\n- seed 1" in text for text in texts)
    assert "This cannot be undone." in texts
    page.button(key="delete-runs").click().run()
    [entry] = list_entries(page)
    assert entry.startswith("**seed 2**")
    assert not page.get("plotly_chart")


@pytest.mark.slow
def test_runs_of_a_comparison_are_one_entry_that_opens(app):
    runs = {f"seed {seed}": [train(app, seed=seed)] for seed in (1, 2)}
    alone = train(app, seed=3)
    comparison = backend.get_store().runs.group(owner_of(app), runs)
    page = app.switch_page(RUNS).run()
    assert len(list_entries(page)) == 1
    [group] = [box for box in page.expander if "comparison of 2 runs" in box.label]
    assert group.label.startswith(r"**seed 1\: seed 1 / seed 2**")
    page.session_state[f"comparison-{comparison}"] = True
    page.run()
    labels = [link.proto.label for link in page.get("page_link")]
    assert {"seed 1", "seed 2"} <= set(labels)
    page.checkbox[1].check().run()
    assert page.button(key="delete-runs").label == "Delete 2 runs"
    page.button(key="delete-runs").click().run()
    assert [run.id for run in backend.get_store().runs.list(owner_of(app))] == [alone]


@pytest.mark.slow
def test_a_comparison_with_a_matching_run_is_shown_with_all_its_runs(app):
    runs = {f"{epochs} epochs": [train(app, epochs=epochs)] for epochs in (3, 4)}
    comparison = backend.get_store().runs.group(owner_of(app), runs)
    backend.get_store().runs.update(owner_of(app), runs["4 epochs"][0], name="maximum")
    train(app, seed=3)
    page = app.switch_page(RUNS).run()
    page.session_state[f"comparison-{comparison}"] = True
    assert search(page, "maximum") == []  # no single run
    [group] = [box for box in page.expander if "comparison of 2 runs" in box.label]
    assert "3 epochs / 4 epochs" in group.label
    wait_until(page, lambda page: any("on the training set" in m.value for m in page.markdown))
    assert not any("no conclusion" in caption.value for caption in page.caption)
    assert any("2 of 3 runs match" in caption.value for caption in page.caption)


@pytest.mark.slow
def test_many_runs_are_shown_page_by_page(app):
    store, owner = backend.get_store(), owner_of(app)
    content = Content.from_bytes(b"packed")
    for number in range(45):
        run = store.runs.create(owner, f"run {number}", Recipe(), content, {}, 1.0, is_running=True)
        store.runs.kill(owner, run)
    page = app.switch_page(RUNS).run()
    assert [entry.split("**")[1] for entry in list_entries(page)][:2] == ["run 44", "run 43"]
    assert len(list_entries(page)) == 20
    page.session_state["runs-page"] = 3
    page.run()
    assert [entry.split("**")[1] for entry in list_entries(page)][-1] == "run 0"
    assert len(search(page, "run 1")) == 11  # fewer pages than before


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


@pytest.mark.slow
def test_a_run_can_be_renamed_and_deleted(app):
    page = open_run(app, train(app))
    find_labelled(page.text_input, "Name").set_value("*mine*").run()
    assert page.title[0].value == r"\*mine\*"
    find_labelled(page.text_area, "Note").set_value("with **dropout**").run()
    assert page.text[0].value == "with **dropout**"
    assert any(text.value.startswith(r"**\*mine\*** is deleted") for text in page.markdown)
    find_labelled(page.button, "Delete this run").click().run()
    assert "No runs yet" in page.info[0].value


@pytest.mark.slow
def test_train_again_opens_the_runs_data_and_recipe(app):
    page = open_run(app, train(app, epochs=7, seed=5))
    find_labelled(page.button, "Edit and retrain").click().run()
    assert page.title[0].value == "Train"
    assert find_labelled(page.number_input, "Epochs").value == 7
    assert find_labelled(page.number_input, "Seed").value == 5


def test_an_unknown_run_in_the_url_is_reported(app):
    page = open_run(app, "no-such-run")
    assert "This run is not available to you." in page.info[0].value


@pytest.mark.slow
def test_another_visitor_sees_a_run_and_cannot_change_it(app, stranger):
    run = train(app)
    theirs = open_run(stranger, run)
    assert "belongs to somebody else" in theirs.info[0].value
    assert "curves-loss" in [chart.key for chart in theirs.get("plotly_chart")]
    assert theirs.metric[0].label.startswith("RMSE")
    assert list_buttons(theirs) == set()
    assert not theirs.text_area

    mine = open_run(app, run)
    find_labelled(mine.toggle, "Allow predictions with this model").set_value(True).run()
    open_predict_tab(theirs.run(), "Type")
    find_labelled(theirs.text_area, "Sequences").set_value("[2, 5]").run()
    wait_until(
        theirs, lambda app: [frame for frame in app.dataframe if "prediction" in frame.value]
    )
    assert "Continue training" not in list_buttons(theirs)


@pytest.mark.slow
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
    page.file_uploader(key="import-model").upload("far away.zip", content).run()
    wait_until(page, lambda page: page.title and page.title[0].value == "far away")
    assert any("Imported from a file" in each.value for each in page.caption)


def test_a_file_that_is_not_a_model_is_refused_with_a_message(app):
    page = app.switch_page(RUNS).run()
    page.file_uploader(key="import-model").upload("x.zip", b"PK no model").run()
    wait_until(page, lambda page: page.error)
    assert "not a model file of Unpadded" in page.error[0].value


def test_the_answers_of_a_run_that_was_deleted_meanwhile_are_an_empty_table(app):
    run = backend.get_runs().get(train(app))
    assert len(downloads.build_predictions(run)) == 3
    backend.get_store().runs.delete(run.owner, run.id)
    assert downloads.build_predictions(run).empty
