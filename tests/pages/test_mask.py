import json
import tracemalloc
from urllib.parse import parse_qsl

import pytest

from core import Recipe
from core.recipe.recipe import MAX_MAXLEN
from tests.support.app_pages import find_labelled, get_address, wait_until
from ui import url_state
from ui.context import get_services
from ui.session.data import open_example
from ui.session.state import Address


@pytest.fixture
def mask(app):
    return app.switch_page("pages/2_Mask.py").run()


def get_facts(page) -> dict[str, str]:
    return {metric.label: metric.value for metric in page.metric}


def get_figure(page, number: int) -> dict:
    return json.loads(page.get("plotly_chart")[number].proto.spec)


def test_opened_cold_it_shows_the_example_padded_to_15(mask):
    assert get_facts(mask)["Padded array"] == "3 × 15"
    assert get_facts(mask)["Share of padding"] == "82%"
    assert len(mask.get("plotly_chart")) == 2


def test_several_features_are_part_of_the_arrays_shape(app):
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    mask = app.switch_page("pages/2_Mask.py").run()
    assert get_facts(mask)["Padded array"] == "640 × 29 × 12"
    assert "lpc1" in json.dumps(get_figure(mask, 0)["data"][2]["colorbar"])


@pytest.mark.slow
def test_the_longest_maxlen_takes_little_memory(app):
    """Drawing all 12 features of 100 sequences at 100,000 steps took 0.6 GB, and more with more
    features.
    """
    app.switch_page("pages/1_Data.py").run()
    app.button(key="sample-Japanese vowels").click().run()
    mask = app.switch_page("pages/2_Mask.py").run()
    find_labelled(mask.text_input, "Sequences").set_value("1-500").run()
    mask.segmented_control(key="mask-1").set_value("value").run()
    tracemalloc.start()
    find_labelled(mask.number_input, "maxlen, in steps").set_value(MAX_MAXLEN).run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert get_facts(mask)["Padded array"] == "640 × 100,000 × 12"
    assert peak < 200e6


@pytest.mark.slow
def test_the_figures_follow_every_choice_at_once(mask):
    before = get_figure(mask, 0)
    mask.segmented_control(key="padding-0").set_value("post").run()
    assert get_figure(mask, 0) != before
    find_labelled(mask.number_input, "maxlen, in steps").set_value(3).run()
    assert get_facts(mask)["Padded array"] == "3 × 3"
    assert get_facts(mask)["Truncated steps"] == "2"
    assert not find_labelled(mask.segmented_control, "Truncate").disabled
    find_labelled(mask.number_input, "maxlen, in steps").set_value(None).run()
    assert get_facts(mask)["Padded array"] == "3 × 5"
    assert find_labelled(mask.segmented_control, "Truncate").disabled


@pytest.mark.slow
def test_mode_value_counts_and_names_the_real_steps_it_erases(mask):
    mask.segmented_control(key="mask-0").set_value("value").run()
    assert "No real step equals" in mask.success[0].value
    find_labelled(mask.number_input, "Mask value").set_value(9.0).run()
    assert "2 real steps" in mask.warning[0].value
    assert get_facts(mask)["Value mask erases"] == "2"
    mask.segmented_control(key="mask-0").set_value("none").run()
    assert "Padding counts as data" in mask.warning[0].value


def test_settings_stay_when_other_pages_were_open(mask):
    mask.segmented_control(key="padding-0").set_value("post").run()
    mask.switch_page("pages/1_Data.py").run()
    mask.switch_page("pages/2_Mask.py").run()
    assert mask.segmented_control(key="padding-0").value == "post"


@pytest.mark.parametrize(("text", "rows"), [("2-3", "2 of 3"), ("3", "1 of 3")])
def test_any_rows_can_be_chosen_and_the_drawn_part_is_named(mask, text, rows):
    find_labelled(mask.text_input, "Sequences").set_value(text).run()
    assert any(f"Shown: {rows} sequences" in caption.value for caption in mask.caption)


def test_rows_that_do_not_exist_are_explained(mask):
    find_labelled(mask.text_input, "Sequences").set_value("7-9").run()
    assert "from 1 to 3" in mask.error[0].value


def test_text_that_names_no_rows_is_quoted_literally(mask):
    find_labelled(mask.text_input, "Sequences").set_value("**x** " + "y" * 500).run()
    assert r"“\*\*x\*\* y" in mask.error[0].value
    assert len(mask.error[0].value) < 200


@pytest.mark.slow
def test_a_frame_is_mentioned_only_if_one_is_drawn(mask):
    def framed():
        return any("Framed in orange" in caption.value for caption in mask.caption)

    mask.segmented_control(key="mask-0").set_value("value").run()
    find_labelled(mask.number_input, "Mask value").set_value(9.0).run()
    assert framed()
    mask.segmented_control(key="mask-0").set_value("lengths").run()
    assert not framed()
    mask.segmented_control(key="mask-0").set_value("value").run()
    find_labelled(mask.text_input, "Sequences").set_value("1-2").run()
    assert not framed()  # the nines stand in the third


def test_a_single_sequence_is_row_1(mask):
    mask.switch_page("pages/1_Data.py").run()
    mask.text_area(key="paste-text").set_value("1, 2")
    find_labelled(mask.button, "Read").click().run()
    mask.switch_page("pages/2_Mask.py").run()
    assert find_labelled(mask.text_input, "Sequences").value == "1"


@pytest.mark.slow
def test_the_xray_of_the_trained_model_is_below(mask):
    wait_until(mask, lambda app: app.toggle)  # the example trains by itself
    mask.toggle(key="mask-xray-0-open").set_value(True).run()
    find_labelled(mask.selectbox, "Sequence").select_index(2).run()
    wait_until(mask, lambda app: len(app.get("plotly_chart")) == 3)
    text = " ".join(each.value for each in mask.markdown)
    assert "The mask skips 10 steps of padding: the state does not change" in text


@pytest.mark.slow
def test_a_url_sets_the_data_the_mask_and_the_recipe(app):
    app.query_params["data"] = "real_zeros"
    app.query_params["mask"] = "value"
    app.query_params["maxlen"] = "4"
    app.query_params["epochs"] = "7"
    app.query_params["padding"] = "sideways"
    mask = app.switch_page("pages/2_Mask.py").run()
    state = mask.session_state["state"]
    assert state.name == "Real zeros"
    assert (state.recipe.mask, state.recipe.maxlen, state.recipe.padding) == ("value", 4, "pre")
    assert find_labelled(mask.number_input, "maxlen, in steps").value == 4
    assert get_address(mask)["padding"] == "pre"
    [warning] = [each.value for each in mask.warning if "this link" in each.value]
    assert "padding: “sideways” is not possible here. Using pre." in warning
    train = app.switch_page("pages/3_Train.py").run()
    assert find_labelled(train.number_input, "Epochs").value == 7
    assert any("sideways" in each.value for each in train.warning)  # it has not been read yet
    find_labelled(train.number_input, "Epochs").set_value(8).run()
    assert not any("sideways" in each.value for each in train.warning)


def test_the_url_follows_the_settings_and_is_offered_as_a_link(app):
    mask = app.switch_page("pages/2_Mask.py").run()
    assert get_address(mask) == {"v": "3", "data": "example"}  # nothing has been chosen
    [link] = [code.value for code in mask.code]
    assert "?v=3&data=example&" in link
    assert "&maxlen=15&truncating=pre&mask=lengths&mask_value=0&" in link
    assert "&seed=0" in link
    find_labelled(mask.number_input, "maxlen, in steps").set_value(9).run()
    assert mask.query_params.keys() == {"v", "data", *url_state.FIELDS}
    [link] = [code.value for code in mask.code]
    assert dict(parse_qsl(link.partition("?")[2])) == get_address(mask)


def test_a_link_with_all_suggested_settings_stays_complete(app):
    suggested = url_state.write(Recipe.example())
    for name, text in {"v": "2", "data": "example", **suggested}.items():
        app.query_params[name] = text
    mask = app.switch_page("pages/2_Mask.py").run()
    assert mask.query_params.keys() == {"v", "data", *url_state.FIELDS}
    assert not mask.warning


OWN = b"sequence,target\n" + b"".join(b'"[%d, 2]",%d.5\n' % (n, n) for n in range(12))


@pytest.mark.slow
def test_settings_of_a_url_apply_to_its_data_only(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("own.csv", OWN).run()
    mask = app.switch_page("pages/2_Mask.py").run()
    find_labelled(mask.number_input, "maxlen, in steps").set_value(9).run()
    sent = get_address(mask)
    state = mask.session_state["state"]
    assert sent["data"] == state.data_set.id  # nobody else can open it
    assert not any("data=" in code.value for code in mask.code)
    open_example(state, get_services())  # in another tab; then this one is loaded again
    state.address = Address()
    for name, text in sent.items():
        mask.query_params[name] = text
    mask.run()
    assert (state.name, state.recipe.maxlen) == ("own.csv", 9)
    open_example(state, get_services())
    state.address.settings_page = None  # loaded again
    mask.query_params["data"] = "0" * 12  # another visitor's data
    mask.run()
    assert (state.is_example, state.recipe.maxlen) == (True, 15)
    assert [each.value for each in mask.info] == ["This data set is not available to you."]
    assert not mask.metric  # nothing else is shown instead
    assert (get_address(mask)["data"], get_address(mask)["maxlen"]) == ("0" * 12, "9")


def test_a_task_that_the_targets_do_not_allow_is_ignored_in_a_url(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("own.csv", OWN).run()
    app.query_params["task"] = "classification"
    app.query_params["loss"] = "sparse_categorical_crossentropy"
    app.query_params["epochs"] = "3"
    mask = app.switch_page("pages/2_Mask.py").run()
    recipe = mask.session_state["state"].recipe
    assert (recipe.task, recipe.epochs) == ("regression", 3)
    [warning] = [each.value for each in mask.warning if "this link" in each.value]
    assert "task: “classification” is not possible here. Using regression." in warning


LONG = b"id,x\n" + b"".join(b"a,%d\n" % (step % 7) for step in range(1000)) + b"b,1\n"


def test_long_sequences_are_scrolled_by_a_slider(app):
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("long.csv", LONG).run()
    mask = app.switch_page("pages/2_Mask.py").run()
    assert any("steps 761 to 1,000 of 1,000" in each.value for each in mask.caption)
    find_labelled(mask.slider, "First time step").set_value(101).run()
    assert any("steps 101 to 340 of 1,000" in each.value for each in mask.caption)
    assert get_figure(mask, 0)["layout"]["xaxis"]["range"] == [100.5, 340.5]
    assert all(len(chart.proto.spec) < 60_000 for chart in mask.get("plotly_chart"))
    find_labelled(mask.number_input, "maxlen, in steps").set_value(240).run()
    assert not mask.slider


def test_colours_ignore_outliers_and_the_page_says_so(app):
    rows = [f"a,{value}" for value in [*range(100), 1e9]]
    app.switch_page("pages/1_Data.py").run()
    app.file_uploader(key="upload").upload("o.csv", "\n".join(["id,x", *rows]).encode()).run()
    mask = app.switch_page("pages/2_Mask.py").run()
    assert any("Colours: 1 to 99, percentiles 1 and 99." in each.value for each in mask.caption)
