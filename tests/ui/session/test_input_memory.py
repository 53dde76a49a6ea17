"""Values of inputs that a reload brings back."""

import pytest

from ui.session.input_memory import name_box, recall, remember
from ui.session.workspace import remember_text


@pytest.mark.parametrize(
    ("value", "default"), [(True, False), (31, 1), ("3-9, 20", "1-40"), (["b", "a"], [])]
)
def test_a_later_session_recalls_what_was_remembered(open_tab, services, value, default):
    tab = open_tab()
    assert recall(tab, "box", default) == default
    remember(tab, services, "box", value, default)
    assert recall(tab, "box", default) == recall(open_tab(), "box", default) == value


def test_an_untouched_input_is_not_stored_and_a_reset_one_is(open_tab, services):
    tab = open_tab()
    remember(tab, services, "box", "a", "a")
    assert tab.typed_texts == {}
    remember(tab, services, "box", "b", "a")
    remember(tab, services, "box", "a", "a")
    assert recall(open_tab(), "box", "z") == "a"


def test_values_that_are_not_possible_any_more_are_left_out(state, services):
    remember(state, services, "one", "x1", "")
    remember(state, services, "several", ["a", "b"], [])
    assert recall(state, "one", "x0", options=("x0", "x2")) == "x0"
    assert recall(state, "several", [], options=("b", "c")) == ["b"]


@pytest.mark.parametrize("stored", ["", "[1.5", "1.5", "true", '{"a": 1}'])
def test_text_of_another_kind_is_as_nothing(state, services, stored):
    remember_text(state, services, "box", stored)
    assert recall(state, "box", 7) == 7


def test_other_data_has_its_own_values(state, open_text):
    box = name_box(state, "rows")
    open_text(state, "1\n2,5\n")
    assert name_box(state, "rows") != box
