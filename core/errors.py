"""Errors and notes whose messages can be translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Integral
from string import Formatter

from .former_messages import get_present_message
from .i18n import N_
from .json_validation import value_error

TEXT = N_("{text}")  # the template of a note that is plain text
MAX_FORMAT_LENGTH = 4  # characters of a format specification, such as .1%
MAX_FIELDS, MAX_DEPTH = 20, 2  # limits of a template from a file: fields, and notes inside notes
NUMBERS_OF_NAMES = {"id", "seed"}  # fields whose numbers count nothing
MAX_VALUE_LENGTH = 200  # characters of a quoted value; a cell may hold 50 MB


class UnpaddedError(ValueError):
    """Base class of all errors for the user: they name the place, the problem and the remedy.

    The message is kept as an English template and its values, so that a page can translate the
    template (``gettext``) and point at the cell that the values name. A value that is a ``Note``
    is translated as well.

    >>> error = DataError("row {row}: {found!r} is no number", row=3, found="abc")
    >>> str(error), error.values["row"]
    ("row 3: 'abc' is no number", 3)

    Attributes:
        template: English message with ``str.format`` fields.
        values: the values of the fields, long text shortened.
        report: the ``core.reading.Report`` of the problems, if a table was read.
    """

    report: object = None

    def __init__(self, template: str, **values: object) -> None:
        self.template = get_present_message(template)  # it may have been stored in earlier words
        self.values = shorten_values(values)
        super().__init__(fill_template(self.template, self.values))

    # By default pickle drops keyword values and later attributes.
    def __reduce__(self) -> tuple[object, ...]:
        added = {k: v for k, v in vars(self).items() if k not in ("template", "values")}
        return _rebuild, (type(self), self.template, self.values), added or None


class _MessageFormatter(Formatter):
    """``str.format`` with thousands separators in counts that have no format of their own."""

    def get_value(
        self, key: int | str, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> object:
        value = super().get_value(key, args, kwargs)
        return str(value) if key in NUMBERS_OF_NAMES else value

    def format_field(self, value: object, format_spec: str) -> str:
        is_count = isinstance(value, Integral) and not isinstance(value, bool)
        return format(value, "," if is_count and not format_spec else format_spec)


def fill_template(template: str, values: dict[str, object]) -> str:
    """Insert values into the fields of a message.

    >>> fill_template("{n} steps of {name}", {"n": 12345, "name": "a"})
    '12,345 steps of a'
    """
    return _MessageFormatter().vformat(template, (), values)


def shorten_values(values: dict[str, object]) -> dict[str, object]:
    """Cut text values to ``MAX_VALUE_LENGTH`` characters, so that a message stays readable."""
    return {
        name: value[: MAX_VALUE_LENGTH - 1] + "…"
        if type(value) is str and len(value) > MAX_VALUE_LENGTH
        else value
        for name, value in values.items()
    }


def _rebuild(kind: type[UnpaddedError], template: str, values: dict[str, object]) -> UnpaddedError:
    return kind(template, **values)


class DataError(UnpaddedError):
    """Data that cannot be used in its present form."""


class ModelFileError(DataError):
    """A file that is not a saved model, is damaged, or was saved by a newer version."""


class QuotaError(UnpaddedError):
    """More than a visitor, or the server, may have: runs, data sets, steps, bytes, weights."""


class ServiceError(UnpaddedError):
    """A failure of the server or the program, not of the data: memory, disk, database, a bug."""


class RecipeError(UnpaddedError):
    """An invalid field of a recipe; the message names the field, the value and the range."""


class MissingValue(DataError):
    """A missing value in a step; another ``missing`` policy may accept the same data."""


class DataWarning(UserWarning):
    """A summary of what to check in data that was read; ``data.report`` has the findings."""


TranslatableError = UnpaddedError  # its name in version 1


class Note(str):
    """A message for the user that is not an error.

    A note *is* its English text, and like ``DataError`` it keeps its template and values for
    translation.

    Attributes:
        template: English message with ``str.format`` fields.
        values: the values of the fields, long text shortened.
    """

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Note:
        template = get_present_message(template)  # it may have been stored in earlier words
        values = shorten_values(values)
        note = super().__new__(cls, fill_template(template, values))
        note.template, note.values = template, values
        return note

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_note, (self.template, self.values)

    def to_plain(self) -> list[object]:
        """Return the template and the values for JSON; ``from_plain`` reads them."""
        plain = {
            name: value.to_plain() if isinstance(value, Note) else value
            for name, value in self.values.items()
        }
        return [self.template, plain]

    @classmethod
    def from_plain(cls, plain: object, depth: int = 0) -> Note:
        """Rebuild a note from the output of ``to_plain``.

        A template may come from an uploaded file, so it must not access attributes of its values
        nor pad them to a large width.

        Args:
            plain: template and values, or text alone, as files from before translation have it.
            depth: how many notes this one is nested in.

        Raises:
            ValueError, TypeError, AttributeError, LookupError: for any other input.
        """
        match plain:
            case str():
                return cls(TEXT, text=plain)
            case [str(template), dict(values)]:
                pass
            case _:
                raise ValueError("a note is neither a text nor a template and its values")
        fields = list(Formatter().parse(template))
        if len(fields) > MAX_FIELDS or depth > MAX_DEPTH:
            raise ValueError("a note holds too much")
        for _text, name, format_spec, _conversion in fields:
            is_plain = format_spec is None or (
                len(format_spec) <= MAX_FORMAT_LENGTH and "{" not in format_spec
            )
            if name is not None and not (name.isidentifier() and is_plain):
                raise ValueError(f"{template!r} is not a known template")
        return cls(
            template,
            **{
                name: cls.from_plain(value, depth + 1) if isinstance(value, list) else value
                for name, value in values.items()
            },
        )


def as_note(plain: object, where: str) -> Note:
    """Check the output of ``Note.to_plain`` (see ``core.json_validation``) and rebuild the note.

    Raises:
        ValueError: for any other value.
    """
    try:
        return Note.from_plain(plain)
    except (ValueError, TypeError, AttributeError, LookupError, OverflowError):
        raise value_error(plain, where, "a text, or a list of a template and its values") from None


def _rebuild_note(template: str, values: dict[str, object]) -> Note:
    return Note(template, **values)
