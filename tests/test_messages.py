"""Every number in a message is counted again from the arrays it speaks of, or is excused."""

import ast
from pathlib import Path

import pytest

from tests.messages.case import CASES, choose_form, is_shown, list_similar, list_texts
from tests.messages.catalogue import find_message, find_numbers, list_fields
from tests.messages.excused import EXCUSED, TESTED

TESTS = Path(__file__).parent
MAX_ID = 70  # characters
# Their cases train models, or start a worker; --fast leaves them out.
SLOW = {
    f"tests.messages.{name}"
    for name in ("home", "improvement", "inspection", "limits", "results", "server", "trainings")
}


def list_messages() -> list:
    """List the messages with numbers, each a test."""
    return [
        pytest.param(
            forms,
            id=forms[0][:MAX_ID],
            marks=[pytest.mark.slow]
            * any(each.__module__ in SLOW for each in CASES.get(forms, ())),
        )
        for forms in find_numbers()
    ]


@pytest.mark.parametrize("forms", list_messages())
def test_a_message_has_the_numbers_of_its_arrays_or_is_excused(forms):
    if forms in {find_message(name) for name in (*EXCUSED, *TESTED)}:
        assert forms not in CASES, "a message with a case needs no excuse"
        return
    assert forms in CASES, "write a case in tests/messages, or the reason why there is none"
    for situation in CASES[forms]:
        texts, numbers = situation()
        texts = list_texts(texts)
        fields = list_fields(choose_form(forms, numbers))
        assert find_numbers()[forms] & fields.keys() <= numbers.keys() <= fields.keys()
        assert is_shown(forms, texts, numbers), (numbers, list_similar(forms, texts) or texts)


def test_cases_and_excuses_are_of_messages_with_numbers():
    known = find_numbers()
    assert [forms for forms in CASES if forms not in known] == []
    assert [name for name in (*EXCUSED, *TESTED) if find_message(name) not in known] == []


@pytest.mark.parametrize("place", sorted({*TESTED.values()}))
def test_a_test_that_stands_for_a_case_exists(place):
    path, name = place.split("::")
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_a_wrong_number_a_wrong_form_and_a_missing_text_are_found():
    forms = ("{n} step of {share:.0%}", "{n} steps of {share:.0%}")
    assert is_shown(forms, "1,234 steps of 50%", {"n": 1234, "share": 0.5})
    assert not is_shown(forms, "1,234 steps of 50%", {"n": 234, "share": 0.5})
    assert not is_shown(forms, "12 steps of 150%", {"n": 12, "share": 0.5})
    assert not is_shown(forms, "1 steps of 50%", {"n": 1, "share": 0.5})
    assert not is_shown(forms, [], {"n": 1, "share": 0.5})
