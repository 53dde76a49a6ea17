"""Hostile Excel workbooks: false positions, repeated texts, entities and other parts."""

from __future__ import annotations

import io
import warnings
import zipfile

import numpy as np

from benchmarks.hostile.registry import register, write_zip

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGES = "http://schemas.openxmlformats.org/package/2006/relationships"
SHEET, TEXTS = "xl/worksheets/a.xml", "xl/sharedStrings.xml"
FAR = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
CORNERS = b'<row r="1"><c r="A1"><v>1</v></c></row>' + FAR


def build_parts(
    sheet: bytes, texts: bytes = b"<sst></sst>", target: str = "worksheets/a.xml"
) -> dict[str, bytes]:
    """Build the parts of a workbook with one sheet.

    Args:
        sheet: XML of its rows.
        texts: XML of the shared texts.
        target: Path of the sheet, from ``xl``.
    """
    return {
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGES}">'
            f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>"
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>'
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGES}">'
            f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="{target}"/>'
            f'<Relationship Id="r2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>"
        ).encode(),
        f"xl/{target}": b"<worksheet><sheetData>" + sheet + b"</sheetData></worksheet>",
        TEXTS: texts,
    }


def build_workbook(sheet: bytes, texts: bytes = b"<sst></sst>") -> bytes:
    """Build a workbook with one sheet (see ``build_parts``)."""
    return write_zip(build_parts(sheet, texts))


def _build_far_cells() -> dict[str, bytes]:
    """Return rows whose cells reach further than they seem to."""
    return {
        "two cells in opposite corners": CORNERS,
        "two cells in opposite corners, in other quotes and after spaces": (
            b"<row><c r = 'A1'><v>1</v></c></row><row><c r = 'xfd1048576'><v>1</v></c></row>"
        ),
        "cells without a position in 100,000 rows and 16,000 columns": (
            b"<row>"
            + b"<c><v>1</v></c>" * 16_000
            + b"</row>"
            + b"<row><c><v>1</v></c></row>" * 100_000
        ),
        "a row of 20,001 cells without a position": b"<row>" + b"<c><v>1</v></c>" * 20_001,
        "a last row with a cell without a position": (
            b'<row r="1"><c r="XFD1"><v>1</v></c></row><row r="1048576"><c><v>1</v></c></row>'
        ),
        "a row behind the last row of all": (
            b'<row r="1"><c r="A1"><v>1</v></c></row>'
            b'<row r="4294967295"><c><v>1</v></c></row><row><c><v>1</v></c></row>'
        ),
        "a position behind many spaces": (
            b'<row><c r="A1"><v>1</v></c></row>'
            b"<row><c r" + b" " * 20 + b'= "XFD1048576"><v>1</v></c></row>'
        ),
        "a position that is an entity": (
            b'<row><c r="A1"><v>1</v></c></row><row><c r="XFD&#49;048576"><v>1</v></c></row>'
        ),
        "positions that overflow": (
            b'<row><c r="A1"><v>1</v></c></row>'
            b'<row><c r="ZZZZZZZZZZZZZZ99999999999999999999"><v>1</v></c></row>'
        ),
        "positions that run backwards": (
            b'<row r="9"><c r="Z9"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
        ),
        "dates of the year 10^300": b'<row><c r="A1" t="d"><v>1e300</v></c></row>' * 3,
        "a text that is not there": b'<row><c r="A1" t="s"><v>99999999999</v></c></row>' * 3,
        "a claim of 16,384 columns and 1,048,576 rows": (
            b'</sheetData><dimension ref="A1:XFD1048576"/><sheetData>'
            b'<row><c r="A1"><v>1</v></c></row>'
        ),
        "a claim that ends before it begins": (
            b'</sheetData><dimension ref="B9:A1"/><sheetData><row><c r="A1"><v>1</v></c></row>'
        ),
    }


for _name, _rows in _build_far_cells().items():
    register(f"xlsx: {_name}")(lambda rows=_rows: build_workbook(rows))


@register("xlsx: a text of 10 MB in 10,000 cells")
def _():
    cells = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(10_000))
    text = np.random.default_rng(0).bytes(5_000_000).hex().encode()
    return build_workbook(cells, b"<sst><si><t>" + text + b"</t></si></sst>")


@register("xlsx: a text of 10 MB in 10,000 cells, spelled otherwise")
def _():
    cells = b"".join(b'<row><x:c\nt = "s"><x:v> 0</x:v></x:c></row>' for _ in range(10_000))
    text = np.random.default_rng(0).bytes(5_000_000).hex().encode()
    return build_workbook(cells, b"<sst><si><t>" + text + b"</t></si></sst>")


@register("xlsx: a bomb of texts")
def _():
    return build_workbook(b"", b"<sst>" + b"<si><t>a</t></si>" * 5_000_000 + b"</sst>")


@register("xlsx: a sheet of 500 MB of spaces")
def _():
    return build_workbook(b" " * 500_000_000)


@register("xlsx: entities in entities")
def _():
    entities = b"".join(
        b'<!ENTITY e%d "%s">' % (i, b"&e%d;" % (i - 1) * 10 if i else b"lol") for i in range(12)
    )
    return build_workbook(b"", b"<!DOCTYPE x [" + entities + b"]><sst><si><t>&e11;</t></si></sst>")


@register("xlsx: an external entity in a cell")
def _():
    parts = build_parts(b'<row><c t="str"><v>&file;</v></c></row>' * 3)
    entity = b'<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/hostname">]>'
    return write_zip(parts | {SHEET: entity + parts[SHEET]})


@register("xlsx: tags in tags, a million deep")
def _():
    return build_workbook(b"<row>" * 1_000_000)


@register("xlsx: a sheet in another folder")
def _():
    return write_zip(build_parts(CORNERS, target="other/a.xml"))


@register("xlsx: a sheet whose name has other capitals")
def _():
    parts = build_parts(CORNERS)
    return write_zip({path.replace("worksheets/a", "WorkSheets/A"): parts[path] for path in parts})


@register("xlsx: a sheet twice, once harmless")
def _():
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")
        for path, content in [
            *build_parts(CORNERS).items(),
            *build_parts(b"<row><c><v>1</v></c></row>" * 3).items(),
        ]:
            archive.writestr(path, content)
    return out.getvalue()


@register("xlsx: a sheet that is a workbook bomb")
def _():
    inner = build_workbook(b"<row><c><v>1</v></c></row>" * 300_000)
    return write_zip(build_parts(b"") | {SHEET: inner})


@register("xlsx: 100,000 sheets")
def _():
    sheets = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="r1"/>' % (i, i + 1) for i in range(100_000)
    )
    parts = build_parts(b"<row><c><v>1</v></c></row>" * 3)
    workbook = parts["xl/workbook.xml"]
    begin, end = workbook.index(b"<sheet "), workbook.index(b"</sheets>")
    return write_zip(parts | {"xl/workbook.xml": workbook[:begin] + sheets + workbook[end:]})


@register("xlsx: an OpenDocument bomb behind a broken workbook")
def _():
    content = (
        '<office:document-content><office:body><office:spreadsheet><table:table table:name="a">'
        '<table:table-row table:number-rows-repeated="1000000">'
        '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" '
        'office:value="1"/></table:table-row></table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return write_zip(
        {
            "xl/workbook.xml": b"<workbook",
            "_rels/.rels": b"<Relationships",
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": b"<manifest/>",
            "content.xml": content.encode(),
        }
    )
