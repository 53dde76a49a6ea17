"""Find columns of text that is not made of a few categories, which no layout reads yet."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
import pyarrow.compute as pc

from ...errors import DataError, Note
from ...i18n import N_
from ..table.cells import SAMPLE_ROWS, is_arrow_list, read_text
from ..table.table import Table

MAX_CATEGORIES = 20  # distinct values of a column that may be categories
MIN_WORDS = 3  # per cell of a text, on average
LETTERS = r"^\s*(?:[ACGTUNacgtun]{8,}|[ACDEFGHIKLMNPQRSTVWY]{20,})\s*$"
TEXT = N_("`{name}` holds text such as {found}, which is not supported yet: not used")
BIOLOGICAL_SEQUENCES = N_(
    "`{name}` holds a sequence of letters per cell, such as {found}, which is not supported yet: "
    "not used. Write one step per row, or the letters as numbers in a list"
)


def describe_text(table: Table, names: Iterable[str]) -> list[tuple[str, Note]]:
    """Describe the columns of text among these; columns of a few categories are left out."""
    notes: list[tuple[str, Note]] = []
    for name in names:
        if is_arrow_list(table.columns[name].type):
            continue
        cells = read_text(table, name)[:SAMPLE_ROWS]
        cells = cells.filter(pc.not_equal(pc.utf8_trim_whitespace(cells), ""))
        if len(cells) == 0:
            continue
        if pc.all(pc.match_substring_regex(cells, LETTERS)).as_py():
            template = BIOLOGICAL_SEQUENCES
        elif _are_words(cells):
            template = TEXT
        else:
            continue
        note = Note(template, name=name, found=_shorten(cells[0].as_py().strip()))
        notes.append((name, note))
    return notes


def refuse_text(table: Table, names: Iterable[str]) -> None:
    """Raise an error for a table whose only steps may be text.

    Raises:
        DataError: For a column of text.
    """
    notes = describe_text(table, names)
    if notes:
        raise DataError(
            "Column {column} holds text such as {found!r}, and text is not supported yet. Write "
            "one step per row, with the id of its sequence, or numbers for the words.",
            column=notes[0][0],
            found=str(notes[0][1].values["found"]),
        )


def _are_words(cells: pa.ChunkedArray) -> bool:
    """Return True for many different values with letters, or several words per cell."""
    has_letters = pc.mean(pc.match_substring_regex(cells, r"\pL{2}")).as_py() > 0.5
    words = pc.mean(pc.list_value_length(pc.utf8_split_whitespace(cells))).as_py()
    return bool(has_letters and (len(pc.unique(cells)) > MAX_CATEGORIES or words >= MIN_WORDS))


def _shorten(text: str, characters: int = 30) -> str:
    return text if len(text) <= characters else text[: characters - 1] + "…"
