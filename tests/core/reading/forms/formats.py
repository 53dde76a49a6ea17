"""Formats of files, each with the same kind of data: steps of presses with a label."""

import gzip
import io
import json

import numpy as np
import openpyxl
import pyarrow as pa
import pyarrow.feather

from tests.support.files import make_zip

from .expected import Case
from .tables import measure, write_csv

LENGTHS = (4, 3, 5, 2)
LABELS = ["正常", "磨损", "正常", "磨损"]
HEADER = ["press_id", "t", "kN", "label"]
ROWS = [
    [f"press {i}", t, measure(i, t), LABELS[i]]
    for i, steps in enumerate(LENGTHS)
    for t in range(steps)
]
TEXT = write_csv(HEADER, ROWS)
FIRST = [measure(0, t) for t in range(4)]
LONG = {
    "id": "press_id",
    "time": "t",
    "target": "label",
    "features": ("kN",),
    "lengths": LENGTHS,
    "first": FIRST,
    "targets": LABELS,
}
LISTS = {
    "layout": "list",
    "id": "press_id",
    "target": "label",
    "features": ("kN",),
    "lengths": LENGTHS,
    "first": FIRST,
    "targets": LABELS,
}
RECORDS = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
NESTED = [
    {"press_id": f"press {i}", "kN": [measure(i, t) for t in range(steps)], "label": LABELS[i]}
    for i, steps in enumerate(LENGTHS)
]
PADDED = np.array(
    [[measure(i, t) if t < steps else np.nan for t in range(5)] for i, steps in enumerate(LENGTHS)]
)
NUMBERS = np.array([0, 1, 0, 1])
ROWWISE = {"lengths": LENGTHS, "first": FIRST}


def _write_lines(records):
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def _write_workbook(**sheets):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


TITLES = [["压力机试验 2025"], ["Werk Süd", None, "Charge 7"], []]
ABOUT = [["Versuchsplan"], ["erstellt von"], ["M. Weber"]]


def _write_npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def _write_npz(**arrays):
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


def _write_feather():
    out = io.BytesIO()
    pa.feather.write_feather(
        pa.table(dict(zip(HEADER, map(list, zip(*ROWS, strict=True)), strict=True))), out
    )
    return out.getvalue()


ARFF = """% presses
@RELATION presses
@ATTRIBUTE x1 NUMERIC
@ATTRIBUTE x2 REAL
@ATTRIBUTE x3 numeric
@ATTRIBUTE class {worn,good}
@DATA
20.5,1,3,good
21.5,2,?,worn
22,3,4,good
"""
TS = """@problemName Presses
@timeStamps false
@univariate true
@equalLength false
@classLabel true worn good
@data
1.5,2,3:good
4,5:worn
6:good
"""


def _open_files(**contents):
    """Return a function that opens named files."""

    def open_all():
        opened = []
        for name, content in contents.items():
            file = io.BytesIO(content.encode() if isinstance(content, str) else content)
            file.name = name.replace("__", ".")
            opened.append(file)
        return opened

    return open_all


def _write_ucr(rows):
    return "".join(
        "\t".join(
            [str(i % 2), *(f"{np.sin(i + t):.5f}" for t in range(14 - i % 3))] + ["NaN"] * (i % 3)
        )
        + "\n"
        for i in range(rows)
    )


def _write_press(i):
    return write_csv("t,kN", [[t, measure(i, t)] for t in range(LENGTHS[i])])


CASES = [
    Case(
        "a sheet with titles above its header",
        _write_workbook(Messung=[*TITLES, HEADER, *ROWS]),
        **LONG,
    ),
    Case(
        "a workbook whose second sheet is chosen",
        _write_workbook(Info=ABOUT, Messung=[HEADER, *ROWS]),
        **LONG,
        options={"sheet": "Messung"},
    ),
    Case(
        "the first sheet with a table",
        _write_workbook(Leer=[], Messung=[HEADER, *ROWS], Info=ABOUT),
        **LONG,
        warnings=("others are not read",),
    ),
    Case("JSON Lines", _write_lines(RECORDS), **LONG),
    Case("a JSON array of objects", json.dumps(RECORDS), **LONG),
    Case("JSON with lists", _write_lines(NESTED), **LISTS),
    Case("an indented JSON array with lists", json.dumps(NESTED, indent=2), **LISTS),
    Case(
        "JSON with objects in objects",
        _write_lines(
            [
                {
                    "press_id": r["press_id"],
                    "t": r["t"],
                    "sensor": {"kN": r["kN"]},
                    "label": r["label"],
                }
                for r in RECORDS
            ]
        ),
        **(LONG | {"features": ("sensor.kN",)}),
    ),
    Case("an array of NumPy, padded with NaN", _write_npy(PADDED), layout="list", **ROWWISE),
    Case("an array of three axes", _write_npy(PADDED[:, :, None]), layout="list", **ROWWISE),
    Case(
        "near miss: an array without NaN is not padded",
        _write_npy(np.nan_to_num(PADDED) + 1),
        layout="list",
        lengths=(5,) * 4,
        first=[value + 1 for value in FIRST],
        warnings=("each row of the array",),
    ),
    Case(
        "named arrays",
        _write_npz(X=PADDED, y=NUMBERS),
        layout="list",
        **ROWWISE,
        target="y",
        targets=[0, 1, 0, 1],
        kind="whole",
    ),
    Case(
        "named arrays with lengths",
        _write_npz(x=np.nan_to_num(PADDED), lengths=np.array(LENGTHS), labels=NUMBERS),
        layout="list",
        **ROWWISE,
        target="labels",
        targets=[0, 1, 0, 1],
    ),
    Case(
        "numeric ARFF",
        ARFF,
        layout="wide",
        target="class",
        features=("x1", "x2", "x3"),
        lengths=(3, 3, 3),
        first=[20.5, 1, 3],
        targets=["good", "worn", "good"],
    ),
    Case("Feather", _write_feather(), **LONG),
    Case(
        "a .ts file with class names",
        TS,
        layout="list",
        lengths=(3, 2, 1),
        first=[1.5, 2, 3],
        target="class",
        targets=["good", "worn", "good"],
    ),
    Case("gzip", gzip.compress(TEXT.encode()), **LONG),
    Case("separated by |", TEXT.replace(",", "|"), **LONG),
    Case("a first line sep=;", "sep=;\n" + TEXT.replace(",", ";"), **LONG, header=2),
    Case("line ends of old Macs", TEXT.replace("\n", "\r").encode(), **LONG),
    Case("GBK", TEXT.encode("gb18030"), **LONG),
    Case("UTF-16", TEXT.encode("utf-16"), **LONG),
    Case("near miss: a | inside words", TEXT.replace("press ", "press|"), **LONG),
    Case(
        "near miss: a label called sep=;",
        TEXT.replace("正常", "sep=;"),
        **(LONG | {"targets": ["sep=;", "磨损", "sep=;", "磨损"]}),
    ),
    Case(
        "training and test files of the UCR archive",
        _open_files(Presses_TRAIN__tsv=_write_ucr(8), Presses_TEST__tsv=_write_ucr(6)),
        layout="wide",
        target="1",
        split="split",
        lengths=(14, 13, 12, 14, 13, 12, 14, 13, 14, 13, 12, 14, 13, 12),
        targets=[0, 1, 0],
        splits=("train",) * 8 + ("test",) * 6,
    ),
    Case(
        "one sequence per file",
        _open_files(**{f"press{i}__csv": _write_press(i) for i in range(4)}),
        id="file",
        time="t",
        features=("kN",),
        lengths=LENGTHS,
        first=FIRST,
    ),
    Case(
        "a folder per class",
        make_zip({f"{['ok', 'worn'][i % 2]}/press{i}.csv": _write_press(i) for i in range(4)}),
        id="file",
        time="t",
        target="folder",
        features=("kN",),
        lengths=(4, 5, 3, 2),
        first=FIRST,
        targets=["ok", "ok", "worn", "worn"],
    ),
    Case(
        "near miss: names with train inside are sequences",
        _open_files(
            **{
                f"{name}__csv": _write_press(i)
                for i, name in enumerate(["trainer", "contest", "training_hall", "tested"])
            }
        ),
        id="file",
        time="t",
        features=("kN",),
        lengths=LENGTHS,
        first=FIRST,
    ),
]
