from dataclasses import replace

import numpy as np
import pytest

from core import Recipe
from runs import Runs, RunState
from tests.support.app_pages import find_labelled, get_address, list_entries, reload, wait_until
from tests.support.data_page import upload
from ui import backend
from ui.samples import load_example


@pytest.fixture
def train(app):
    return app.switch_page("pages/3_Train.py").run()


def change_settings(train):
    find_labelled(train.button, "Change").click().run()


def open_downloads(app):
    return [toggle for toggle in app.toggle if toggle.label == "Export"]


def test_opened_cold_it_offers_the_reference_recipe(train):
    assert find_labelled(train.number_input, "Epochs").value == 100
    assert find_labelled(train.number_input, "Batch size, in sequences").value == 1
    assert [units.value for units in train.number_input if units.label == "Units"] == [100, 20]
    assert not find_labelled(train.button, "Start training").disabled


@pytest.mark.slow
def test_settings_fold_when_a_training_starts_and_are_shown_again_to_be_changed(train):
    find_labelled(train.number_input, "Epochs").set_value(3)
    find_labelled(train.button, "Start training").click().run()
    assert any("LSTM(100) → LSTM(20), 3 epochs" in text.value for text in train.markdown)
    assert [each.label for each in train.number_input if each.label == "Epochs"] == []
    wait_until(train, open_downloads)
    assert not [each for each in train.button if each.label == "Train again"]
    change_settings(train)
    assert find_labelled(train.number_input, "Epochs").value == 3
    find_labelled(train.number_input, "Epochs").set_value(4).run()
    assert any("Last run: " in each.value for each in train.caption)
    find_labelled(train.button, "Hide settings").click().run()
    assert any("LSTM(100) → LSTM(20), 3 epochs" in text.value for text in train.markdown)
    change_settings(train)
    assert find_labelled(train.number_input, "Epochs").value == 4


@pytest.mark.slow
def test_a_link_to_other_settings_shows_them_above_the_last_run(train):
    find_labelled(train.number_input, "Epochs").set_value(2)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    train.query_params.clear()
    train.switch_page("pages/5_Compare.py").run()
    train.query_params |= {"v": "3", "data": "example", "epochs": "9"}
    train.switch_page("pages/3_Train.py").run()
    assert find_labelled(train.number_input, "Epochs").value == 9
    assert open_downloads(train)


@pytest.mark.slow
def test_a_run_shows_metrics_and_downloads(train):
    find_labelled(train.number_input, "Epochs").set_value(3)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    assert any("3 epochs" in text.value for text in train.markdown)
    assert train.get("plotly_chart")
    open_downloads(train)[0].set_value(True).run()
    wait_until(
        train,
        lambda app: [text for text in app.markdown if "same predictions as this app" in text.value],
    )
    labels = [button.label for button in train.get("download_button")]
    assert labels[0] == "Model (ZIP)"
    assert labels[-4:] == [
        "Predictions (CSV)", "Predictions (Parquet)", "Curves (CSV)", "Charts (HTML)"
    ]  # fmt: skip


def test_without_held_out_sequences_the_page_warns_that_new_data_is_untested(train):
    find_labelled(train.number_input, "Epochs").set_value(3)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [i for i in app.info if "No sequences were held out" in i.value])
    assert len(train.get("plotly_chart")) == 3  # predictions, errors, the loss


@pytest.mark.slow
def test_labels_that_depend_on_the_length_only_are_reported(app):
    rng = np.random.default_rng(0)
    rows = ["id,time,x,target,split"]
    for number in range(120):
        split = "train" if number < 60 else "test"
        for step in range(rng.integers(2, 5) + 6 * (number % 2)):
            label = "long" if number % 2 else "short"
            rows.append(f"{number},{step},{rng.normal():.3f},{label},{split}")
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("lengths.csv", "\n".join(rows).encode()).run()
    train = app.switch_page("pages/3_Train.py").run()
    find_labelled(train.radio, "Family").set_value("recurrent").run()
    find_labelled(train.number_input, "Epochs").set_value(2)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [w for w in app.warning if "The length of a sequence" in w.value])
    [table] = [f.value for f in train.dataframe if "Model" in f.value]
    by_model = table.set_index("Model")["Accuracy"]
    assert by_model["the length alone"].startswith("100.0%")
    assert by_model["this network"].endswith(")")  # its interval
    assert "gradient-boosted trees" in by_model
    verdicts = [w.value for w in train.warning if "A baseline is better than this" in w.value]
    assert by_model.index[1] in verdicts[0]
    assert "percentage points (95% CI −" in verdicts[0]

    before = len(train.get("plotly_chart"))
    [early] = [each for each in train.toggle if each.label == "Accuracy after part of the sequence"]
    early.set_value(True).run()
    wait_until(train, lambda app: len(app.get("plotly_chart")) == before + 1)
    charts = [each.proto.spec for each in train.get("plotly_chart")]
    assert any("share of the sequence seen" in spec for spec in charts)
    assert any("% of the steps" in t.value for t in train.markdown)
    again = reload(train, "pages/3_Train.py")
    assert find_labelled(again.toggle, "Accuracy after part of the sequence").value


def test_stop_ends_a_long_run_and_keeps_the_model(train):
    find_labelled(train.number_input, "Epochs").set_value(10_000)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [bar for bar in app.get("progress") if "Epoch" in bar.proto.text])
    find_labelled(train.button, "Stop").click().run()
    wait_until(train, open_downloads)
    assert any("Stopped" in text.value for text in train.markdown)
    assert find_labelled(train.number_input, "More epochs").value > 0


@pytest.mark.slow
def test_a_failed_run_shows_the_reason_and_can_be_restarted(train):
    find_labelled(train.selectbox, "Optimizer").set_value("sgd").run()
    find_labelled(train.number_input, "Learning rate").set_value(10.0)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: app.error)
    assert "smaller learning rate" in train.error[0].value
    change_settings(train)
    assert not find_labelled(train.button, "Train again").disabled


@pytest.mark.slow
def test_a_run_that_ends_while_the_page_is_drawn_can_be_restarted(train, monkeypatch):
    find_labelled(train.number_input, "Epochs").set_value(2)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    change_settings(train)
    runs = backend.get_runs()
    read = runs.get
    for n_early in range(1, 5):
        ended = iter([False] * n_early)
        monkeypatch.setattr(
            runs,
            "get",
            lambda run, ended=ended: (
                read(run) if next(ended, True) else replace(read(run), state=RunState.RUNNING)
            ),
        )
        train.run()
        # A live part shows progress, and runs the page again when the run ends.
        is_live = any(button.label == "Stop" for button in train.button)
        assert find_labelled(train.button, "Train again").disabled == is_live
        assert bool(open_downloads(train)) != is_live


def test_invalid_hidden_layers_are_explained(train):
    find_labelled(train.text_input, "Hidden dense layers").set_value("many").run()
    assert "whole numbers" in train.error[0].value
    assert find_labelled(train.button, "Start training").disabled


@pytest.mark.slow
def test_a_run_continues_while_other_data_is_open(train):
    find_labelled(train.number_input, "Epochs").set_value(10_000)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [bar for bar in app.get("progress") if "Epoch" in bar.proto.text])
    run_id = train.session_state["state"].run
    train.query_params.clear()  # as a browser does with every link
    train.switch_page("pages/1_Data.py").run()
    train.button(key="sample-Japanese vowels").click().run()
    train.switch_page("pages/3_Train.py").run()
    assert not train.get("progress")  # this page is about the vowels now
    train.switch_page("pages/6_Runs.py").run()
    [entry] = list_entries(train)
    assert "running" in entry
    train.query_params["run"] = run_id
    train.run()
    find_labelled(train.button, "Stop").click().run()
    wait_until(train, lambda app: backend.get_runs().get(run_id).state is RunState.STOPPED)


def test_the_cost_of_an_epoch_is_shown_before_training(train):
    facts = {metric.label: metric.value for metric in train.metric}
    assert facts["Real steps per epoch"] == "8"
    assert facts["With full padding"] == "45"
    assert facts["Computed here"] == "8"
    assert any("82% of the steps are skipped" in caption.value for caption in train.caption)


def test_the_family_has_the_estimated_time_of_the_settings_in_the_form(train, monkeypatch):
    monkeypatch.setattr(Runs, "get_speed", lambda runs, recipe: 1000)  # of a very slow server

    def read_times() -> tuple[str, str]:
        family = find_labelled(train.radio, "Family")
        caption = family.proto.captions[family.options.index(family.format_func(family.value))]
        metric = find_labelled(train.metric, "Estimated time")
        return caption.removeprefix("suggested · "), metric.value

    find_labelled(train.number_input, "Epochs").set_value(1000).run()
    times = [read_times()]
    find_labelled(train.number_input, "Epochs").set_value(5000).run()
    times.append(read_times())
    find_labelled(train.number_input, "Batch size, in sequences").set_value(3).run()
    times.append(read_times())
    find_labelled(train.radio, "Family").set_value("random_convolution").run()
    assert find_labelled(train.radio, "Family").value == "random_convolution"
    times.append(read_times())
    assert [caption for caption, _metric in times] == [metric for _caption, metric in times]
    assert len({*times[:3]}) == 3


def test_settings_that_cannot_be_trained_keep_the_family(train):
    find_labelled(train.radio, "Family").set_value("convolution").run()
    hidden = find_labelled(train.text_input, "Hidden dense layers")
    hidden.set_value("many").run()
    assert any("These settings cannot be trained" in each.value for each in train.error)
    assert find_labelled(train.radio, "Family").value == "convolution"
    hidden = find_labelled(train.text_input, "Hidden dense layers")
    hidden.set_value("8").run()
    assert not train.error
    assert find_labelled(train.radio, "Family").value == "convolution"
    assert get_address(train)["family"] == "convolution"


@pytest.mark.slow
def test_suggested_settings_are_explained_until_they_are_changed(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    train = app.switch_page("pages/3_Train.py").run()
    assert find_labelled(train.radio, "Family").value == "random_convolution"
    reasons = find_labelled(train.expander, "Why these settings").markdown
    assert any("Random convolutions" in each.value for each in reasons)
    find_labelled(train.radio, "Family").set_value("recurrent").run()
    reasons = find_labelled(train.expander, "Why these settings").markdown
    assert any("LSTM" in each.value for each in reasons)  # those of this family
    assert find_labelled(train.slider, "Validation share").value == 20
    find_labelled(train.number_input, "Epochs").set_value(7).run()
    assert not [each for each in train.expander if each.label == "Why these settings"]
    find_labelled(train.radio, "Family").set_value("random_convolution").run()
    assert find_labelled(train.expander, "Why these settings").markdown


@pytest.mark.parametrize("name", ["3_Train", "4_Predict", "6_Runs"])
@pytest.mark.parametrize("run", ["no-such-run", "\0", "x" * 5000])
def test_a_missing_run_is_reported_and_nothing_else_is_opened(app, name, run):
    app.query_params["run"] = run
    page = app.switch_page(f"pages/{name}.py").run()
    assert [each.value for each in page.info] == ["This run is not available to you."]
    assert get_address(page)["run"] == run
    assert not page.number_input
    assert not page.get("plotly_chart")


@pytest.mark.slow
def test_a_run_deleted_elsewhere_leaves_the_rest_of_the_page(train):
    find_labelled(train.number_input, "Epochs").set_value(2)
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [text for text in app.markdown if "2 epochs in" in text.value])
    change_settings(train)
    state = train.session_state["state"]
    backend.get_store().runs.delete(state.owner.id, state.run)
    find_labelled(train.number_input, "Epochs").set_value(3).run()
    assert [each.value for each in train.info] == ["This run is not available to you."]
    assert "run" not in train.query_params
    assert find_labelled(train.number_input, "Epochs").value == 3
    find_labelled(train.button, "Start training").click().run()
    assert "This run is not available to you." not in [each.value for each in train.info]


@pytest.mark.slow
def test_a_run_that_yielded_its_worker_is_shown_as_paused(app, monkeypatch):
    runs = backend.get_runs()
    monkeypatch.setattr(runs.dispatcher.turns, "seconds", 3.0)
    owner = app.session_state["state"].owner.id
    endless = replace(Recipe.example(), epochs=10_000)
    mine = [
        runs.train(owner, load_example(), replace(endless, seed=seed), f"seed {seed}")
        for seed in range(runs.settings.workers)
    ]
    for run in mine:
        wait_until(app, lambda app, run=run: runs.get(run).history)
    runs.store.visitors.record_visit("somebody else", lasting=False)
    other = runs.train("somebody else", load_example(), endless, "another")
    try:
        wait_until(app, lambda app: any(runs.get(run).paused for run in mine))
        monkeypatch.setattr(runs.dispatcher.turns, "seconds", 600.0)  # and stays so
        app.query_params["run"] = next(run for run in mine if runs.get(run).paused)
        train = app.switch_page("pages/3_Train.py").run()
        [bar] = train.get("progress")
        assert bar.proto.text.startswith("Paused so that others get a turn; resumes from")
        assert find_labelled(train.button, "Stop")
        assert train.get("plotly_chart")  # the curve so far stays
        app.query_params.clear()  # as a browser does with every link
        entries = list_entries(app.switch_page("pages/6_Runs.py").run())
        assert any("paused" in entry for entry in entries)
    finally:
        for whose, run in (("somebody else", other), *((owner, run) for run in mine)):
            runs.kill(whose, run)
        wait_until(app, lambda app: not runs.store.attempts.list_running())


def test_features_are_normalized_per_sequence_where_they_are_standardized(train):
    assert find_labelled(train.selectbox, "Normalization").disabled
    find_labelled(train.checkbox, "Standardize features and numeric targets").check().run()
    find_labelled(train.selectbox, "Normalization").set_value("both").run()
    find_labelled(train.checkbox, "Differences as features").check().run()
    address = get_address(train)
    assert (address["normalization"], address["differences"]) == ("both", "yes")
    find_labelled(train.checkbox, "Standardize features and numeric targets").uncheck().run()
    assert find_labelled(train.selectbox, "Normalization").disabled
    assert get_address(train)["normalization"] == "data_set"
    assert not train.error
    find_labelled(train.radio, "Family").set_value("random_convolution").run()
    assert not [each for each in train.selectbox if each.label == "Normalization"]


@pytest.mark.slow
def test_convolutions_start_with_inception_blocks_and_have_inputs_of_their_own(train):
    find_labelled(train.radio, "Family").set_value("convolution").run()
    assert find_labelled(train.number_input, "Layers").value == 3
    assert find_labelled(train.selectbox, "Layer 1").value == "Inception"
    assert find_labelled(train.selectbox, "Layer 1").options == ["Conv1D", "Inception"]
    assert find_labelled(train.multiselect, "Pooling over steps").value == ["mean"]
    assert find_labelled(train.selectbox, "Learning rate schedule").value == "cosine"
    find_labelled(train.number_input, "Layers").set_value(1).run()
    find_labelled(train.selectbox, "Layer 1").set_value("Conv1D").run()
    find_labelled(train.number_input, "Filters").set_value(4).run()
    find_labelled(train.number_input, "Epochs").set_value(2).run()
    assert get_address(train)["layers"] == "Conv1D-4-40-1-1-1-yes-yes"
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    assert any("packed" in text.value for text in train.caption)
    change_settings(train)
    find_labelled(train.radio, "Family").set_value("recurrent").run()
    assert find_labelled(train.selectbox, "Layer 1").value == "LSTM"
    assert find_labelled(train.multiselect, "Pooling over steps").value == ["last"]


@pytest.mark.slow
def test_random_convolutions_are_fitted_in_one_pass_and_show_the_curve_of_the_penalty(train):
    find_labelled(train.radio, "Family").set_value("random_convolution").run()
    assert not [each for each in train.number_input if each.label == "Epochs"]
    assert find_labelled(train.number_input, "Kernels").value == 10_000
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    assert any("fitted in" in text.value for text in train.markdown)
    assert any("ridge penalty" in text.value for text in train.caption)
    assert not [each for each in train.number_input if each.label == "More epochs"]
    assert get_address(train)["family"] == "random_convolution"


@pytest.mark.slow
def test_an_ensemble_of_seeds_and_of_another_family_is_one_model(train):
    find_labelled(train.number_input, "Epochs").set_value(3).run()
    kinds = [each for each in train.number_input if each.label.startswith("Members")]
    assert [each.value for each in kinds] == [1, 0, 0]  # one of each family
    kinds[0].set_value(2)
    kinds[2].set_value(1).run()
    assert get_address(train)["members"] == "same;same;family:random_convolution"
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, open_downloads)
    assert any("7 epochs in" in text.value for text in train.markdown)
    assert not [each for each in train.number_input if each.label == "More epochs"]
    train.query_params.clear()  # as a browser does with every link
    entries = list_entries(train.switch_page("pages/6_Runs.py").run())
    assert any("2 × LSTM(100) → LSTM(20) + " in entry.replace("\\", "") for entry in entries)


def test_a_link_to_an_ensemble_opens_with_its_members(app):
    app.query_params |= {"v": "2", "members": "same;epochs:7;epochs:7"}
    app.switch_page("pages/3_Train.py").run()
    members = {e.label: e for e in app.number_input if e.label.startswith("Members")}
    assert sorted(each.value for each in members.values()) == [0, 0, 1, 2]
    [changed] = (each for label, each in members.items() if "Epochs: 7" in label)
    assert changed.value == 2
    assert get_address(app)["members"] == "same;epochs:7;epochs:7"
    assert not app.warning
    changed.set_value(0).run()
    assert get_address(app)["members"] == "none"


@pytest.mark.slow
def test_a_stopped_ensemble_keeps_the_members_that_learned_something_and_can_continue(train):
    find_labelled(train.number_input, "Epochs").set_value(10_000)
    [seeds] = (each for each in train.number_input if each.label.startswith("Members: LSTM"))
    seeds.set_value(2).run()
    find_labelled(train.button, "Start training").click().run()
    wait_until(
        train, lambda app: [bar for bar in app.get("progress") if "Member 1 of 2" in bar.proto.text]
    )
    find_labelled(train.button, "Stop").click().run()
    wait_until(train, open_downloads)
    shown = [text.value for text in (*train.caption, *train.markdown, *train.info, *train.warning)]
    assert any("the ensemble of the first 1 of 2 members" in text for text in shown)
    assert not [each for each in train.number_input if each.label == "More epochs"]
    find_labelled(train.button, "Continue training").click().run()
    wait_until(
        train, lambda app: [bar for bar in app.get("progress") if "Member 1 of 2" in bar.proto.text]
    )
    find_labelled(train.button, "Stop").click().run()
    wait_until(train, open_downloads)


def test_too_many_members_are_refused_in_one_sentence(train):
    for each in train.number_input:
        if each.label.startswith("Members"):
            each.set_value(6)
    train.run()
    assert any("members has 18 entries; use at most 10" in each.value for each in train.error)


def test_several_pools_are_chosen_in_their_order_and_at_least_one_is_needed(train):
    find_labelled(train.multiselect, "Pooling over steps").set_value(["last", "std"]).run()
    assert get_address(train)["pooling"] == "last-std"
    find_labelled(train.multiselect, "Pooling over steps").set_value([]).run()
    assert any("pooling is empty" in error.value for error in train.error)
    assert not train.exception


@pytest.mark.slow
def test_patches_are_chosen_and_named_where_members_are(train):
    find_labelled(train.number_input, "Patch size, in steps").set_value(8).run()
    assert get_address(train)["patch_size"] == "8"
    labels = [each.label for each in train.number_input]
    assert "Members: patches of 8 → LSTM(100) → LSTM(20)" in labels


@pytest.mark.slow
def test_a_next_step_gives_its_reason_and_fills_the_form(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    train = app.switch_page("pages/3_Train.py").run()
    find_labelled(train.radio, "Family").set_value("recurrent").run()
    find_labelled(train.number_input, "Epochs").set_value(8).run()
    find_labelled(train.number_input, "Patience, in epochs").set_value(None).run()
    find_labelled(train.button, "Start training").click().run()
    wait_until(train, lambda app: [t for t in app.markdown if "What to try next" in t.value])
    assert any("still falling at the last epoch" in text.value for text in train.markdown)
    assert find_labelled(train.button, "Try: Random convolutions")
    find_labelled(train.button, "Train 16 epochs").click().run()
    assert "The settings above are changed" in train.toast[0].value
    assert find_labelled(train.number_input, "Epochs").value == 16
    assert not find_labelled(train.button, "Train again").disabled
    assert open_downloads(train)  # the result stays below


@pytest.mark.slow
def test_a_result_says_how_its_test_sequences_were_selected(data):
    rows = "".join(f"s{n},{t},{n % 2 + t},{'ab'[n % 2]}\n" for n in range(100) for t in range(3))
    upload(data, f"id,t,x,label\n{rows}".encode())
    train = data.switch_page("pages/3_Train.py").run()
    find_labelled(train.button, "Start training").click().run()
    drawn = "The test sequences were drawn at random, stratified."
    wait_until(train, lambda app: drawn in [each.value for each in app.caption])
    data = train.switch_page("pages/1_Data.py").run()
    find_labelled(data.selectbox, "Test set").set_value("latest").run()
    train = data.switch_page("pages/3_Train.py").run()
    other = f"{drawn} This data now has another test set, chosen after this training."
    wait_until(train, lambda app: other in [each.value for each in app.caption])
    assert not train.exception


@pytest.mark.slow
def test_a_family_trained_without_an_accuracy_is_not_called_untrained(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Daily rides").click().run()
    train = app.switch_page("pages/3_Train.py").run()

    def train_family(family: str, compared: str) -> list[str]:
        find_labelled(train.radio, "Family").set_value(family).run()
        for epochs in [each for each in train.number_input if each.label == "Epochs"]:
            epochs.set_value(1).run()
        train.button(key="start").click().run()
        wait_until(train, lambda app: [each for each in app.button if each.label == compared])
        change_settings(train)
        return [each.label for each in train.button]

    assert "Try: Random convolutions" in train_family("recurrent", "Compare pooling")
    train_family("random_convolution", "Compare masks")
    assert "Try: Random convolutions" not in train_family("recurrent", "Compare pooling")
