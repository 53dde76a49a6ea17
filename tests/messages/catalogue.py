"""The messages of the catalogue that have a placeholder for a number.

A placeholder is a number unless its name is in WORDS. Names that are words in most messages are
numbers in those of NUMBERS. A message is named by its text, for ``ngettext`` by its singular, or
by its beginning and end with "…" between them.
"""

from __future__ import annotations

from functools import cache
from string import Formatter

from tests.support.catalogues import list_forms
from ui.locales.__main__ import build_template

Message = tuple[str, ...]  # the forms: one, or singular and plural

# What is a word, a text of the visitor, or sentences with messages of their own.
WORDS = (
    "allowed base begin beside choices classes clock column columns copy database day each "
    "encoding end example expected family feature field figure file files first folder form "
    "found group id key kind known label last layers layout mask masked meaning metric model "
    "name names network others own part parts provider reason reasons recipe role script second "
    "separator sequence settings sheet sheets target task text texts thing things type unit "
    "units value values version ways what words"
)
NUMBERS = {
    "the {classes} most probable classes": ("classes",),
    "A bidirectional LSTM of {units}…": ("units",),
    "An LSTM of {units}…": ("units",),
    "Colours: {low:g} to…": ("first", "last"),
    "Column {column} has {words}…": ("words",),
    "Row {row} has {found} features…": ("found", "expected"),
    "Row {row} has {found} parts separated by colons; expected {expected}: the features and…": (
        "found",
        "expected",
    ),
    "Row {row} has {found} parts separated by colons; expected {expected}: the features. …": (
        "found",
        "expected",
    ),
    "Row {row} has {found} values…": ("found", "expected"),
    "Row {row}, column {column}: {found!r} differs…target per step, or choose another column.": (
        "first",
    ),
    "Row {row}, column {column}: {found!r} differs…same value, or choose another column.": (
        "first",
    ),
    "Row {row}, column {column}: the number of steps in…": ("expected",),
    "Row {row}, column {column}: the number of values…": ("expected",),
    "Row {row}: the number of cells…": ("expected",),
    "Row {row}: this is not JSON…": ("column",),
    "Sequence {id}: the target {found} is…": ("found",),
    "Sequence {number} has {found} dimensions…": ("found",),
    "Sequence {number}: the number of features…": ("found", "expected"),
    "Series {number} has shape…": ("found",),
    "The array has shape {found}…": ("found",),
    "The collection has shape {found}…": ("found",),
    "The number of feature names…": ("names",),
    "The number of features per step…": ("found", "expected"),
    "The number of {what}…": ("found",),
    "The targets are numbers with decimals…": ("found",),
    "batch {value}": ("value",),
    "decay {value}": ("value",),
    "dropout {value}": ("value",),
    "gradients clipped at {value}": ("value",),
    "kernel size {value}": ("value",),
    "kernels up to {value}": ("value",),
    "lengths is {found}; give…": ("found",),
    "mask has shape {found}…": ("found",),
    "maxlen {value}": ("value",),
    "members: {value}": ("value",),
    "patches of {value}": ("value",),
    "rate {value}": ("value",),
    "steps {first} to {last} of {all}": ("first", "last"),
    "targets has shape {found}…": ("found",),
    "values has shape {found}…": ("found",),
    "{line} of {file}": ("line",),
    "{script} returned {found}…": ("found", "expected"),
    "{value} filters": ("value",),
    "{value} groups": ("value",),
    "{value} is padding": ("value",),
    "{value} kernels": ("value",),
    "{value} units": ("value",),
}

# Messages in which {time} is not a duration but a column.
COLUMNS = (
    "`{id}` repeats and `{time}` increases…",
    "`{id}` names the sequences, `{time}` their…",
    "no header; column `{time}` counts…",
    "`{name}` has the same order as `{time}`…",
    "every row has a later `{time}`, so…",
    "every row has a later `{time}`: the table…",
    "rows that repeat a `{time}` of the same…",
)


def list_fields(message: str) -> dict[str, str]:
    """List the placeholders of a message with their format specifications.

    >>> list_fields("{n} of {share:.0%}")
    {'n': '', 'share': '.0%'}
    """
    return {name: spec or "" for _, name, spec, _ in Formatter().parse(message) if name}


@cache
def _list_messages() -> tuple[Message, ...]:
    return tuple(list_forms(message.id) for message in build_template() if message.id)


@cache
def find_message(name: str) -> Message:
    """Find the one message with this name, or with this beginning and end around "…"."""
    messages = [forms for forms in _list_messages() if forms[0] == name]
    if not messages:
        beginning, _, end = name.partition("…")
        messages = [
            forms
            for forms in _list_messages()
            if forms[0].startswith(beginning) and forms[0].endswith(end) and "…" in name
        ]
    assert len(messages) == 1, f"{name!r} names {[forms[0] for forms in messages]}"
    return messages[0]


@cache
def find_numbers() -> dict[Message, frozenset[str]]:
    """Find the placeholders for numbers of every message that has some."""
    exceptions = {find_message(name): numbers for name, numbers in NUMBERS.items()}
    columns, words = {find_message(name) for name in COLUMNS}, WORDS.split()
    found = {}
    for forms in _list_messages():
        fields = list_fields(forms[-1])
        numbers = {name for name, spec in fields.items() if spec or name not in words}
        numbers |= set(exceptions.get(forms, ()))
        if forms in columns:
            numbers.discard("time")
        if numbers:
            found[forms] = frozenset(numbers)
    return found
