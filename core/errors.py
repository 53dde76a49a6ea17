"""The one error that bad data raises, and the notes that are no error."""

from __future__ import annotations

from string import Formatter
from typing import Any

from .i18n import N_
from .json_validation import refuse

TEXT = N_("{text}")  # of a note that is text and no more
MAX_FORM = 4  # characters of a format, such as .1%
MAX_FIELDS, MAX_DEPTH = 20, 2  # of a template from outside: values, and notes in notes
MAX_VALUE = 200  # characters of a value that a sentence quotes; a cell may hold 50 MB


class Explained(ValueError):
    """What is wrong, where, and what to do.

    The message is kept as an English template and its values, so that a page can
    translate the template (``gettext``) and point at the cell the values name. A value
    that is a ``Note`` is translated, too.

    >>> error = DataError("row {row}: {found!r} is no number", row=3, found="abc")
    >>> str(error), error.values["row"]
    ("row 3: 'abc' is no number", 3)
    """

    def __init__(self, template: str, **values: object) -> None:
        self.template = template
        self.values = shortened(values)
        super().__init__(template.format(**self.values))

    def __reduce__(self):  # keyword values and what was added survive the way between processes
        added = {k: v for k, v in vars(self).items() if k not in ("template", "values")}
        return _rebuild, (type(self), self.template, self.values), added or None


def shortened(values: dict[str, object]) -> dict[str, object]:
    """Values to be quoted, of long text the beginning."""
    return {
        name: value[: MAX_VALUE - 1] + "…"
        if type(value) is str and len(value) > MAX_VALUE
        else value
        for name, value in values.items()
    }


def _rebuild(kind: type[Explained], template: str, values: dict[str, object]) -> Explained:
    return kind(template, **values)


class DataError(Explained):
    """Data that cannot be used as it is."""

    report: Any = None  # of what is in the way, where a table was read (core.reading.Report)


class RecipeError(Explained):
    """A setting of a recipe that is none: the field, the value and the range."""


class MissingValue(DataError):
    """A step lacks a value: another choice of ``missing`` may read the same data."""


class Note(str):
    """A sentence for the user that is no error; like DataError it keeps its template and
    values for translation. It *is* its English text."""

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Note:
        values = shortened(values)
        note = super().__new__(cls, template.format(**values))
        note.template, note.values = template, values
        return note

    def __reduce__(self):
        return _rebuild_note, (self.template, self.values)

    def to_plain(self) -> list[Any]:
        """Its template and values for JSON; ``from_plain`` is the way back."""
        plain = {
            name: value.to_plain() if isinstance(value, Note) else value
            for name, value in self.values.items()
        }
        return [self.template, plain]

    @classmethod
    def from_plain(cls, plain: list[Any] | str, depth: int = 0) -> Note:
        """Raises ValueError, TypeError, AttributeError or LookupError for other values; a
        template from outside looks into no value, and makes none wide."""
        if isinstance(plain, str):  # as it was kept before it could be translated
            return cls(TEXT, text=plain)
        template, values = plain
        fields = list(Formatter().parse(template))
        if len(fields) > MAX_FIELDS or depth > MAX_DEPTH:
            raise ValueError("a note holds too much")
        for _text, name, form, _conversion in fields:
            plain_form = form is None or (len(form) <= MAX_FORM and "{" not in form)
            if name is not None and not (name.isidentifier() and plain_form):
                raise ValueError(f"{template!r} is no template of ours")
        return cls(
            template,
            **{
                name: cls.from_plain(value, depth + 1) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )


def as_note(plain: Any, where: str) -> Note:
    """A check (see ``core.json_validation``) of what ``Note.to_plain`` gives."""
    try:
        return Note.from_plain(plain)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError):
        raise refuse(plain, where, "a text, or a list of a template and its values") from None


def _rebuild_note(template: str, values: dict[str, object]) -> Note:
    return Note(template, **values)
