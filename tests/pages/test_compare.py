import json
import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.support.app_pages import ROOT, find_labelled, get_address, reload, wait_until
from ui import backend
from ui.session.workspace import build_workspace, decode_settings


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


@pytest.mark.slow
def test_opened_cold_it_offers_to_compare_the_mask_on_the_example(compare):
    assert any("2 recipes × 5 seeds = 10 runs" in c.value for c in compare.caption)
    assert not find_labelled(compare.button, "Compare").disabled


@pytest.mark.slow
def test_where_zeros_are_real_a_mask_by_value_is_compared_too(compare):
    compare.query_params["data"] = "real_zeros"
    compare.switch_page("pages/1_Data.py").run()
    compare.switch_page("pages/5_Compare.py").run()
    assert any("3 recipes × 5 seeds = 15 runs" in c.value for c in compare.caption)
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new data" in get_text(app))
    entries = compare.session_state["state"].comparison.entries
    assert list(entries) == ["by lengths", "by value", "no mask"]


@pytest.mark.slow
def test_for_the_example_the_page_warns_that_new_data_is_untested(compare):
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new data" in get_text(app))


@pytest.mark.slow
def test_all_combinations_are_trained_in_pairs_and_the_conclusion_is_shown(small):
    state = small.session_state["state"]
    find_labelled(small.multiselect, "What varies").set_value(["mask", "units"]).run()
    find_labelled(small.text_input, "Units").set_value("4, 6").run()
    find_labelled(small.number_input, "Seeds").set_value(2).run()
    find_labelled(small.button, "Compare").click().run()
    wait_until(small, lambda app: "“by lengths, 32 units”" in get_text(app))
    entries = state.comparison.entries
    assert list(entries) == [
        "by lengths, 32 units",
        "by lengths, 4 units",
        "by lengths, 6 units",
        "no mask, 4 units",
        "no mask, 6 units",
    ]
    [table] = [frame.value for frame in small.dataframe if "Recipe" in frame.value]
    assert table["Recipe"].tolist() == list(entries)
    assert all(" ± " in cell for cell in table["RMSE"])
    curves = json.loads(small.get("plotly_chart")[1].proto.spec)
    assert sum(each.get("showlegend") is not False for each in curves["data"]) == 5
    # and it is there again on the next visit of the page, without another training
    small.switch_page("pages/2_Mask.py").run()
    small.switch_page("pages/5_Compare.py").run()
    assert state.comparison.entries == entries
    wait_until(small, lambda app: "“by lengths, 32 units”" in get_text(app))


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
    axis = json.loads(small.get("plotly_chart")[1].proto.spec)["layout"]["xaxis"]
    assert axis["range"][1] < 4  # the mean of the members per epoch, of which there are 3


def test_several_pools_are_compared_with_single_ones(compare):
    find_labelled(compare.multiselect, "What varies").set_value(["pooling"]).run()
    [pills] = [group for group in compare.button_group if group.label == "Pooling over steps"]
    assert pills.value == ["last", "mean", "max", ("last", "mean", "max")]
    assert not compare.exception


def test_runs_beyond_the_visitors_limit_are_refused(compare):
    find_labelled(compare.number_input, "Seeds").set_value(10).run()
    compare.multiselect[0].set_value(["mask", "padding"]).run()
    assert "at most 30 can wait" in compare.warning[0].value
    assert find_labelled(compare.button, "Compare").disabled


def test_a_single_recipe_and_invalid_numbers_are_explained(compare):
    compare.multiselect[0].set_value(["units"]).run()
    find_labelled(compare.text_input, "Units").set_value("100").run()
    find_labelled(compare.text_input, "Units").set_value("8, many").run()
    assert "is not a list of numbers" in compare.error[0].value
    find_labelled(compare.text_input, "Units").set_value("8, 100000").run()
    assert "1 to 1,024" in compare.error[0].value
    assert find_labelled(compare.button, "Compare").disabled


@pytest.mark.slow
def test_all_runs_can_be_stopped(compare):
    state = compare.session_state["state"]
    page = compare.switch_page("pages/3_Train.py").run()
    find_labelled(page.number_input, "Epochs").set_value(10_000).run()
    page = compare.switch_page("pages/5_Compare.py").run()
    find_labelled(page.button, "Compare").click().run()
    wait_until(page, lambda app: [b for b in app.button if b.label == "Stop all"])
    find_labelled(page.button, "Stop all").click().run()
    wait_until(page, lambda app: not [b for b in app.button if b.label == "Stop all"])
    assert sum(map(len, state.comparison.entries.values())) == 10
    wait_until(page, lambda app: app.error)
    assert "not evaluated" in page.error[0].value


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
    assert find_labelled(page.toggle, "Cross-validation").value
    find_labelled(page.button, "Compare").click().run()
    wait_until(page, lambda page: get_text(page))
    assert any("every sequence once, by cross-validation" in c.value for c in page.caption)


def get_question(page) -> str:
    [question] = [each.value for each in page.subheader]
    return question


def vary(page, *names):
    return page.multiselect[0].set_value(list(names)).run()


def test_the_question_follows_what_varies(compare):
    assert get_question(compare) == "Is masking worth it on Three sequences?"
    vary(compare, "pooling")
    assert get_question(compare) == "Which pooling over steps is best on Three sequences?"
    vary(compare, "units")
    assert get_question(compare) == "Which value of units is best on Three sequences?"
    vary(compare, "mask", "kind")
    assert get_question(compare) == (
        "Which combination of mask, layer type is best on Three sequences?"
    )


def test_the_reference_is_the_current_recipe(compare):
    vary(compare, "units")
    find_labelled(compare.text_input, "Units").set_value("8").run()
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    state = compare.session_state["state"]
    assert list(state.comparison.entries) == ["100 units", "8 units"]  # of a different first layer
    reference, other = (backend.get_runs().get(ids[0]) for ids in state.comparison.entries.values())
    assert reference.recipe == state.recipe  # whose second layer has 20 units
    assert [layer.size for layer in other.recipe.layers] == [8, 8]


@pytest.mark.slow
def test_the_form_is_the_same_after_a_refresh_and_in_a_link(compare):
    vary(compare, "units", "mask")
    find_labelled(compare.text_input, "Units").set_value("4, 6").run()
    find_labelled(compare.number_input, "Seeds").set_value(7).run()
    address = get_address(compare)
    assert (address["vary.units"], address["seeds"]) == ("4|6", "7")
    stored = build_workspace(compare.session_state["state"])["units"]["example"]
    assert decode_settings(stored).comparison_choices["vary.units"] == "4|6"

    compare.switch_page("pages/2_Mask.py").run()
    compare.switch_page("pages/5_Compare.py").run()  # its own widgets are gone
    assert compare.multiselect[0].value == ["units", "mask"]
    assert find_labelled(compare.text_input, "Units").value == "4, 6"
    assert find_labelled(compare.number_input, "Seeds").value == 7

    other = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
    for name, text in address.items():
        other.query_params[name] = text
    other.switch_page("pages/5_Compare.py").run()
    assert other.multiselect[0].value == ["units", "mask"]
    assert find_labelled(other.text_input, "Units").value == "4, 6"
    [link] = [code.value for code in other.code]
    assert "vary.units=4%7C6" in link


def test_what_a_link_says_wrongly_is_left_out(app):
    for name, text in {"vary.mask": "none|sideways", "vary.nothing": "1", "seeds": "many"}.items():
        app.query_params[name] = text
    compare = app.switch_page("pages/5_Compare.py").run()
    assert compare.multiselect[0].value == ["mask"]
    assert compare.button_group[0].value == ["none"]
    assert find_labelled(compare.number_input, "Seeds").value == 5
    assert not compare.exception


@pytest.mark.slow
def test_settings_of_a_row_can_be_used_and_its_run_opened(compare):
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new data" in get_text(app))
    assert len([b for b in compare.button if b.label == "Use these settings"]) == 1
    state = compare.session_state["state"]
    [run_id] = state.comparison.entries["no mask"]
    links = [each.proto for each in compare.get("page_link")]
    assert any(f"run={run_id}" in link.query_string for link in links)
    find_labelled(compare.button, "Use these settings").click().run()
    assert (state.recipe.mask, state.recipe.seed) == ("none", 0)
    mask = compare.switch_page("pages/2_Mask.py").run()
    assert "Padding counts as data" in mask.warning[0].value


def is_of_other_settings(page) -> bool:
    return any("of other settings: by lengths, no mask" in each.value for each in page.caption)


@pytest.mark.slow
def test_form_and_result_agree_in_another_order_or_language(compare):
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new data" in get_text(app))
    assert not is_of_other_settings(compare)
    find_labelled(compare.button, "Use these settings").click().run()  # is now the reference
    assert not is_of_other_settings(compare)
    compare = reload(compare, "pages/5_Compare.py")
    assert not is_of_other_settings(compare)
    find_labelled(compare.number_input, "Seeds").set_value(2).run()
    assert is_of_other_settings(compare)
    find_labelled(compare.number_input, "Seeds").set_value(1).run()

    compare.sidebar.button_group(key="language").set_value("zh_CN").run()
    wait_until(compare, lambda app: [each for each in app.dataframe if "配置" in each.value])
    [table] = [each.value for each in compare.dataframe if "配置" in each.value]
    assert table["配置"].tolist() == ["按长度", "无掩码"]
    assert "“按长度”" in get_text(compare)
    assert not any("其他设置" in each.value for each in compare.caption)


@pytest.mark.slow
def test_a_result_stays_when_a_run_of_it_is_deleted(compare):
    find_labelled(compare.number_input, "Seeds").set_value(1).run()
    find_labelled(compare.button, "Compare").click().run()
    wait_until(compare, lambda app: "say nothing about new data" in get_text(app))
    state = compare.session_state["state"]
    [run_id] = state.comparison.entries["no mask"]
    backend.get_store().runs.delete(state.owner.id, run_id)
    compare.run()
    assert not compare.exception


@pytest.mark.slow
def test_curves_epochs_and_time_left_are_shown_while_the_runs_train(compare):
    page = compare.switch_page("pages/3_Train.py").run()
    find_labelled(page.number_input, "Epochs").set_value(2_000).run()
    page = compare.switch_page("pages/5_Compare.py").run()
    find_labelled(page.button, "Compare").click().run()

    def has_curve(app):
        return any(" of 2,000" in each.value for each in app.caption) and app.get("plotly_chart")

    wait_until(page, has_curve)
    [progress] = [each for each in page.get("progress") if "runs finished" in each.proto.text]
    assert re.fullmatch(r"0 of 10 runs finished · .* left", progress.proto.text)
    find_labelled(page.button, "Stop all").click().run()
    wait_until(page, lambda app: not [b for b in app.button if b.label == "Stop all"])
