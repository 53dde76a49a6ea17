"""What a visitor has set on a page comes back when the page is reloaded.

``tests/benchmarks/test_states.py`` reloads the pages of a real server while jobs run.
"""

import pytest

from core import Recipe
from runs import RunState
from tests.support.app_pages import RUNS, find_labelled, open_run, reload, wait_until
from ui import backend
from ui.runs import run_list
from ui.samples import load_example

DATA, MASK = "pages/1_Data.py", "pages/2_Mask.py"


@pytest.fixture
def vowels(data):
    return data.button(key="sample-Japanese vowels").click().run()


def train(app, name: str, **settings) -> str:
    visitor = app.session_state["state"]
    recipe = Recipe(epochs=2, validation_split=0.0, patience=None, **settings)
    run = backend.get_runs().train(visitor.owner.id, load_example(), recipe, name)
    wait_until(app, lambda app: backend.get_runs().get(run).state is RunState.FINISHED)
    return run


@pytest.mark.slow
def test_data_shows_the_same_feature_class_and_form(vowels):
    find_labelled(vowels.selectbox, "Feature").set_value("lpc3").run()
    find_labelled(vowels.selectbox, "Class").select_index(4).run()
    find_labelled(vowels.button, "Change").click().run()
    again = reload(vowels, DATA)
    assert find_labelled(again.selectbox, "Feature").value == "lpc3"
    assert find_labelled(again.selectbox, "Class").value == 4
    assert find_labelled(again.selectbox, "Layout").value == "long"
    find_labelled(again.button, "Close").click().run()
    assert "Layout" not in [each.label for each in again.selectbox]
    assert "Layout" not in [each.label for each in reload(again, DATA).selectbox]


@pytest.mark.slow
def test_mask_draws_the_same_rows_feature_and_steps(vowels):
    mask = vowels.switch_page(MASK).run()
    mask.segmented_control(key="padding-1").set_value("post").run()
    find_labelled(mask.number_input, "maxlen, in steps").set_value(300).run()
    find_labelled(mask.text_input, "Sequences").set_value("3-9, 20").run()
    find_labelled(mask.selectbox, "Feature").select_index(2).run()
    mask.slider[0].set_value(31).run()
    again = reload(mask, MASK)
    assert find_labelled(again.text_input, "Sequences").value == "3-9, 20"
    feature = find_labelled(mask.selectbox, "Feature").value
    assert find_labelled(again.selectbox, "Feature").value == feature
    assert again.slider[0].value == 31
    assert any("8 of 640 sequences, steps 31 to 270" in each.value for each in again.caption)


@pytest.mark.slow
def test_another_data_set_starts_with_its_own_values(vowels):
    mask = vowels.switch_page(MASK).run()
    find_labelled(mask.text_input, "Sequences").set_value("3-9, 20").run()
    mask.switch_page(DATA).run().button(key="sample-Real zeros").click().run()
    assert find_labelled(reload(mask, MASK).text_input, "Sequences").value == "1-3"


@pytest.mark.slow
def test_an_inspection_stays_open_at_its_sequence_and_side(app):
    mask = app.switch_page(MASK).run()
    wait_until(mask, lambda app: app.toggle)  # the example trains by itself
    mask.toggle(key="mask-xray-0-open").set_value(True).run()
    find_labelled(mask.selectbox, "Sequence").select_index(2).run()
    wait_until(mask, lambda app: len(app.segmented_control) > 5)
    mask.segmented_control(key="mask-xray-0-sides").set_value("masked").run()
    mask.segmented_control(key="mask-xray-0-layer").set_value(1).run()
    again = reload(mask, MASK)
    assert find_labelled(again.selectbox, "Sequence").value == 2
    wait_until(again, lambda app: len(app.segmented_control) > 5)
    assert again.segmented_control(key="mask-xray-0-sides").value == "masked"
    assert again.segmented_control(key="mask-xray-0-layer").value == 1


@pytest.mark.slow
def test_runs_shows_the_same_states_selection_and_open_comparison(app):
    runs = [train(app, f"run {seed}", seed=seed) for seed in range(3)]
    entries = {"a": runs[1:2], "b": runs[2:]}
    comparison = backend.get_store().runs.group(app.session_state["state"].owner.id, entries)
    page = app.switch_page(RUNS).run()
    find_labelled(page.multiselect, "State").set_value([RunState.FINISHED]).run()
    find_labelled(page.checkbox, "Select run 0").check().run()
    page.session_state[f"comparison-{comparison}"] = True
    page.run()
    again = reload(page, RUNS)
    assert find_labelled(again.multiselect, "State").value == [RunState.FINISHED]
    assert find_labelled(again.checkbox, "Select run 0").value
    assert find_labelled(again.button, "Delete 1 run")
    assert again.session_state[f"comparison-{comparison}"]
    find_labelled(again.button, "Clear selection").click().run()
    assert not find_labelled(reload(again, RUNS).checkbox, "Select run 0").value


@pytest.mark.slow
def test_runs_shows_the_same_page_of_the_list(app, monkeypatch):
    monkeypatch.setattr(run_list, "GROUPS_PER_PAGE", 1)
    for seed in range(3):
        train(app, f"run {seed}", seed=seed)
    page = app.switch_page(RUNS).run()
    page.session_state["runs-page"] = 2
    page.run()
    assert [each.label for each in reload(page, RUNS).checkbox] == ["Select run 1"]


@pytest.mark.slow
def test_a_run_shows_the_same_sections_and_inputs(app):
    run = train(app, "a run")
    page = open_run(app, run)
    for label in ("Export", "Model card", "Logarithmic loss axis"):
        find_labelled(page.toggle, label).set_value(True).run()
    find_labelled(page.number_input, "More epochs").set_value(17).run()
    again = reload(page, RUNS)
    for label in ("Export", "Model card", "Logarithmic loss axis"):
        assert find_labelled(again.toggle, label).value, label
    assert find_labelled(again.number_input, "More epochs").value == 17
