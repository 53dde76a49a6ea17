import json

import numpy as np
import pytest

from tests.pages.conftest import labelled, until


@pytest.fixture
def compare(app):
    return app.switch_page("pages/5_Compare.py").run()


@pytest.fixture
def small(app):
    """A page on data with test rows, in which masking matters."""
    rng = np.random.default_rng(0)
    rows = ["id,time,x,target,split"]
    for number in range(60):
        values = rng.normal(size=rng.integers(1, 20))
        split = "train" if number < 40 else "test"
        rows += [
            f"{number},{step},{value:.4f},{values.mean():.4f},{split}"
            for step, value in enumerate(values)
        ]
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("means.csv", "\n".join(rows).encode()).run()
    labelled(app.switch_page("pages/3_Train.py").run().number_input, "Epochs").set_value(3).run()
    return app.switch_page("pages/5_Compare.py").run()


def said(page) -> str:
    return " ".join(each.value for each in [*page.success, *page.info])


def test_opened_cold_it_offers_to_compare_the_mask_on_the_example(compare):
    assert any("2 recipes × 3 seeds = 6 trainings" in c.value for c in compare.caption)
    assert not labelled(compare.button, "Compare").disabled


def test_with_real_zeros_a_mask_by_value_is_compared_too(compare):
    labelled(compare.button, "Compare with real zeros").click().run()
    assert any("3 recipes × 3 seeds = 9 trainings" in c.value for c in compare.caption)
    assert "Compare with real zeros" not in [button.label for button in compare.button]
    labelled(compare.number_input, "Seeds").set_value(1).run()
    labelled(compare.button, "Compare").click().run()
    until(compare, lambda app: "say nothing about new ones" in said(app))
    entries = compare.session_state["state"].compared.entries
    assert list(entries) == ["by lengths", "by value", "no mask"]


def test_of_the_example_it_says_that_nothing_is_known_of_new_sequences(compare):
    labelled(compare.number_input, "Seeds").set_value(1).run()
    labelled(compare.button, "Compare").click().run()
    until(compare, lambda app: "say nothing about new ones" in said(app))


def test_all_combinations_are_trained_in_pairs_and_what_follows_is_said(small):
    state = small.session_state["state"]
    labelled(small.multiselect, "What varies").set_value(["mask", "units"]).run()
    labelled(small.text_input, "Units").set_value("4, 6").run()
    labelled(small.number_input, "Seeds").set_value(2).run()
    labelled(small.button, "Compare").click().run()
    until(small, lambda app: "“by lengths, 4 units”" in said(app))
    entries = state.compared.entries
    assert list(entries) == [
        "by lengths, 4 units",
        "by lengths, 6 units",
        "no mask, 4 units",
        "no mask, 6 units",
    ]
    [table] = [frame.value for frame in small.dataframe if "Recipe" in frame.value]
    assert table["Recipe"].tolist() == list(entries)
    assert all(" ± " in cell for cell in table["RMSE"])
    curves = json.loads(small.get("plotly_chart")[0].proto.spec)
    assert sum(each.get("showlegend") is not False for each in curves["data"]) == 4
    # and it is there again on the next visit of the page, without another training
    small.switch_page("pages/2_Mask.py").run()
    small.switch_page("pages/5_Compare.py").run()
    assert state.compared.entries == entries
    until(small, lambda app: "“by lengths, 4 units”" in said(app))


def test_more_trainings_than_a_visitor_may_have_waiting_are_refused(compare):
    labelled(compare.number_input, "Seeds").set_value(10).run()
    compare.multiselect[0].set_value(["mask", "padding"]).run()
    assert "30 trainings waiting" in compare.warning[0].value
    assert labelled(compare.button, "Compare").disabled


def test_one_recipe_and_words_that_are_no_numbers_are_explained(compare):
    compare.multiselect[0].set_value(["units"]).run()
    labelled(compare.text_input, "Units").set_value("8").run()
    assert "one recipe is nothing to compare" in compare.info[0].value
    labelled(compare.text_input, "Units").set_value("8, many").run()
    assert "is no list of numbers" in compare.error[0].value
    labelled(compare.text_input, "Units").set_value("8, 100000").run()
    assert "1 to 1,024" in compare.error[0].value
    assert labelled(compare.button, "Compare").disabled


def test_all_trainings_can_be_stopped(compare):
    state = compare.session_state["state"]
    page = compare.switch_page("pages/3_Train.py").run()
    labelled(page.number_input, "Epochs").set_value(10_000).run()
    page = compare.switch_page("pages/5_Compare.py").run()
    labelled(page.button, "Compare").click().run()
    until(page, lambda app: [b for b in app.button if b.label == "Stop all"])
    labelled(page.button, "Stop all").click().run()
    until(page, lambda app: not [b for b in app.button if b.label == "Stop all"])
    assert sum(map(len, state.compared.entries.values())) == 6
    until(page, lambda app: app.error)
    assert "was not measured" in page.error[0].value


def test_small_data_without_test_rows_is_measured_on_every_sequence_once(app):
    rng = np.random.default_rng(0)
    lists = [rng.normal(size=rng.integers(1, 9)) for _ in range(15)]
    rows = ["sequence,target", *(f'"{each.tolist()}",{each.sum()}' for each in lists)]
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("sums.csv", "\n".join(rows).encode()).run()
    labelled(app.switch_page("pages/3_Train.py").run().number_input, "Epochs").set_value(3).run()
    page = app.switch_page("pages/5_Compare.py").run()
    assert labelled(page.toggle, "Measure on every sequence once (cross-validation)").value
    labelled(page.button, "Compare").click().run()
    until(page, lambda page: said(page))
    assert any("every sequence, by the seed that had not" in c.value for c in page.caption)
