"""Hostile Excel workbooks: false positions, repeated texts, entities and other parts."""

from __future__ import annotations

import numpy as np

from benchmarks.hostile.registry import register, write_zip


def _write_workbook(sheet: bytes, texts: bytes = b"<sst></sst>") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"
    return write_zip(
        {
            "xl/workbook.xml": (
                f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{packages}">'
                f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/a.xml"/>'
                f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/>'
                "</Relationships>"
            ).encode(),
            "xl/worksheets/a.xml": (
                b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>"
            ),
            "xl/sharedStrings.xml": texts,
        }
    )


@register("xlsx: two cells in opposite corners")
def _():
    return _write_workbook(
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


@register("xlsx: two cells in opposite corners, in other quotes and after spaces")
def _():
    return _write_workbook(
        b"<row><c r = 'A1'><v>1</v></c></row><row><c r = 'xfd1048576'><v>1</v></c></row>"
    )


@register("xlsx: a text of 10 MB in 10,000 cells")
def _():
    cells = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(10_000))
    text = np.random.default_rng(0).bytes(5_000_000).hex().encode()
    return _write_workbook(cells, b"<sst><si><t>" + text + b"</t></si></sst>")


@register("xlsx: entities in entities")
def _():
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"lol") for i in range(12)
    )
    return _write_workbook(b"", b"<!DOCTYPE x [" + entities + b"]><sst><si><t>&e11;</t></si></sst>")
