"""Open any supported source as a ``Table``; formats are detected by content, not by name."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

import pandas as pd
import pyarrow as pa

from ...errors import DataError, Note
from ..detection.step_count import refuse_long_text
from ..table.table import Table
from . import archive, numpy_arrays, python_objects
from .archive_per_file import name_file_in_errors
from .binary import xlsx
from .binary_formats import find_binary_format
from .dataframe import open_dataframe
from .delimited import open_delimited
from .encoding import clean_text
from .source import MAX_BYTES, Source, gunzip, read_packed, read_source, refuse_bomb
from .text import arff, json_records, nested_lists, ts

AnySource = (
    Source
    | Sequence[Source]
    | pd.DataFrame
    | Sequence[pd.DataFrame]
    | python_objects.ArrowStream
    | python_objects.ArrowArray
    | python_objects.Columns
)


def open_table(source: AnySource, max_steps: int | None = None, sheet: str | None = None) -> Table:
    """Read a path, a binary or text buffer, or a DataFrame into a table.

    Supports, also compressed by gzip: delimited text in any common encoding; nested lists pasted
    from Python or JSON (a single list of lists is a list of sequences; several lists in succession
    are one sequence each); JSON Lines and JSON arrays of objects; the ``.ts`` and
    ``.arff`` formats of the UEA and UCR archive; Parquet, Arrow and Feather; NumPy arrays; Excel
    workbooks (``.xlsx``); and a ZIP of files, one per sequence.

    Args:
        source: Path or buffer, or a list of them, which are read as the files of a ZIP; a
            DataFrame, or a list of them, one per sequence; a table of Arrow or Polars; or a dict of
            columns.
        max_steps: A file with clearly more steps is refused before it is parsed.
        sheet: Name of a sheet of a workbook; None for the first one with numbers.

    Raises:
        DataError: For data that is not a table, and for a sheet that does not exist.
        OSError: For a path that cannot be read.
    """
    opened = _open_object(source)
    if isinstance(opened, Table | list):
        _refuse_sheet(sheet)
        return _open_several(opened, max_steps) if isinstance(opened, list) else opened
    data, name = read_source(opened)
    if xlsx.is_workbook(data):
        return xlsx.open_workbook(data, name, max_steps, sheet)
    _refuse_sheet(sheet)
    if archive.is_archive(data) and not numpy_arrays.is_npz(data):
        return archive.open_archive(data, name, _open, max_steps)
    return _open(data, name, max_steps)


def _open_object(source: AnySource) -> Table | Source | list[Source]:
    """Open an object that holds a table; return paths and buffers."""
    if isinstance(source, pd.DataFrame):
        return open_dataframe(source)
    if isinstance(source, python_objects.ArrowStream | python_objects.ArrowArray):
        return python_objects.open_arrow(source)
    if isinstance(source, Mapping):
        return python_objects.open_columns(source)
    if isinstance(source, list | tuple) and source:
        frames = [each for each in source if isinstance(each, pd.DataFrame)]
        if len(frames) == len(source):
            return python_objects.open_frames(frames)
    return python_objects.require_files(source)


def _open_several(sources: Sequence[Source], max_steps: int | None) -> Table:
    """Open several files as the files of a ZIP, within the limits of one file."""
    contents, size = [], 0
    for number, source in enumerate(sources, start=1):
        data, name = read_packed(source)
        with name_file_in_errors(PurePosixPath(name or f"file {number}")):
            contents.append(gunzip(data, name))
        size += len(contents[-1][0])
        refuse_bomb(MAX_BYTES, size, "")
    paths = _name_files(sources, [name for _, name in contents])
    if len(set(paths)) < len(paths):
        raise DataError(
            "Two files have the name {found!r}. Rename one.",
            found=max(paths, key=paths.count).as_posix(),
        )
    files = [(path, data) for path, (data, _) in zip(paths, contents, strict=True)]
    return archive.open_files(files, "", _open, max_steps)


def _name_files(sources: Sequence[Source], names: list[str]) -> list[PurePosixPath]:
    """Return the paths of files from the folder that contains all of them."""
    paths = [Path(each).absolute() for each in sources if isinstance(each, str | os.PathLike)]
    if len(paths) == len(sources):
        folder = os.path.commonpath([path.parent for path in paths])
        relative = [PurePosixPath(path.relative_to(folder).as_posix()) for path in paths]
        return [p.with_name(name) for p, name in zip(relative, names, strict=True)]
    return [PurePosixPath(name or f"file {number}") for number, name in enumerate(names, start=1)]


def _refuse_sheet(sheet: str | None) -> None:
    if sheet is not None:
        raise DataError(
            "sheet is {found!r}, and the data is not an Excel workbook. Leave sheet out.",
            found=sheet,
        )


def open_lists(source: Source) -> Table:
    """Read text that must contain nested lists only.

    Raises:
        DataError: For anything besides the lists.
    """
    data, name = read_source(source)
    return _open_lists(clean_text(data)[0], name)


def _open(data: bytes, name: str = "", max_steps: int | None = None) -> Table:
    """Open a single file that is not an archive."""
    if (open_binary := find_binary_format(data)) is not None:
        return open_binary(data, name, max_steps)
    text, encoding = clean_text(data)
    refuse_long_text(text, max_steps, _open)
    if arff.is_arff(text):
        table = arff.open_arff(text, name)
    elif ts.is_ts(text):
        table = ts.open_ts(text, name)
    elif json_records.is_json_records(text):
        table = json_records.open_json_records(text, name)
    elif nested_lists.is_pasted_list(text):
        table = _open_lists(text, name)
    else:
        table = open_delimited(text, name)
    if encoding != "utf-8":
        table = table.with_note(
            Note("written in {encoding}", encoding=ENCODINGS.get(encoding, encoding))
        )
    return table


ENCODINGS = {"gb18030": Note("GBK (Chinese)"), "cp1252": "Latin-1", "latin-1": "Latin-1"}


def _open_lists(data: bytes, name: str) -> Table:
    lists, lines = nested_lists.split_lists(data)
    return Table(pa.table({"value": lists}), lines, header=False, lists=True, name=name)
