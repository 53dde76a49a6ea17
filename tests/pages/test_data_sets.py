"""The visitor's data sets: renamed, searched, switched from the sidebar of any page, deleted."""

import pytest

from tests.support.app_pages import find_labelled, reload
from tests.support.data_page import get_texts, upload
from ui import backend
from ui.samples import FOLDER

ROWS = (FOLDER / "three_long.csv").read_bytes()
OTHER = b"1\n2, 5, 6, 7\n"


@pytest.fixture
def two(data):
    """The page Data with two data sets, the second of which is open."""
    upload(data, ROWS, "first.csv")
    upload(data, OTHER, "second.csv")
    return data


def get_open(page) -> tuple[str, int]:
    state = page.session_state["state"]
    return state.name, len(state.data)


def list_names(page) -> list[str]:
    store = backend.get_store()
    return [each.name for each in store.data_sets.list(page.session_state["state"].owner.id)]


def test_without_data_sets_the_sidebar_names_the_example(data):
    assert "Data in use" not in [each.label for each in data.selectbox]
    assert "Three sequences" in data.sidebar.markdown[1].value


@pytest.mark.slow
def test_the_sidebar_of_any_page_switches_the_data(two):
    switch = find_labelled(two.selectbox, "Data in use")
    assert switch.options == ["second.csv", "first.csv", "Three sequences"]
    first = two.session_state["state"].data_key
    mask = two.switch_page("pages/2_Mask.py").run()
    switch = find_labelled(mask.selectbox, "Data in use")
    other = next(
        each
        for each in backend.get_store().data_sets.list(mask.session_state["state"].owner.id)
        if each.name == "first.csv"
    )
    switch.set_value(other.id).run()
    assert not mask.exception
    assert get_open(mask) == ("first.csv", 3)
    assert find_labelled(mask.selectbox, "Data in use").value == other.id != first
    find_labelled(mask.selectbox, "Data in use").set_value("example").run()
    assert mask.session_state["state"].is_example


def test_switching_on_train_leaves_no_run_of_other_data_in_the_address(two):
    train = two.switch_page("pages/3_Train.py")
    train.query_params["run"] = "a-run-of-other-data"
    find_labelled(two.selectbox, "Data in use").set_value("example").run()
    assert "run" not in train.query_params


def test_data_deleted_in_another_tab_is_reported_and_stays_open(two):
    state = two.session_state["state"]
    first = next(
        each
        for each in backend.get_store().data_sets.list(state.owner.id)
        if each.name == "first.csv"
    )
    switch = find_labelled(two.selectbox, "Data in use")
    backend.get_store().data_sets.delete(state.owner.id, first.id)
    switch.set_value(first.id).run()
    assert "no longer on the server" in two.toast[0].value
    assert get_open(two) == ("second.csv", 2)
    assert find_labelled(two.selectbox, "Data in use").options == ["second.csv", "Three sequences"]


def test_data_sets_of_the_same_name_can_be_told_apart(data):
    upload(data, ROWS, "a.csv")
    upload(data, OTHER, "a.csv")
    assert find_labelled(data.selectbox, "Data in use").options[:2] == ["a.csv", "a.csv (2)"]


def test_a_data_set_is_renamed_without_moving_its_address(two):
    state = two.session_state["state"]
    key = state.data_key
    two.text_input(key=f"rename-open-name-{key}").set_value("  **walks**  ")
    two.button(key=f"FormSubmitter:rename-open-{key}-Rename").click().run()
    assert not two.exception
    assert (state.name, state.data_key) == ("**walks**", key)
    assert two.header[0].value == r"\*\*walks\*\*"
    assert list_names(two) == ["**walks**", "first.csv"]
    two.text_input(key=f"rename-open-name-{key}").set_value(" ")
    two.button(key=f"FormSubmitter:rename-open-{key}-Rename").click().run()
    assert state.name == "**walks**"


@pytest.mark.slow
def test_several_data_sets_can_be_searched(data):
    for number in range(5):
        upload(data, b"1\n2, %d\n" % number, f"walk {number}.csv")
    assert len([each for each in data.button if each.label in ("Open", "In use")]) >= 5
    data.text_input(key="data-search").set_value("WALK 3").run()
    shown = [each.key for each in data.button if str(each.key).startswith("open-")]
    assert len(shown) == 1
    data.text_input(key="data-search").set_value("nothing").run()
    assert "No data set has this name." in get_texts(data)
    assert reload(data, "pages/1_Data.py").text_input(key="data-search").value == "nothing"


def test_a_deletion_names_what_is_lost(two):
    assert "This deletes **second.csv**: 2 sequences and their file." in get_texts(two)
    two.button(key=f"delete-{two.session_state['state'].data_key}").click().run()
    assert list_names(two) == ["first.csv"]
    assert two.session_state["state"].is_example
