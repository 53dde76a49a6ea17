"""Excel workbooks (``.xlsx``): one sheet as a table of text."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import python_calamine

from ....errors import DataError, Note
from ....i18n import N_
from ...table.number_text import is_number
from ...table.step_limits import refuse_estimated_steps
from ...table.table import Table, refuse_many_columns
from ..delimited import build_table
from ..source import EMPTY, refuse_bomb
from ..zip_member import CORRUPTION_ERRORS, unpack

DAMAGED = N_("The workbook is damaged or has a password. Save it again, without a password.")
WORKBOOK = "xl/workbook.xml"
SHEETS = "xl/worksheets/"
TEXTS = "xl/sharedstrings.xml"  # in lower case, as all paths are compared
# All that a sheet needs. The others are neither examined nor read.
PARTS = re.compile(
    r"(\[content_types\]\.xml|_rels/\.rels|xl/_rels/workbook\.xml\.rels|xl/workbook\.xml|"
    r"xl/styles\.xml|xl/sharedstrings\.xml|xl/worksheets/[^/]+\.xml)"
)
MAX_SHEETS = 1000
# A sheet is in memory as a full rectangle of cells of 32 bytes, however few of them are written.
MAX_CELLS = 30_000_000
MAX_CHARACTERS = 2**29  # of all cells: a text that is stored once may be in every cell
MAX_TITLE_ROWS = 50
SAMPLE_ROWS, MIN_SHARE = 200, 0.5  # of a sheet of numbers: examined rows, and rows with a number
COLUMN_OF_CELL = re.compile(rb"""r\s*=\s*["']([A-Za-z]{1,20})[0-9]""")
ROW_OF_CELL = re.compile(rb"""r\s*=\s*["'][A-Za-z]{0,20}([0-9]{4,20})["']""")  # from 1,000
ROW = re.compile(rb"<(?:[^<>\s/:]*:)?row[\s/>]")
CELL = re.compile(rb"<(?:[^<>\s/:]*:)?c[\s/>]")
PLACED_CELL = re.compile(rb"""<(?:[^<>\s/:]*:)?c\s(?:[^<>]*?\s)?r\s*=\s*["'][A-Za-z]""")
TEXT_CELL = re.compile(rb"""t\s*=\s*["']s["']""")
# Patterns that stop at the next tag, and at a few spaces, take linear time in any file.
TEXT_OF_CELL = re.compile(rb"""t=["']s["'][^<>]*>\s{0,9}<v>([0-9]{1,9})</v>""")
ERROR_CELL = re.compile(rb"""<c [^<>]*t=["']e["']""")
UNCOMPUTED_CELL = re.compile(rb"(?:</f>|<f [^<>]*/>)\s{0,9}(?:<v\s{0,9}/>|<v></v>)?\s{0,9}</c>")

Cell = str | float | int | bool | datetime | date | time | timedelta
Rows = Sequence[Sequence[Cell]]


def is_workbook(data: bytes) -> bool:
    """Return True for a ZIP with the directory of an Excel workbook."""
    if not data.startswith(b"PK") or WORKBOOK.encode() not in data:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return WORKBOOK in archive.namelist()
    except CORRUPTION_ERRORS:
        return False


def open_workbook(
    data: bytes, name: str = "", max_steps: int | None = None, sheet: str | None = None
) -> Table:
    """Open a sheet; rows of titles above its table are left out.

    A compiled library reads the file, and one that is made to be too large can end the process: a
    server should read it in a separate process.

    Args:
        data: Bytes of the file.
        name: Name of the file.
        max_steps: Maximum number of steps, None for no limit.
        sheet: Name of the sheet; None for the first one with a table of numbers, or else the first
            one that is not empty.

    Raises:
        DataError: For a corrupt or encrypted file, a file that is too large unpacked, an unknown
            sheet, and a sheet that is not a table.
    """
    examined, uncomputed, errors = _examine_parts(data, name)
    try:
        with python_calamine.load_workbook(examined) as workbook:
            title, sheets, rows, first_row = _select_sheet(workbook, sheet)
    except (python_calamine.CalamineError, OSError) as error:
        raise DataError(DAMAGED) from error
    refuse_estimated_steps(len(rows), max_steps)
    notes, doubts = [], []
    titles = _count_title_rows(rows)
    if titles:
        notes.append(Note("title rows above the table, left out: {n}", n=titles))
    if errors:
        doubts.append(Note("cells with an error such as #N/A are read as blank: {n}", n=errors))
    if uncomputed:
        doubts.append(
            Note(
                "cells with a formula whose value is not in the file are read as blank: {n}",
                n=uncomputed,
            )
        )
    cells = _convert_cells(rows[titles:])
    lines = np.arange(len(rows) - titles) + first_row + titles
    table = build_table(cells, lines, name=name, notes=tuple(notes), doubts=tuple(doubts))
    return replace(table, sheet=title, sheets=tuple(sheets), is_sheet_chosen=sheet is not None)


def _examine_parts(data: bytes, name: str) -> tuple[io.BytesIO, int, int]:
    """Refuse parts that would take too much memory.

    Returns:
        A workbook of exactly the parts that were examined, since another library may find others
        in the same file; the number of cells with a formula without its value, and of cells with
        an error.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
        refuse_bomb(len(data), sum(member.file_size for member in members), name)
        members = [each for each in members if PARTS.fullmatch(each.filename.lower())]
        parts = {member.filename.lower(): unpack(data, member) for member in members}
        if len(parts) < len(members):
            raise zipfile.BadZipFile("two parts have the same name")
    except DataError:
        raise
    except (*CORRUPTION_ERRORS, ValueError) as error:
        raise DataError(DAMAGED) from error
    sheets = [part for path, part in parts.items() if path.startswith(SHEETS)]
    for xml in sheets:
        _refuse_large_sheet(xml)
    _refuse_long_texts(parts.get(TEXTS, b""), sheets)
    examined = io.BytesIO()
    with zipfile.ZipFile(examined, "w") as archive:
        for member in members:
            archive.writestr(member.filename, parts[member.filename.lower()])
    examined.seek(0)
    return (
        examined,
        sum(len(UNCOMPUTED_CELL.findall(xml)) for xml in sheets if b"<f" in xml),
        sum(len(ERROR_CELL.findall(xml)) for xml in sheets),
    )


def _refuse_large_sheet(xml: bytes) -> None:
    columns = max(map(_parse_column, set(COLUMN_OF_CELL.findall(xml))), default=0)
    rows = max(map(int, set(ROW_OF_CELL.findall(xml))), default=1000)
    cells = np.array([match.start() for match in CELL.finditer(xml)])
    if len(PLACED_CELL.findall(xml)) < len(cells):  # cells follow others, and rows follow rows
        begins = [match.start() for match in ROW.finditer(xml)]
        columns += int(np.diff(np.searchsorted(cells, [0, *begins, len(xml)])).max())
        rows += len(begins)
    refuse_many_columns(columns)
    if columns * rows > MAX_CELLS:
        raise DataError(
            "The sheet extends to row {rows:,} and column {columns:,}; the limit is {most:,} "
            "cells. Delete cells outside the table, or save it as CSV.",
            rows=rows,
            columns=columns,
            most=MAX_CELLS,
        )


def _parse_column(letters: bytes) -> int:
    """Return the number of a column: 1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = 26 * number + letter - ord("A") + 1
    return number


def _refuse_long_texts(texts: bytes, sheets: Sequence[bytes]) -> None:
    """Raise an error for texts that take too much memory in all cells that refer to them."""
    lengths = np.array([len(text) for text in texts.split(b"</si>")])
    cells = sum(len(TEXT_CELL.findall(xml)) for xml in sheets)
    if lengths.max() * cells <= MAX_CHARACTERS:
        return
    places = np.array([int(i) for xml in sheets for i in TEXT_OF_CELL.findall(xml)], dtype=np.int64)
    characters = int(lengths[places[places < len(lengths)]].sum())
    characters += (cells - len(places)) * int(lengths.max())  # written in an unusual way
    if characters > MAX_CHARACTERS:
        raise DataError(
            "The text of the cells has {found:,} characters; the limit is {most:,}. Remove "
            "columns or rows, or save the sheet as CSV.",
            found=characters,
            most=MAX_CHARACTERS,
        )


def _select_sheet(
    workbook: python_calamine.CalamineWorkbook, sheet: str | None
) -> tuple[str, list[str], Rows, int]:
    """Select the sheet to read.

    Returns:
        Its name, the names of all sheets with a table, its rows, and the number of its first row.
    """
    worksheet = python_calamine.SheetTypeEnum.WorkSheet
    names = [meta.name for meta in workbook.sheets_metadata if meta.typ == worksheet]
    if sheet is not None and sheet not in names:
        raise DataError(
            "There is no sheet {found!r} in the workbook. The sheets are {sheets}.",
            found=sheet,
            sheets=", ".join(names),
        )
    if len(names) > MAX_SHEETS:
        raise DataError(
            "The workbook has {sheets:,} sheets; the limit is {most:,}. Save the sheet as a "
            "separate workbook.",
            sheets=len(names),
            most=MAX_SHEETS,
        )
    chosen: tuple[str, python_calamine.CalamineSheet] | None = None
    best, cells = -1, 0
    tables = []
    for name in names:  # one at a time, because a sheet takes much memory
        if cells > MAX_CELLS and name != sheet and (sheet is not None or best > 0):
            tables.append(name)  # not examined, because the sheets before are large
            continue
        opened = workbook.get_sheet_by_name(name)
        if opened.start is None:
            continue
        cells += opened.height * opened.width
        is_table = opened.height > 1
        if is_table:
            tables.append(name)
        rank = is_table + (is_table and _holds_numbers(opened)) if sheet is None else name == sheet
        if rank > best:
            chosen, best = (name, opened), rank
    if chosen is None or sheet not in (None, chosen[0]):
        raise DataError(EMPTY)
    name, opened = chosen
    first_row = 0 if opened.start is None else opened.start[0]
    return name, tables, opened.to_python(), first_row + 1


def _holds_numbers(sheet: python_calamine.CalamineSheet) -> bool:
    """Return True if most of the first rows have a number, unlike notes and lists of names."""
    rows = sheet.to_python(nrows=SAMPLE_ROWS)
    numbers = [
        any(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in row)
        or any(isinstance(cell, str) and is_number(cell) for cell in row)
        for row in rows
    ]
    return sum(numbers) > MIN_SHARE * len(rows)


def _count_title_rows(rows: Rows) -> int:
    """Count the rows above the table: they have text, and at most half as many cells as it."""
    width = max(map(_count_cells, rows[: 2 * MAX_TITLE_ROWS]))
    for number, row in enumerate(rows[:MAX_TITLE_ROWS]):
        if 2 * _count_cells(row) > width:
            return number if width > 1 else 0
        has_text = any(isinstance(cell, str) and cell and not is_number(cell) for cell in row)
        if not has_text and _count_cells(row):
            return 0
    return 0


def _count_cells(row: Sequence[Cell]) -> int:
    return sum(cell != "" for cell in row)


def _convert_cells(rows: Rows) -> pa.Table:
    """Convert cells to columns of text, without columns in which every cell is blank."""
    columns = [[_format_cell(cell) for cell in column] for column in zip(*rows, strict=True)]
    columns = [column for column in columns if any(column)]
    names = [str(number) for number in range(1, len(columns) + 1)]
    return pa.table([pa.chunked_array([pa.array(each, pa.string())]) for each in columns], names)


def _format_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)
