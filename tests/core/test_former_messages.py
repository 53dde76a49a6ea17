"""Messages that earlier versions stored are shown in present words, in every language."""

import json
import pickle
import string

import pytest

from core.errors import DataError, Note
from core.former_messages import FORMER
from core.invariance.report import ALONE, Check, Proof
from tests.support.catalogues import list_forms
from ui.i18n import translate
from ui.locales.__main__ import build_template

SHEET = "sheet “{sheet}” of the workbook"


def list_fields(template: str) -> list[tuple[str, str, str]]:
    """List (name, format, conversion) of the placeholders."""
    fields = string.Formatter().parse(template)
    return [(name, spec or "", turn or "") for _, name, spec, turn in fields if name is not None]


def list_catalogue() -> set[str]:
    return {form for message in build_template() if message.id for form in list_forms(message.id)}


@pytest.mark.slow
def test_every_former_message_leads_to_one_of_the_catalogue():
    assert set(FORMER.values()) - list_catalogue() == set()
    assert set(FORMER) & list_catalogue() == set()  # else the rewording has not happened


@pytest.mark.parametrize("former", FORMER)
def test_the_stored_values_fill_the_present_message(former):
    """A format for numbers is only used where the former message had one."""
    before = {name: (spec, turn) for name, spec, turn in list_fields(former)}
    for name, spec, turn in list_fields(FORMER[former]):
        assert name in before
        is_number = before[name][0] != ""
        assert spec == "" or is_number, name
        assert turn == "" or not is_number, name


def test_a_stored_note_is_shown_in_present_words():
    stored = json.loads(json.dumps([SHEET, {"sheet": "Visits"}]))
    note = Note.from_plain(stored)
    assert note == "sheet “Visits” of the workbook, as chosen"
    assert note.template == FORMER[SHEET]
    assert translate(note) == note


def test_a_stored_note_inside_another_is_shown_in_present_words():
    stored = ["{file}: {what}", {"file": "a.xlsx", "what": [SHEET, {"sheet": "Visits"}]}]
    assert Note.from_plain(stored) == "a.xlsx: sheet “Visits” of the workbook, as chosen"


def test_a_stored_error_is_shown_in_present_words():
    error = DataError(SHEET, sheet="Visits")
    assert str(error) == "sheet “Visits” of the workbook, as chosen"
    assert pickle.loads(pickle.dumps(error)).template == FORMER[SHEET]


def test_a_stored_check_is_known_by_its_present_name(monkeypatch):
    """The largest effect of padding is found by the name of a check."""
    monkeypatch.setitem(FORMER, "each one by itself", ALONE)
    checks = (Check("each one by itself", "keras", 0.5, 0.1, ""),)
    stored = Proof("none", checks, 1.0, False, 3, 3, 5, False, 0.1).to_dict()
    restored = Proof.from_dict(json.loads(json.dumps(stored)))
    assert restored.checks[0].name == ALONE
    assert restored.padding_effect == 0.5
