"""Sheets of Excel workbooks are read as tables."""

import datetime
import io
import zipfile

import pytest

from core import DataError, read_sequences
from core.reading import open_table
from core.reading.formats.binary import xlsx
from tests.support.findings import find_finding, list_doubts, list_reasons
from tests.support.workbooks import write_workbook

STEPS = [["id", "t", "value"], ["a", 0, 1], ["a", 1, 2.5], ["b", 0, 3]]


def open_rows(*rows, **options):
    return open_table(io.BytesIO(write_workbook(data=rows)), **options)


def change_part(data, path, change):
    """Return the workbook with other bytes in one of its parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == path else old.read(name))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def catch_message(data, **options):
    with pytest.raises(DataError) as caught:
        read_sequences(io.BytesIO(data), **options)
    return str(caught.value)


def test_the_only_sheet_is_read():
    data = read_sequences(io.BytesIO(write_workbook(steps=STEPS)))
    assert [sequence.ravel().tolist() for sequence in data] == [[1, 2.5], [3]]
    assert data.ids.tolist() == ["a", "b"]
    assert list_doubts(data) == []
    assert data.schema.sheet == "steps"


def test_the_first_sheet_with_a_table_is_read_and_the_others_are_named():
    content = write_workbook(cover=[], steps=STEPS, labels=[["id", "y"], ["a", 1]], chart=[["x"]])
    data = read_sequences(io.BytesIO(content))
    assert len(data) == 2
    sheets = find_finding(data, "sheet")
    assert sheets.level == "warning"
    assert "“steps” is the first sheet with a table" in sheets.message
    assert sheets.message.endswith("not read: labels")
    assert sheets.remedies == ({"sheet": "steps"}, {"sheet": "labels"})


def test_a_sheet_can_be_chosen():
    content = write_workbook(other=[["a", "b"], [1, 2]], steps=STEPS)
    data = read_sequences(io.BytesIO(content), sheet="steps")
    assert len(data) == 2
    assert ("sheet", "sheet “steps” of the workbook, as chosen") in list_reasons(data)
    assert list_doubts(data) == []
    assert "The sheets are other, steps" in catch_message(content, sheet="Steps")
    assert "not an Excel workbook" in catch_message(b"id,v\na,1\n", sheet="steps")


def test_rows_of_titles_above_the_table_are_left_out_and_counted():
    table = open_rows(["Recording of the pump"], [], ["by", "me"], *[[*r, 1, 2] for r in STEPS])
    assert "title rows above the table, left out: 3" in table.notes
    assert table.names[:3] == ("id", "t", "value")
    assert table.get_line(0) == 5


@pytest.mark.parametrize(
    "rows",
    [
        [[1], [2, 5], [3, 9, 9, 4, 8]],  # numbers: sequences of unequal length
        [["id", "v"], ["a", 1]],
        [["value"], [1], [2]],
    ],
)
def test_first_rows_that_are_no_titles_are_kept(rows):
    assert len(open_rows(*rows)) + open_rows(*rows).header == len(rows)


def test_rows_without_header_are_sequences():
    content = write_workbook(data=[[1], [2, 5], [3, 9, 9, 4, 8]])
    assert read_sequences(io.BytesIO(content)).lengths.tolist() == [1, 2, 5]


def test_cells_become_the_text_that_a_spreadsheet_shows():
    day = datetime.datetime(2026, 1, 31, 12, 30)
    table = open_rows(
        ["id", "when", "flag", "n", "x"],
        ["007", day, True, 3, 0.1],
        [8, day.date(), False, 2**40, -1.5],
    )
    assert table.columns.to_pydict() == {
        "id": ["007", "8"],
        "when": ["2026-01-31 12:30:00", "2026-01-31"],
        "flag": ["true", "false"],
        "n": ["3", str(2**40)],
        "x": ["0.1", "-1.5"],
    }


def test_formulas_without_values_and_errors_are_counted():
    content = write_workbook(data=[*STEPS, ["b", 1, "=A1"], ["b", 2, "#N/A"], ["b", 3, 5]])
    table = open_table(io.BytesIO(content))
    assert table.doubts[0] == "cells with an error such as #N/A are read as blank: 1"
    assert table.doubts[1].endswith("not in the file are read as blank: 1")
    computed = change_part(content, SHEET, lambda xml: xml.replace(b"<v />", b"<v>4</v>"))
    assert len(open_table(io.BytesIO(computed)).doubts) == 1


def test_a_workbook_in_a_zip_is_read():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("steps.xlsx", write_workbook(steps=STEPS))
    assert len(read_sequences(io.BytesIO(out.getvalue()))) == 2


@pytest.mark.parametrize("size", [100, 1000, -40])
def test_a_truncated_workbook_is_refused(size):
    assert catch_message(write_workbook(steps=STEPS)[:size])


def test_a_workbook_with_a_damaged_part_is_refused():
    content = write_workbook(steps=STEPS)
    broken = change_part(content, SHEET, lambda xml: xml[:400])
    assert "is damaged" in catch_message(broken)
    assert "is damaged" in catch_message(change_part(content, xlsx.WORKBOOK, lambda xml: b""))


def test_a_cell_far_away_is_refused_before_the_sheet_is_read():
    content = write_workbook(steps=STEPS)
    far = change_part(content, SHEET, lambda xml: xml.replace(b'"C4"', b'"CCC1048576"'))
    assert "extends to row 1,048,576" in catch_message(far)
    far = change_part(content, SHEET, lambda xml: xml.replace(b'"C4"', b'"ZZZZ99"'))
    assert catch_message(far)


def test_too_many_columns_are_refused(monkeypatch):
    content = write_workbook(steps=STEPS)
    wide = change_part(content, SHEET, lambda xml: xml.replace(b'"C4"', b'"ZZZ4"'))
    assert "There are 18,278 columns" not in catch_message(wide)  # within the limit
    monkeypatch.setattr("core.reading.table.table.MAX_COLUMNS", 10_000)
    assert "There are 18,278 columns" in catch_message(wide)


def test_entities_are_not_expanded():
    entities = b'<!DOCTYPE x [<!ENTITY a "1234567890"><!ENTITY b SYSTEM "file:///etc/passwd">]>'
    content = change_part(
        write_workbook(steps=STEPS),
        SHEET,
        lambda xml: entities + xml.replace(b"<t>a</t>", b"<t>&a;&b;</t>"),
    )
    try:
        table = open_table(io.BytesIO(content))
    except DataError:
        return
    assert "root" not in str(table.columns)
    assert "1234567890" not in str(table.columns)


def test_a_long_text_in_many_cells_is_refused(monkeypatch):
    content = write_workbook(steps=[["id", "v"], *[["a", i] for i in range(50)]])
    shared = change_part(
        content,
        SHEET,
        lambda xml: xml.replace(b't="inlineStr"><is><t>a</t></is></c>', b't="s"><v>0</v></c>'),
    )
    out = io.BytesIO(shared)
    with zipfile.ZipFile(out, "a", 8) as archive:
        archive.writestr(xlsx.TEXTS, "<sst><si><t>" + "x" * 5000 + "</t></si></sst>")
    monkeypatch.setattr(xlsx, "MAX_CHARACTERS", 100_000)
    assert "the limit is 100,000" in catch_message(out.getvalue())


def test_a_bomb_is_refused():
    bomb = change_part(write_workbook(steps=STEPS), SHEET, lambda xml: xml + b" " * 50_000_000)
    assert "Unpacked" in catch_message(bomb)


def test_more_rows_than_steps_are_refused():
    with pytest.raises(DataError, match="steps"):
        open_rows(["id", "v"], *[["a", i] for i in range(50)], max_steps=10)


@pytest.mark.parametrize("filler", [b"<f " * 200_000, b"</f>" + b" " * 500_000, b"<c " * 200_000])
def test_a_sheet_of_repeated_tags_is_examined_in_linear_time(filler):
    content = write_workbook(steps=STEPS)
    strange = change_part(content, SHEET, lambda xml: xml.replace(b"</sheetData>", filler))
    assert catch_message(strange)
