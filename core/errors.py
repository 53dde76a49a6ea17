"""The one error that bad data raises, and the notes that are no error."""

from __future__ import annotations

from typing import Any


class DataError(ValueError):
    """Data that cannot be used as it is: what is wrong, where, and what to do.

    The message is kept as an English template and its values, so that a page can
    translate the template (``gettext``) and point at the cell the values name.

    >>> error = DataError("row {row}: {found!r} is no number", row=3, found="abc")
    >>> str(error), error.values["row"]
    ("row 3: 'abc' is no number", 3)
    """

    report: Any = None  # of what is in the way, where a table was read (core.reading.Report)

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = values
        super().__init__(template.format(**values))

    def __reduce__(self):  # keyword values survive the way between processes
        return _rebuild, (type(self), self.template, self.values)


def _rebuild(kind: type[DataError], template: str, values: dict[str, object]) -> DataError:
    return kind(template, **values)


class MissingValue(DataError):
    """A step lacks a value: another choice of ``missing`` may read the same data."""


class Note(str):
    """A sentence for the user that is no error; like DataError it keeps its template and
    values for translation. It *is* its English text. A value called ``words`` is text of ours, and
    is translated itself."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Note:
        note = super().__new__(cls, template.format(**values))
        note.template, note.values = template, values
        return note

    def __reduce__(self):
        return _rebuild_note, (self.template, self.values)


def _rebuild_note(template: str, values: dict[str, object]) -> Note:
    return Note(template, **values)
