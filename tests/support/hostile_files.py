"""Files with mistakes in them, read in ways that nobody chose with care, and what must be true of
what comes out. For the tests here, and for ``python -m benchmarks soak``."""

import gzip
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from core import DataError, Sequences
from core.data.missing import MISSING_POLICIES
from core.data.schema import DUPLICATES, LAYOUTS
from core.reading import (
    Choices,
    Report,
    Table,
    open_table,
    read_table,
    read_with_choices,
    read_with_schema,
)
from tests.support.files import LISTS, LONG, TS, build_parquet, make_zip

SAMPLES = Path(__file__).parents[2] / "samples"
FILES = [
    *(
        (SAMPLES / f"three_{form}.csv").read_bytes()
        for form in ("rows", "list_in_cell", "long", "wide")
    ),
    b"id;v\na;1,5\na;2,25\n# end\n",
    b"[[1], [2, 5], [3, 9, 9, 4, 8]]",
    b"s,y\n1 2 5,2\n3;4,4\n1,5\n",
    b's,y\n"(1, 2)",3\n"[(4, nan)]",5\n[6 7],8\n',
    b's,y\n"[1, 2]","[0, 1]"\n[3],[1]\n"[4, 5, 6]","[up, down, up]"\n',
    b"id,x_1,x_2,y_1,y_2,label\na,1,2,3,4,u\nb,5,,6,,v\n",
    b"id,t,v,kind,ok,y\na,0,1,red,yes,2\na,1,,blue,no,2\nb,0,3,red,yes,4\nb,0,4,,no,4\nb,7,5,,,4\n",
    b"id,when,v,y\na,2026-01-02,1,0\na,2026-01-01,2,1\nb,2026-01-01T12Z,3,0\n b,2027-01-01,4,1\n",
    b"id,t,v,y,split\na,0,1,0,train\na,1,2,1,train\na,2,3,1,train\nb,0,1,0,test\nb,1,2,0,test\n",
    LONG.encode("utf-16"),
    "病人,时间,值\n张三,0,1\n张三,1,2\n".encode("gb18030"),
    TS.encode(),
    gzip.compress(LONG.encode()),
    make_zip({"steps.csv": "id,v\na,1\na,2\nb,3\n", "about.csv": "id,label\nb,up\na,down\n"}),
    make_zip({"a.csv": "v\n1\n", "x/b.csv": "v\n2\n5\n", "y.csv": "file,y\na,1\nb,2\n"}),
]
PARQUET = build_parquet(id=list("abc"), value=LISTS, target=[2, 4, 6])
SPICE = [
    *(b"\0", b"\n", b'"', b",", b";", b"[", b"]", b"@", b"#", b"?", b"=", b" ", b"-"),
    *(b"1e400", b"\xff\xfe", b"nan", b"inf", b"\r", b"\t", b"0", b"id,", b"9" * 40),
]

edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(SPICE) | st.binary(max_size=4)),
    max_size=4,
)
# What a visitor may choose; the columns are numbers, taken modulo those there are.
_column = st.none() | st.integers(0, 7)
choices = st.fixed_dictionaries(
    {
        "layout": st.sampled_from(["auto"] * 4 + [*LAYOUTS]),
        "columns": st.dictionaries(
            st.sampled_from(["id", "time", "target", "split", "group", "steps_after"]),
            _column,
            max_size=2,
        ),
        "target_at": st.sampled_from([None, None, "sequence", "step", "end"]),
        "missing": st.sampled_from(MISSING_POLICIES),
        "duplicates": st.sampled_from(DUPLICATES),
        "dayfirst": st.sampled_from([None, None, True, False]),
        "padding": st.sampled_from([None, None, 0.0, -1.0]),
        "remaining_steps": st.sampled_from([None, None, None, 2]),
        "elapsed": st.booleans(),
        "cut": st.sampled_from([("", 0, 0)] * 3 + [("windows", 2, 1), ("prefixes", 1, 2)]),
    }
)


@dataclass(frozen=True)
class Hostile:
    """A file, and how somebody has it read."""

    data: bytes
    chosen: dict[str, object]


hostiles = st.builds(
    lambda file, changes, chosen: Hostile(mutated(file, changes), chosen),
    st.sampled_from(FILES),
    edits,
    choices,
)


def mutated(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """At each place, some bytes taken out and others put in."""
    for place, taken, put in changes:
        where = int(place * len(data))
        data = data[:where] + put + data[where + taken :]
    return data


def read(hostile: Hostile) -> bool:
    """Read it, and check what comes out; False when it was refused, as it may be."""
    try:
        table = open_table(io.BytesIO(hostile.data))
        data, report = read_with_choices(table, _list_choices(table, hostile.chosen))
    except DataError as error:
        _check_error(error)
        return False
    _check(table, data, report)
    try:
        again, _ = read_with_schema(table, data.schema)
        # Without names of columns, the model tells whether its features are there.
        assert again.features == data.features or not table.header
    except DataError as error:  # such as a target that is a feature, too, when nothing is chosen
        _check_error(error)
    return True


def _list_choices(table: Table, chosen: dict[str, object]) -> Choices:
    """List what a visitor chose, as ``read_sequences`` takes it, by the names of the columns."""
    named = {
        role: "" if column is None else table.names[column % len(table.names)]
        for role, column in chosen["columns"].items()
    }
    cut, steps, every = chosen["cut"]
    kept = {name: value for name, value in chosen.items() if name not in ("columns", "cut")}
    return Choices(**kept, **named, cut=cut, cut_steps=steps, cut_every=every)


def _check(table: Table, data: Sequences, report: Report) -> None:
    assert len(data) >= 1
    assert data.lengths.min() >= 1
    assert data.lengths.sum() == len(data.values)
    assert np.isfinite(data.values).all() or data.missing in ("forward", "mean")
    assert not np.isinf(data.values).any()
    assert len(set(data.ids)) == len(data)
    assert report.rows == len(table) == report.used + sum(report.dropped.values())
    rows = {str(table.get_line(index)) for index in range(len(table))}
    for problem in report.problems:
        assert str(problem.row) in rows
        assert problem.message.values
    same, _ = read_table(table, data.schema)
    assert same == data


def _check_error(error: DataError) -> None:
    assert str(error) == error.template.format(**error.values)
    if error.report is not None:
        assert error.report.problems
