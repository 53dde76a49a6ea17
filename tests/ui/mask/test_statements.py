"""What the page Mask says agrees with itself and with the arrays."""

from dataclasses import replace
from itertools import product

import pytest

from core import Recipe, Sequences
from core.data.padding import MASK_MODES, padding_cost
from ui.mask.statements import list_statements

DATA = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
ZEROS = Sequences.from_lists([[0, 0], [2, 0, 5]], targets=[2, 4])


def describe(data: Sequences, **changes: object) -> dict[str, list[str]]:
    recipe = replace(Recipe(), **changes)
    cost = padding_cost(data, recipe.maxlen, recipe.truncating, recipe.mask_value)
    by_level: dict[str, list[str]] = {}
    for statement in list_statements(recipe, cost):
        by_level.setdefault(statement.level, []).append(statement.text)
    return by_level


def test_truncation_is_a_warning_and_then_not_all_real_steps_count():
    said = describe(DATA, maxlen=3)
    assert said["warning"] == ["2 real steps are cut off. 1 sequence is longer than maxlen 3."]
    assert said["success"] == ["All remaining steps count, and padding never does."]
    assert describe(DATA) == {"success": ["All real steps count, and padding never does."]}


def test_steps_that_a_value_mask_would_erase_are_named_before_it_is_chosen():
    assert describe(DATA, mask_value=9.0)["info"] == [
        "A value mask would erase 2 real steps: they equal the mask value 9."
    ]
    [text] = describe(DATA, mask_value=9.0, mask="value")["warning"]
    assert text.startswith("2 real steps equal the mask value 9 and are erased.")


def test_a_sequence_that_would_lose_all_steps_is_an_error():
    [text] = describe(ZEROS, mask="value")["error"]
    assert text.startswith("1 sequence would lose all its steps, so this cannot be trained.")
    assert "error" not in describe(ZEROS)


def test_without_a_mask_padded_cells_are_counted():
    assert describe(DATA, mask="none")["warning"] == [
        "Padding counts as data: 7 padded cells are read like real steps."
    ]
    equal = Sequences.from_lists([[1, 2], [3, 4]])
    assert "no padding" in describe(equal, mask="none")["success"][0]


@pytest.mark.parametrize(
    ("mode", "maxlen", "value"), [*product(MASK_MODES, (None, 1, 3, 15), (0.0, 9.0))]
)
def test_no_two_statements_contradict_each_other(mode, maxlen, value):
    said = describe(DATA, mask=mode, maxlen=maxlen, mask_value=value)
    texts = " ".join(text for level in said.values() for text in level)
    assert not ("All real steps count" in texts and ("cut off" in texts or "are erased" in texts))
    assert not ("padding never does" in texts and "Padding counts" in texts)
    assert not ("would erase" in texts and mode == "value")
