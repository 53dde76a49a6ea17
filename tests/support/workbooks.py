"""Excel workbooks, as bytes."""

import io

import openpyxl


def write_workbook(**sheets):
    """Write the rows of each sheet, under its name."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return save(workbook)


def save(workbook):
    """Return the bytes of a workbook."""
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
