"""What is said about the rows, cells and values of a table."""

from __future__ import annotations

import csv
import io
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from core import DataError, read_sequences
from core.reading import open_table, read_with_choices
from core.reading.table.report import MAX_LISTED
from tests.messages.case import Result, Texts, case

# Two cells that are no numbers, three rows without a role, an id with a space, a repeated time.
MESSY = """id,t,x,y,target,split
a,0,1,5,2,train
a,1,oops,6,2,train
a,2,,7,2,train
b,0,2,8,3,test
b ,1,?!,9,3,test
,0,3,4,3,train
c,0,3,4,5,holiday
c,1,,4,5,train
c,1,4,4,5,train
c,2,4,4,5,train
c,3,4,4,5,train
d,0,4,4,6,train
d,1,4,4,6,train
d,2,4,4,6,train
d,3,4,4,6,train
d,4,4,4,,train
"""


def get_row(text: str, cell: str) -> int:
    """Return the number, from 1, of the first line with a cell."""
    lines = enumerate(text.splitlines(), start=1)
    return next(number for number, line in lines if cell in next(csv.reader([line]), []))


def read(source: str | pd.DataFrame, **choices) -> list[str]:
    """List what the report of a reading says, and its problems."""
    table = open_table(io.StringIO(source) if isinstance(source, str) else source)
    data, report = read_with_choices(table, choices)
    findings = [str(finding.message) for finding in data.report]
    return findings + [str(problem.message) for problem in report.problems]


def refuse(source: str | pd.DataFrame, **choices) -> str:
    """Return why a table is refused."""
    with pytest.raises(DataError) as caught:
        read_sequences(io.StringIO(source) if isinstance(source, str) else source, **choices)
    return str(caught.value)


def list_cells(text: str, column: str) -> list[str]:
    """List the cells of a column below the header."""
    return [row[column] for row in csv.DictReader(io.StringIO(text))]


@cache
def read_messy() -> list[str]:
    return read(MESSY)


@case("Cells that are not numbers…")
def count_unreadable_cells() -> Result:
    wrong = [cell for cell in list_cells(MESSY, "x") if cell and not cell.isdigit()]
    return read_messy(), {"n": len(wrong), "row": get_row(MESSY, wrong[0])}


@case("Cells that are not numbers…")
def find_the_first_unreadable_cell_behind_a_full_list() -> Result:
    """More cells of the first column are wrong than are listed; the first one is in the second."""
    cells = ["1,bad"] + ["bad,1"] * (MAX_LISTED + 1) + ["1,1"] * (MAX_LISTED + 3)
    text = "id,x,z\n" + "".join(f"{n % 2},{pair}\n" for n, pair in enumerate(cells))
    wrong = [row for row, pair in enumerate(cells, start=2) if "bad" in pair]
    return read(text), {"n": len(wrong), "row": wrong[0], "column": "z"}


@case("Cells of `{name}` with the word “none”…")
def count_cells_that_may_be_a_category() -> Result:
    drugs = ["none", "a", "None ", "b", "", "a", "none", "b"]
    rows = [f"{n // 2},{n % 2},{drug},{n // 4}" for n, drug in enumerate(drugs)]
    wrong = [drug for drug in drugs if drug.strip().lower() == "none"]
    return read("\n".join(["id,t,drug,y", *rows])), {"n": len(wrong)}


@case("Rows left out because a role…")
def count_rows_without_a_role() -> Result:
    rows = list(csv.DictReader(io.StringIO(MESSY)))
    wrong = [
        number
        for number, row in enumerate(rows, start=2)
        if not row["id"] or row["split"] not in ("train", "test")
    ]
    return read_messy(), {"n": len(wrong), "row": wrong[0]}


@case("Ids that differ in spaces…")
def count_ids_with_spaces() -> Result:
    wrong = [cell for cell in list_cells(MESSY, "id") if cell != cell.strip()]
    return read_messy(), {"n": len(wrong), "row": get_row(MESSY, wrong[0])}


@case("Rows that repeat a time…")
def count_repeated_times() -> Result:
    keys = [tuple(line.split(",")[:2]) for line in MESSY.splitlines()]
    wrong = [number for number, key in enumerate(keys, start=1) if key in keys[: number - 1]]
    return read_messy(), {"n": len(wrong), "row": wrong[0]}


@case("Rows that take the target…")
def count_spread_targets() -> Result:
    wrong = [cell for cell in list_cells(MESSY, "target") if not cell]
    return read_messy(), {"n": len(wrong)}


GAPS = "id,t,x\n" + "".join(f"a,{t},1\n" for t in [*range(15), *range(17, 30), *range(33, 45)])


@case("Steps after a gap…")
def count_gaps() -> Result:
    times = np.array([*map(int, list_cells(GAPS, "t"))])
    steps = np.diff(times)
    after = times[1:][steps > np.median(steps)]
    return read(GAPS), {"n": len(after), "row": get_row(GAPS, str(after[0]))}


@case("Row {row}, column {column}: the gap…")
def measure_a_gap() -> Result:
    times = np.array([*map(int, list_cells(GAPS, "t"))])
    steps = np.diff(times)
    second = np.flatnonzero(steps > np.median(steps))[1]
    times_as_long = float(steps[second] / np.median(steps))
    return read(GAPS), {"row": get_row(GAPS, str(times[second + 1])), "times": times_as_long}


ABSENT = "id,x,y\na,1,2\na,,3\na,3,\nb,,\nb,4,5\nb,6,7\nc,,\n"


def count_absent() -> tuple[np.ndarray, np.ndarray]:
    """Return whether each value of ABSENT is missing, (steps, features)."""
    frame = pd.read_csv(io.StringIO(ABSENT))
    return frame[["x", "y"]].isna().to_numpy(), frame["id"].to_numpy()


@case("Missing values: {n} ({share:.1%}). Training fills them with the last…")
def count_missing_values_filled_forward() -> Result:
    absent, _ids = count_absent()
    return read(ABSENT), {"n": int(absent.sum()), "share": float(absent.mean())}


@case("Missing values: {n} ({share:.1%}). Training fills them with the mean…")
def count_missing_values_filled_with_the_mean() -> Result:
    absent, _ids = count_absent()
    return read(ABSENT, missing="mean"), {"n": int(absent.sum()), "share": float(absent.mean())}


@case("Steps with a missing value are left…")
def count_dropped_steps() -> Result:
    absent, _ids = count_absent()
    steps = absent.any(axis=1)
    return read(ABSENT, missing="drop"), {"n": int(steps.sum()), "share": float(steps.mean())}


@case("Sequences with a missing value in every step…")
def count_sequences_without_a_known_step() -> Result:
    absent, ids = count_absent()
    unknown = [id for id in np.unique(ids) if absent.any(axis=1)[ids == id].all()]
    return read(ABSENT, missing="drop"), {"n": len(unknown)}


WIDE = "id,x1,x2,x3\na,1,2,3\nb,4,5,\nc,6,,\nd,,,\ne,7,8,9\nf,1,1,1\n"


@case("Sequences without steps are left out…")
def count_empty_rows() -> Result:
    empty = [line for line in WIDE.splitlines() if line.endswith(",,,")]
    return read(WIDE), {"n": len(empty), "row": get_row(WIDE, empty[0][0])}


@case("Row {row} has no values in columns…")
def find_an_empty_row() -> Result:
    return read(WIDE), {"row": get_row(WIDE, "d")}


ENDS = "1,2,NaN\n3\n4,5,6,7,NaN,NaN\n8,9\n"


@case("Sequences whose end is marked by missing…")
def count_marked_ends() -> Result:
    return read(ENDS), {"n": sum(line.endswith("NaN") for line in ENDS.splitlines())}


# Per message: a table, its choices, and the cell that the message is about.
CELLS: dict[str, tuple[str, dict[str, object], str]] = {
    "Row {row}, column {column}: {found!r} is a formula…": (
        "id,t,v\na,0,1\n\na,1,=B2*2\n",
        {"missing": "refuse"},
        "=B2*2",
    ),
    "Row {row}, column {column}: {found!r} contains an empty…": (
        's,y\n"[1]",2\n\n"[]",3\n',
        {},
        "[]",
    ),
    "Row {row}, column {column}: the list has no value…": (
        's,y\n"[1]",2\n"[1,,2]",3\n',
        {"missing": "refuse"},
        "[1,,2]",
    ),
    "Row {row}, column {column}: {found!r} is not a list such…": (
        's,y\n"[1]",2\n"[1,2",3\n',
        {},
        "[1,2",
    ),
    "Row {row}, column {column}: {found!r} in the list is not a number…": (
        's,y\n"[1]",2\n"[1,x]",3\n',
        {"missing": "refuse"},
        "[1,x]",
    ),
    "Row {row}, column {column}: {found!r} in the list is infinite…": (
        's,y\n"[1]",2\n"[1,1e39]",3\n',
        {"missing": "refuse"},
        "[1,1e39]",
    ),
    "Row {row}, column {column}: a value is missing in the list…": (
        's,y\n"[1]",2\n"[1,null,2]",3\n',
        {"missing": "refuse"},
        "[1,null,2]",
    ),
    "Row {row}, column {column}: {found!r} is a list of lists…": (
        'v,y\n"[1]","[[3]]"\n"[1]","[[2]]"\n',
        {"target": "y", "features": ["v"]},
        "[[3]]",
    ),
    "Row {row}, column {column}: a target is missing in the list…": (
        's,y\n"[1,2]","[2,3]"\n"[1,5]","[null,3]"\n',
        {"target": "y"},
        "[null,3]",
    ),
    "Row {row}, column {column}: {found!r} is also the time…": (
        "id,t,x\na,0,1\na,1,2\nb,0,1\nb,0,7\nb,1,3\n",
        {},
        "7",
    ),
    "Row {row}, column {column}: {found!r} is not a number. Correct…": (
        "id,t,v\n\na,0,1\na,1,x9\n",
        {"missing": "refuse"},
        "x9",
    ),
    "Row {row}, column {column}: {found!r} is infinite or too large…": (
        "id,t,v\na,0,1\na,1,-inf\n",
        {"missing": "refuse"},
        "-inf",
    ),
    "Row {row}, column {column}: the value is missing ({found!r})…": (
        "id,t,v\na,0,1\na,1,NaN\na,2,3\n",
        {"missing": "refuse"},
        "NaN",
    ),
    "Row {row}, column {column}: the {role} is missing…": (
        "id,v,split\na,1,train\nb,77,\n",
        {},
        "77",
    ),
    "Row {row}, column {column}: cannot read {found!r} as a time…": (
        "id,t,v\na,0,1\na,1,2\na,later,2\n",
        {},
        "later",
    ),
    "Row {row}, column {column}: {found!r} is not part of a split…": (
        "id,v,split\na,1,train\nb,2,foo\n",
        {"split": "split"},
        "foo",
    ),
    "Row {row}, column {column}: {found!r} is not a number, unlike…": (
        "id,v,target\n" + "".join(f"{n},1,{n}.5\n" for n in range(9)) + "z,1,much\n",
        {},
        "much",
    ),
    "Row {row}, column {column}: the id {found!r} differs…": (
        "id,t,v\na,0,1\na,1,1\na ,2,3\n",
        {},
        "a ",
    ),
}


def build_cell_case(text: str, choices: dict[str, object], cell: str):
    def find_the_row() -> Result:
        try:
            texts: Texts = read(text, **choices)
        except DataError as error:
            texts = str(error)
        return texts, {"row": get_row(text, cell)}

    return find_the_row


for name, situation in CELLS.items():
    case(name)(build_cell_case(*situation))


@case("Row {row}, column {column}: the id {found!r} also occurs…")
def find_a_repeated_id() -> Result:
    text = "id,x1,x2,y\na,1,,2\nb,2,3,4\na,2,3,4\n"
    seen: list[str] = list_cells(text, "id")
    second = next(n for n, id in enumerate(seen) if id in seen[:n])
    return refuse(text), {"row": second + 2}


@case("Row {row}, column {column}: the number of values…")
def count_the_values_of_a_step() -> Result:
    text = 's,y\n"[[1,2],[3,4]]",3\n"[[1,2,3],[4,5]]",3\n'
    return refuse(text), {"row": 3, "features": len([1, 2, 3]), "expected": len([1, 2])}


@case("Row {row}, column {column}: the number of steps in…")
def compare_the_steps_of_two_lists() -> Result:
    text = 'a,b,y\n"[1,2]","[1,2]",3\n"[1,2,3]","[1]",3\n'
    return refuse(text), {"row": 3, "steps": len([1]), "expected": len([1, 2, 3])}


CHANGED = "id,t,v,target\na,0,1,2\na,1,1,2\nb,0,1,5\nb,1,1,5\nc,0,1,2\nc,1,5,3\n"


@case("Row {row}, column {column}: {found!r} differs…target per step, or choose another column.")
def find_a_target_that_changes() -> Result:
    cells = [line.split(",") for line in CHANGED.splitlines()]
    changed = [
        number
        for number, (before, row) in enumerate(pairwise(cells), start=2)
        if row[0] == before[0] and row[3] != before[3]
    ]
    return refuse(CHANGED, target_at="sequence"), {"row": changed[0], "first": changed[0] - 1}


@case("Row {row}, column {column}: {found!r} differs…same value, or choose another column.")
def find_a_group_that_changes() -> Result:
    text = "id,v,group\nz,1,g\na,1,g\na,2,g\na,2,h\n"
    return refuse(text), {"row": get_row(text, "h"), "first": get_row(text, "a")}


@case("Row {row}: the number of cells is…")
def count_the_cells_of_a_row() -> Result:
    lines = ["id,t,v,target", "a,0,1,2", "", "a,1,3"]
    numbers = {"row": len(lines), "cells": len("a13"), "expected": len(lines[0].split(","))}
    return refuse("\n".join(lines)), numbers


@case("Row {row} has the column names…")
def find_a_header_without_rows() -> Result:
    text = "\nid,t,v,target\n"
    return refuse(text), {"row": get_row(text, "id")}


@case("Row {row}: two columns are called…")
def find_two_columns_of_one_name() -> Result:
    text = "\n\nid,v,v\na,1,2\n"
    return refuse(text), {"row": get_row(text, "id")}


@case("Column {column} has {words} different words…")
def count_too_many_words() -> Result:
    words = [f"w{n}" for n in range(501)]
    text = "id,x,word\n" + "".join(f"{n % 3},{n},{word}\n" for n, word in enumerate(words))
    return refuse(text, id="id", features=["x", "word"]), {"words": len({*words}), "most": 500}


@case("`{name}` has {n} different words…")
def count_words() -> Result:
    colours = ["red", "blue", "", "red", "green", "blue", "red", "green"]
    text = "id,t,colour,x\n" + "".join(
        f"{'ab'[n % 2]},{n},{colour},{n}\n" for n, colour in enumerate(colours)
    )
    return read(text), {"n": len({*list_cells(text, "colour")} - {""})}


def repeat_columns(cell: str, number: int = 23) -> str:
    """Write a table with an id, a number, and many columns with the same cells."""
    names = [f"c{'abcdefghijklmnopqrstuvwxyz'[n]}" for n in range(number)]
    rows = [[id, str(step), *[cell.format(step % 2)] * number] for id in "ab" for step in range(4)]
    return "\n".join(map(",".join, [["id", "x", *names], *rows])) + "\n"


def count_names(texts: list[str], beginning: str) -> int:
    return sum(text.startswith("`") and beginning in text for text in texts)


@case("{n} more columns contain words…")
def count_more_columns_with_words() -> Result:
    texts = read(repeat_columns("w{}"))
    return texts, {"n": 23 - count_names(texts, "different words")}


@case("{n} more columns are not used")
def count_more_unused_columns() -> Result:
    texts = read(repeat_columns("w{}"), features=["x"])
    return texts, {"n": 23 - count_names(texts, "is not used")}


@case("{n} more columns are written…")
def count_more_columns_with_units() -> Result:
    texts = read(repeat_columns("{}.5 kg"))
    return texts, {"n": 23 - count_names(texts, "has numbers such as")}


@case("each cell of `{name}` has {n} numbers…")
def count_the_numbers_of_cells() -> Result:
    text = "s,y\n1 2 3 4 5,1\n2 3 4 5 6,2\n"
    return read(text), {"n": len(text.splitlines()[1].split(",")[0].split())}


@case("`{name}` has numbers such as {found}, which…")
def read_an_ambiguous_mark() -> Result:
    text = 'id,x\na,"1,234"\na,"5,678"\nb,"9,012"\n'
    return read(text), {"number": 1234}


@case("`{name}` has numbers such as {found}: read…")
def read_a_unit() -> Result:
    return read("id,x\na,5.5 kg\na,6 kg\nb,7 kg\n"), {"number": 5.5}


@case("numbers of `{name}` without {unit}…")
def count_numbers_without_a_unit() -> Result:
    """Most rows of this table are in no sample."""
    cells = ["5" if n % 7 == 3 else f"{n % 50} kg" for n in range(3000)]
    text = "id,x\n" + "".join(f"{n % 9},{cell}\n" for n, cell in enumerate(cells))
    return read(text), {"n": sum("kg" not in cell for cell in cells)}


@case("many rows end in {value:g}…")
def find_padding_of_rows() -> Result:
    rows = [[1, 2, 3, 4], [1, 2, -99, -99], [5, 6, 7, -99], [8, -99, -99, -99]]
    frame = pd.DataFrame(rows, columns=["x1", "x2", "x3", "x4"])
    ends = {row[-1] for row in rows if rows.count(row) == 1 and row[-1] < 0}
    return read(frame), {"value": float(ends.pop())}


@case("rows that repeat a `{time}` of the same…")
def count_rows_that_need_another_id() -> Result:
    lines = ["id,t,x,y"] + [f"{id},{t},{t},{id}" for id in "ab" for t in (0, 1, 0, 1, 0, 1)]
    keys = [tuple(line.split(",")[:2]) for line in lines[1:]]
    return read("\n".join(lines)), {"n": len(keys) - len({*keys})}


@case("groups in both the training set and another…")
def count_divided_groups() -> Result:
    text = "id,x,group,split\na,1,g,train\nb,2,g,test\nc,3,h,train\nd,4,k,train\ne,5,k,test\n"
    frame = pd.read_csv(io.StringIO(text))
    parts = {part: {*rows["group"]} for part, rows in frame.groupby("split")}
    return read(text), {"n": len(parts["train"] & parts["test"])}


@case("The columns of {feature!r} and {first!r} do not cover…")
def find_the_step_that_one_feature_lacks() -> Result:
    names = ["x_1", "x_2", "y_1", "y_2", "y_3"]
    text = f"id,{','.join(names)}\na,1,2,3,4,5\nb,1,2,3,4,5\n"
    return refuse(text, layout="wide", features=names), {"step": max({1, 2, 3} - {1, 2})}


@case("the columns count the steps of {n} features…")
def count_features_in_columns() -> Result:
    text = "id,x_1,x_2,y_1,y_2,z_1,z_2\na,1,2,3,4,5,6\nb,1,2,3,4,5,6\n"
    return read(text), {"n": len({name[0] for name in text.split("\n")[0].split(",")[1:]})}


@case("The sequences have {found:,} steps in total…")
def count_too_many_steps() -> Result:
    from core.reading import refuse_many_steps

    data = read_sequences(io.StringIO("1,2,3,4,5\n" * 201))
    with pytest.raises(DataError) as caught:
        refuse_many_steps(int(data.lengths.sum()), 1_000)
    return str(caught.value), {"found": 5 * 201, "most": 1_000}


@case("The file has about {found:,} steps…")
def estimate_too_many_steps() -> Result:
    text = "1,2,3,4,5\n" * 300
    with pytest.raises(DataError) as caught:
        open_table(io.StringIO(text), max_steps=1_000)
    return str(caught.value), {"found": text.count(",") + 300, "most": 1_000}


@case("The column names have {found:,} characters…")
def count_too_many_characters_of_names() -> Result:
    names = [letter * 2_000_000 for letter in "abc"]
    return refuse(",".join(names) + "\n1,2,3\n"), {"found": sum(map(len, names)), "most": 5_000_000}


@case("There are {columns:,} columns…")
def count_too_many_columns() -> Result:
    names = [f"c{n}" for n in range(20_001)]
    return refuse(",".join(names) + "\n" + ",".join(names)), {"columns": len(names), "most": 20_000}


# --- Remaining steps ---

LIVES = "id,t,v,life\na,0,1,4\na,1,2,4\nb,0,3,-2\nb,1,4,-2\n"


@case("the target of each step is the number of steps…")
def cap_the_remaining_steps() -> Result:
    data = read_sequences(io.StringIO(LIVES), remaining_steps=3, features=["v"])
    return [str(each) for each in data.report.findings], {"most": 3}


@case("the columns `{names}` count no steps…")
def count_columns_that_may_be_no_steps() -> Result:
    text = "who,age,heat,mass,y\na,30,36.5,60,0\nb,41,37.2,70,1\nc,52,36.9,80,1\n"
    data = read_sequences(io.StringIO(text))
    return [str(each) for each in data.report.findings], {"n": data.lengths.max()}
