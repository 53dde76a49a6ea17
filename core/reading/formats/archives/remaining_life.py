"""The remaining life of each test sequence in a file of its own, as RUL_FD001.txt of C-MAPSS.

Machines of a test set are recorded until some time before they fail. A further file has one number
per machine: the steps between its last row and the failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from ....errors import DataError, Note
from ....json_validation import MAX_COUNT
from ...detection.detect import detect_schema
from ...table.cells import parse_numbers, read_text
from ...table.joined_columns import join_columns
from ...table.roles import encode_values
from ...table.table import Table
from ...table.words.split_words import SPLIT_ALIASES
from ..archive_per_file import find_free_name, name_file_in_errors
from .split_files import Members, find_differing_words, find_splits, open_split

REMAINING_LIFE = "rul"  # remaining useful life


def find_remaining_life(paths: list[PurePosixPath]) -> int | None:
    """Return the index of the file of remaining lives beside the files of a split.

    Returns:
        None unless the names differ in one word, which is RUL in one, and otherwise parts of a
        split, test among them.
    """
    for words in find_differing_words(paths):
        parts = [SPLIT_ALIASES.get(word, word) for word in words]
        others = {part for part in parts if part != REMAINING_LIFE}
        is_distinct = len(others) == len(parts) - 1
        if is_distinct and "test" in others and others <= {*SPLIT_ALIASES.values()}:
            return parts.index(REMAINING_LIFE)
    return None


def open_with_remaining_life(
    files: Members,
    life: int,
    name: str,
    open_one: Callable[..., Table],
    max_steps: int | None,
) -> Table:
    """Open the files of a split with the remaining life of each test sequence.

    Args:
        files: Path and bytes per file.
        life: Index of the file of remaining lives.
        name: Name of the archive.
        open_one: Opens a single file.
        max_steps: Maximum number of steps, None for no limit.

    Returns:
        The table, with a column of the steps after the last row: 0 for training sequences.

    Raises:
        DataError: As ``open_split``; and unless there is one whole number per test sequence.
    """
    others = [file for index, file in enumerate(files) if index != life]
    table = open_split(others, find_splits([path for path, _ in others]), name, open_one, max_steps)
    path, content = files[life]
    with name_file_in_errors(path):
        lives = _read_lives(open_one(content, path.name, max_steps))
        steps_after = _spread_lives(table, lives)
    column = find_free_name(path.stem, table.columns)
    cells = pa.array(steps_after.astype(str))
    note = Note("`{name}` is the remaining life of each test sequence, in file order", name=column)
    return replace(
        table,
        columns=table.columns.append_column(column, cells),
        steps_after=column,
        notes=(*table.notes, note),
        cache={},
    )


def _read_lives(table: Table) -> np.ndarray:
    """Read the (test sequences,) int64 remaining lives, in steps."""
    if len(table.names) != 1:
        raise DataError(
            "There are {n} columns. Write one number per test sequence, its remaining life in "
            "steps.",
            n=len(table.names),
        )
    cells = read_text(table, table.names[0])
    lives, _ = parse_numbers(cells)
    is_count = (lives >= 0) & (lives <= MAX_COUNT) & (lives == np.round(lives))  # False for NaN
    if not is_count.all():
        row = int(np.argmin(is_count))
        raise DataError(
            "Row {row}: {found!r} is not a number of steps. Write whole numbers, 0 or greater.",
            row=table.get_line(row),
            found=cells[row].as_py()[:80],
        )
    return lives.astype(np.int64)


def _spread_lives(table: Table, lives: np.ndarray) -> np.ndarray:
    """Give each row of a test sequence its remaining life, and other rows 0: (rows,) int64."""
    schema = detect_schema(table)
    rows = np.asarray(table.columns[table.roles["split"]]) == "test"
    steps_after = np.zeros(len(table), dtype=np.int64)
    sequences = _index_sequences(table, schema.list_columns("id"), schema.layout == "long")[rows]
    distinct, index = np.unique(sequences[sequences >= 0], return_inverse=True)  # in file order
    if len(distinct) != len(lives):
        raise DataError(
            "There are {found} numbers for {n} test sequences. Write one number per sequence, "
            "in the order of the test file.",
            found=len(lives),
            n=len(distinct),
        )
    rows[rows] = sequences >= 0
    steps_after[rows] = lives[index]
    return steps_after


def _index_sequences(table: Table, id_columns: tuple[str, ...], is_long: bool) -> np.ndarray:
    """Return the (rows,) index of each row's sequence, in the order of first appearance.

    It is -1 where the id is blank: reading reports such rows.
    """
    if not is_long:
        return np.arange(len(table))
    if not id_columns:
        return np.zeros(len(table), dtype=np.int64)
    name = id_columns[0]
    if len(id_columns) > 1:
        table, name = join_columns(table, "id", id_columns)
    indices, distinct = encode_values(table, name)
    is_blank = np.array([text == "" for text in distinct.to_pylist()])
    return np.where(is_blank[indices], -1, indices)
