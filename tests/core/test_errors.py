"""Errors and notes keep their templates and values through pickle and JSON."""

import errno
import json
import pickle

import pytest

from core.errors import (
    DataError,
    MissingValue,
    ModelFileError,
    Note,
    QuotaError,
    RecipeError,
    ServiceError,
    TranslatableError,
    UnpaddedError,
)
from core.export.archive import make_error


@pytest.mark.parametrize("kind", [DataError, MissingValue, RecipeError, ServiceError])
def test_pickling_preserves_class_template_and_values_of_an_error(kind):
    error = pickle.loads(pickle.dumps(kind("row {row}: {found!r}", row=3, found="abc")))
    assert type(error) is kind
    assert (error.template, error.values) == ("row {row}: {found!r}", {"row": 3, "found": "abc"})
    assert str(error) == "row 3: 'abc'"


def test_a_note_is_its_english_text_and_can_be_pickled():
    note = pickle.loads(pickle.dumps(Note("{steps} steps", steps=2)))
    assert note == "2 steps"
    assert (note.template, note.values) == ("{steps} steps", {"steps": 2})


def test_counts_have_thousands_separators_and_other_values_their_own_format():
    values = {"n": 12345, "id": 1234, "name": "1234", "share": 0.5, "low": 1234.0, "flag": True}
    note = Note("{n} of {id} {name}, {share:.1%}, {low:.0f}, {flag}", **values)
    assert note == "12,345 of 1234 1234, 50.0%, 1234, True"
    assert str(DataError("{n} rows, not {small}", n=6_000_000, small=999)) == (
        "6,000,000 rows, not 999"
    )


def test_json_preserves_nested_notes():
    inner = Note("95 % interval {low} to {high}", low="1", high="2")
    note = Note("better by {n} ({interval})", n=3, interval=inner)
    restored = Note.from_plain(json.loads(json.dumps(note.to_plain())))
    assert restored == note == "better by 3 (95 % interval 1 to 2)"
    assert restored.values["interval"].values == {"low": "1", "high": "2"}


def test_text_without_a_template_is_read_as_a_note():
    assert Note.from_plain("`{x}` repeats") == "`{x}` repeats"


@pytest.mark.parametrize("template", ["{x.__class__}", "{x[0]}", "{x:>999999999}", "{}"])
def test_an_untrusted_template_can_only_show_its_values(template):
    with pytest.raises(ValueError, match="not a known template"):
        Note.from_plain([template, {"x": "1"}])


def test_every_error_for_the_user_has_one_base():
    kinds = (DataError, RecipeError, MissingValue, ModelFileError, QuotaError, ServiceError)
    assert all(issubclass(kind, UnpaddedError) for kind in kinds)
    assert TranslatableError is UnpaddedError  # its earlier name
    assert not issubclass(QuotaError, DataError)
    assert not issubclass(ServiceError, DataError)


def test_a_full_machine_is_not_reported_as_a_damaged_file():
    full = make_error(OSError(errno.ENOSPC, "No space left on device"))
    assert type(full) is ServiceError
    assert "No space left on device" in str(full)
    assert type(make_error(OSError("truncated file"))) is ModelFileError
