import json

import numpy as np
import pytest

from tests.support.app_pages import find_labelled, wait_until


@pytest.fixture
def compare(app):
    return app.switch_page("pages/5_Compare.py").run()


@pytest.fixture
def small(app):
    """Compare on data with test rows, in which masking matters."""
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
    find_labelled(app.switch_page("pages/3_Train.py").run().number_input, "Epochs").set_value(
        3
    ).run()
    return app.switch_page("pages/5_Compare.py").run()


def get_text(page) -> str:
    return " ".join(each.value for each in [*page.success, *page.info])


def test_opened_cold_it_offers_to_compare_the_mask_on_the_example(compare):
    assert any("2 recipes × 3 seeds = 6 trainings" in c.value for c in compare.caption)
    assert not find_labelled(compare.button, "Compare").disabled


@pytest.mark.slow
def test_with_real_zeros_a_mask_by_value_is_compared_too(compare):
    find_labelled(compare.button, "Compare with real zeros").click().run()
    assert any("3 recipes × 3 seeds = 9 trainings" in c.value for c in compare.caption)
    assert "Compare with real zeros" not in [button.label for button in compare.button]
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new ones" in get_text(app))
    entries = compare.session_state["state"].comparison.entries
    assert list(entries) == ["by lengths", "by value", "no mask"]


@pytest.mark.slow
def test_for_the_example_the_page_warns_that_new_data_is_untested(compare):
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new ones" in get_text(app))


@pytest.mark.slow
def test_all_combinations_are_trained_in_pairs_and_the_conclusion_is_shown(small):
    state = small.session_state["state"]
    find_labelled(small.multiselect, "What varies").set_value(["mask", "units"]).run()
    find_labelled(small.text_input, "Units").set_value("4, 6").run()
    find_labelled(small.number_input, "Seeds").set_value(2).run()
    find_labelled(small.button, "Compare").click().run()
    wait_until(small, lambda app: "“by lengths, 4 units”" in get_text(app))
    entries = state.comparison.entries
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
    assert state.comparison.entries == entries
    wait_until(small, lambda app: "“by lengths, 4 units”" in get_text(app))


@pytest.mark.slow
def test_an_ensemble_is_compared_with_a_single_network(small):
    find_labelled(small.multiselect, "What varies").set_value(["members"]).run()
    members = find_labelled(small.text_input, "Members of the ensemble")
    assert members.value == "none, 5"
    members.set_value("none, 2").run()
    find_labelled(small.number_input, "Seeds").set_value(2).run()
    find_labelled(small.button, "Compare").click().run()
    wait_until(small, lambda app: [each for each in app.dataframe if "Recipe" in each.value])
    [table] = [frame.value for frame in small.dataframe if "Recipe" in frame.value]
    assert table["Recipe"].tolist() == ["members: none", "members: 2"]
    axis = json.loads(small.get("plotly_chart")[0].proto.spec)["layout"]["xaxis"]
    assert axis["range"][1] < 4  # the mean of the members per epoch, of which there are 3


def test_several_pools_are_compared_with_single_ones(compare):
    find_labelled(compare.multiselect, "What varies").set_value(["pooling"]).run()
    [pills] = [group for group in compare.button_group if group.label == "Pooling over steps"]
    assert pills.value == ["last", "mean", "max", ("last", "mean", "max")]
    assert not compare.exception


def test_runs_beyond_the_visitors_limit_are_refused(compare):
    find_labelled(compare.number_input, "Seeds").set_value(10).run()
    compare.multiselect[0].set_value(["mask", "padding"]).run()
    assert "30 trainings waiting" in compare.warning[0].value
    assert find_labelled(compare.button, "Compare").disabled


def test_a_single_recipe_and_invalid_numbers_are_explained(compare):
    compare.multiselect[0].set_value(["units"]).run()
    find_labelled(compare.text_input, "Units").set_value("8").run()
    assert "one recipe is nothing to compare" in compare.info[0].value
    find_labelled(compare.text_input, "Units").set_value("8, many").run()
    assert "is no list of numbers" in compare.error[0].value
    find_labelled(compare.text_input, "Units").set_value("8, 100000").run()
    assert "1 to 1,024" in compare.error[0].value
    assert find_labelled(compare.button, "Compare").disabled


def test_all_runs_can_be_stopped(compare):
    state = compare.session_state["state"]
    page = compare.switch_page("pages/3_Train.py").run()
    find_labelled(page.number_input, "Epochs").set_value(10_000).run()
    page = compare.switch_page("pages/5_Compare.py").run()
    find_labelled(page.button, "Compare").click().run()
    wait_until(page, lambda app: [b for b in app.button if b.label == "Stop all"])
    find_labelled(page.button, "Stop all").click().run()
    wait_until(page, lambda app: not [b for b in app.button if b.label == "Stop all"])
    assert sum(map(len, state.comparison.entries.values())) == 6
    wait_until(page, lambda app: app.error)
    assert "was not measured" in page.error[0].value


@pytest.mark.slow
def test_small_data_without_test_rows_is_measured_on_every_sequence_once(app):
    rng = np.random.default_rng(0)
    lists = [rng.normal(size=rng.integers(1, 9)) for _ in range(15)]
    rows = ["sequence,target", *(f'"{each.tolist()}",{each.sum()}' for each in lists)]
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("sums.csv", "\n".join(rows).encode()).run()
    find_labelled(app.switch_page("pages/3_Train.py").run().number_input, "Epochs").set_value(
        3
    ).run()
    page = app.switch_page("pages/5_Compare.py").run()
    assert find_labelled(page.toggle, "Measure on every sequence once (cross-validation)").value
    find_labelled(page.button, "Compare").click().run()
    wait_until(page, lambda page: get_text(page))
    assert any("every sequence, by the seed that had not" in c.value for c in page.caption)
