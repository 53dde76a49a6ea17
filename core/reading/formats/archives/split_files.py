"""Files of one data set, whose names differ in the part of a split: X_TRAIN and X_TEST."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pyarrow as pa

from ....errors import DataError, Note
from ...detection.detect import detect_schema
from ...table.joined_columns import join_columns
from ...table.roles import encode_values
from ...table.step_limits import refuse_estimated_steps
from ...table.table import Table
from ...table.words.split_words import SPLIT_ALIASES
from ..archive_per_file import find_free_name, list_file_starts, name_file_in_errors
from ..binary.arrow_columns import concatenate_columns

Members = list[tuple[PurePosixPath, bytes]]


def find_splits(paths: list[PurePosixPath]) -> list[str]:
    """Return the part of the split that each name ends in, or begins with, as in train_FD001.txt.

    Returns:
        (files,) parts, "train", "validation" or "test"; [] unless the names are otherwise the same.
    """
    for words in find_differing_words(paths):
        splits = [SPLIT_ALIASES.get(word, "") for word in words]
        if all(splits) and len(set(splits)) == len(splits):
            return splits
    return []


def find_differing_words(paths: list[PurePosixPath]) -> Iterator[list[str]]:
    """Yield the (files,) last words of names that are otherwise the same, or the first words."""
    words = [re.split(r"[_\-. ]+", path.stem.lower()) for path in paths]
    for place in (-1, 0):
        if len({tuple(each[:-1] if place else each[1:]) for each in words}) == 1:
            yield [each[place] for each in words]


def find_training_file(paths: list[PurePosixPath]) -> int:
    """Return the index of the file of the training set by its name; 0 without one."""
    for words in find_differing_words(paths):
        parts = [SPLIT_ALIASES.get(word) for word in words]
        if "train" in parts:
            return parts.index("train")
    return 0


def open_split(
    files: Members,
    splits: list[str],
    name: str,
    open_one: Callable[..., Table],
    max_steps: int | None,
) -> Table:
    """Open files one after the other, with a column of the split.

    Args:
        files: Path and bytes per file.
        splits: (files,) parts of the split.
        name: Name of the archive.
        open_one: Opens a single file.
        max_steps: Maximum number of steps, None for no limit.

    Raises:
        DataError: For files with other columns.
    """
    tables = []
    for path, content in files:
        with name_file_in_errors(path):
            tables.append(open_one(content, path.name, max_steps))
        refuse_estimated_steps(sum(map(len, tables)), max_steps)
    first = tables[0]
    if not first.header and not first.ragged:
        tables = _fill_columns(tables)
    kind = first.header, first.ragged, tables[0].names
    for (path, _), table in zip(files, tables, strict=True):
        if (table.header, table.ragged, table.names) != kind:
            raise DataError(
                "{file} has the columns {found}; {first} has {expected}. Give the files of a "
                "split the same columns.",
                file=path.name,
                found=", ".join(table.names),
                first=files[0][0].name,
                expected=", ".join(tables[0].names),
            )
    tables, notes = _separate_ids(tables, splits)
    lengths = [len(table) for table in tables]
    columns = concatenate_columns([table.columns for table in tables])
    split_name = find_free_name("split", columns)
    return replace(
        first,
        columns=columns.append_column(split_name, pa.array(np.repeat(splits, lengths))),
        rows=np.concatenate([np.asarray(table.rows) for table in tables]),
        name=name,
        roles=tables[0].roles | {"split": split_name},
        files=list_file_starts([path for path, _ in files], lengths),
        notes=(
            Note("{n} files, one after the other; their names are the split", n=len(files)),
            *notes,
            *first.notes,
        ),
        cache={},
    )


def _fill_columns(tables: list[Table]) -> list[Table]:
    """Append blank columns to tables without a header, which were padded to other lengths."""
    width = max(len(table.names) for table in tables)
    filled = []
    for table in tables:
        columns = table.columns
        for number in range(len(table.names) + 1, width + 1):
            columns = columns.append_column(str(number), pa.array([""] * len(table)))
        filled.append(replace(table, columns=columns, cache={}))
    return filled


def _separate_ids(tables: list[Table], splits: list[str]) -> tuple[list[Table], list[Note]]:
    """Put the split before the ids where files count their sequences from 1 each.

    Rows of one id in two files would otherwise become one sequence.
    """
    try:
        schema = detect_schema(tables[0])
    except DataError:
        return tables, []
    id_columns = schema.list_columns("id")
    if not id_columns:
        return tables, []
    ids = [_list_ids(table, id_columns) for table in tables]
    if len(set().union(*ids)) == sum(map(len, ids)):
        return tables, []
    name = id_columns[0]
    roles = {}  # the same ones for ids that are no numbers any more
    if schema.layout == "long":
        one_column_roles = {"id": schema.id, "time": schema.time}
        roles = {role: one for role, one in one_column_roles.items() if isinstance(one, str)}
    separated = []
    for table, split in zip(tables, splits, strict=True):
        indices, distinct = encode_values(table, name)
        texts = pa.array([id and f"{split} {id}" for id in distinct.to_pylist()])  # blank as it is
        place = table.names.index(name)
        columns = table.columns.set_column(place, name, texts.take(pa.array(indices)))
        separated.append(replace(table, columns=columns, roles=table.roles | roles, cache={}))
    note = Note("the files share ids in `{name}`: each id is prefixed with its split", name=name)
    return separated, [note]


def _list_ids(table: Table, columns: tuple[str, ...]) -> set[str]:
    """List the ids in a column, or in several columns together."""
    name = columns[0]
    if len(columns) > 1:
        table, name = join_columns(table, "id", columns)
    return set(encode_values(table, name)[1].to_pylist())
