import pickle

import pytest

from core.errors import DataError, MissingValue, Note


@pytest.mark.parametrize("kind", [DataError, MissingValue])
def test_an_error_keeps_kind_template_and_values_between_processes(kind):
    error = pickle.loads(pickle.dumps(kind("row {row}: {found!r}", row=3, found="abc")))
    assert type(error) is kind
    assert (error.template, error.values) == ("row {row}: {found!r}", {"row": 3, "found": "abc"})
    assert str(error) == "row 3: 'abc'"


def test_a_note_is_its_english_text_and_travels():
    note = pickle.loads(pickle.dumps(Note("{steps} steps", steps=2)))
    assert note == "2 steps"
    assert (note.template, note.values) == ("{steps} steps", {"steps": 2})
