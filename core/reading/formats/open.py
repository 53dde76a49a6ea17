"""From whatever people bring to a ``Table``: told apart by content, never by the name alone."""

from __future__ import annotations

import os
import re
from typing import IO, Any

import pandas as pd
import pyarrow as pa

from ...errors import DataError, Note
from ..detection.step_count import refuse_long_text
from ..table.table import Table
from . import archive, nested_lists, parquet, ts
from .dataframe import table_of
from .delimited import open_delimited
from .encoding import clean_text
from .source import read_source


def open_table(
    source: str | os.PathLike[str] | IO[Any] | pd.DataFrame, most_steps: int | None = None
) -> Table:
    """Read a path, a binary or text buffer, or a DataFrame into a Table.

    Understands, also compressed by gzip: delimited text in any common encoding; nested lists as
    they are pasted from Python or JSON (one list that holds lists is a list of sequences; several
    lists one after the other are one sequence each); the UEA and UCR archive's ``.ts``; Parquet;
    and a ZIP of files, one a sequence.

    most_steps  a file that holds clearly more steps is refused before it is parsed

    Raises DataError for what cannot be a table, OSError for a path that cannot be read.
    """
    if isinstance(source, pd.DataFrame):
        return table_of(source)
    data, name = read_source(source)
    if archive.is_archive(data):
        return archive.open_archive(data, name, _open, most_steps)
    return _open(data, name, most_steps)


def open_lists(source: str | os.PathLike[str] | IO[Any]) -> Table:
    """Read text that is to hold nested lists and nothing else, as ``open_table`` does where text
    begins with one. Raises DataError for anything beside the lists."""
    data, name = read_source(source)
    return _lists(clean_text(data)[0], name)


def _open(data: bytes, name: str = "", most_steps: int | None = None) -> Table:
    """One file that is no archive."""
    if parquet.is_parquet(data):
        return parquet.open_parquet(data, name, most_steps)
    text, encoding = clean_text(data)
    refuse_long_text(text, most_steps, _open)
    if re.match(rb'\s*\{\s*["}]', text):
        raise DataError(
            "This is a JSON object ({found}). Give the sequences alone, as a list of lists such "
            "as [[1], [2, 5]], or as CSV.",
            found=text.strip()[:40].decode("utf-8", errors="ignore"),
        )
    if ts.is_ts(text):
        table = ts.open_ts(text, name)
    elif nested_lists.looks_pasted(text):
        table = _lists(text, name)
    else:
        table = open_delimited(text, name)
    if encoding != "utf-8":
        table = table.with_note(
            Note("written in {encoding}", encoding=ENCODINGS.get(encoding, encoding))
        )
    return table


ENCODINGS = {"gb18030": Note("GBK (Chinese)"), "cp1252": "Latin-1", "latin-1": "Latin-1"}


def _lists(data: bytes, name: str) -> Table:
    lists, lines = nested_lists.cut(data)
    return Table(pa.table({"value": lists}), lines, header=False, lists=True, name=name)
