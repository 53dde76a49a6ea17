"""Whatever bytes come, they are read or refused with a DataError, in bounded time."""

import contextlib
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import DataError, read_sequences
from tests.core.reading.test_formats import LISTS, LONG, TS, archive, gzip, parquet

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = [
    *(
        (SAMPLES / f"three_{form}.csv").read_bytes()
        for form in ("rows", "list_in_cell", "long", "wide")
    ),
    b"id;v\na;1,5\na;2,25\n# end\n",
    b"[[1], [2, 5], [3, 9, 9, 4, 8]]",
    b"s,y\n1 2 5,2\n3;4,4\n1,5\n",
    b's,y\n"(1, 2)",3\n"[(4, nan)]",5\n[6 7],8\n',
    b"id,x_1,x_2,y_1,y_2,label\na,1,2,3,4,u\nb,5,,6,,v\n",
    LONG.encode("utf-16"),
    "病人,时间,值\n张三,0,1\n张三,1,2\n".encode("gb18030"),
    TS.encode(),
    gzip.compress(LONG.encode()),
    archive({"steps.csv": "id,v\na,1\na,2\nb,3\n", "about.csv": "id,label\nb,up\na,down\n"}),
    archive({"a.csv": "v\n1\n", "x/b.csv": "v\n2\n5\n", "y.csv": "file,y\na,1\nb,2\n"}),
]
PARQUET = parquet(id=list("abc"), value=LISTS, target=[2, 4, 6])
SPICE = [
    b"\0",
    b"\n",
    b'"',
    b",",
    b";",
    b"[",
    b"]",
    b"@",
    b"#",
    b"1e400",
    b"\xff\xfe",
    b"?",
    b"nan",
]

edits = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 8), st.sampled_from(SPICE) | st.binary(max_size=4)),
    min_size=1,
    max_size=4,
)


def mutated(data: bytes, changes) -> bytes:
    """At each place, some bytes taken out and others put in."""
    for place, taken, put in changes:
        where = int(place * len(data))
        data = data[:where] + put + data[where + taken :]
    return data


@settings(max_examples=2_000, derandomize=True)
@given(st.sampled_from(FILES), edits)
def test_a_file_with_mistakes_is_read_or_refused_but_never_crashes(file, changes):
    with contextlib.suppress(DataError):
        data = read_sequences(io.BytesIO(mutated(file, changes)))
        assert len(data) >= 1


LINES = {
    "a line of 5 MB": (b"x" * 5_000_000, "no row of values follows"),
    "a million columns": (b",".join([b"w"] * 1_000_000) + b"\n" + b"," * 999_999, "1000000 cells"),
    "brackets alone": (b"[" * 2_000_000, "brackets do not match"),
    "a long number with a mistake": (b"id,v\na,1\na," + b"1" * 300_000 + b"x\n", "not a number"),
    "a long list of spaces with a mistake": (
        b"s,y\n" + b"11 " * 100_000 + b"x,1\n" + b"1 2,2\n" * 3,
        "No column is left",
    ),
    "quotes alone": (b'"' * 2_000_001, "Row 1 has"),
}


@pytest.mark.parametrize(("data", "says"), LINES.values(), ids=LINES)
def test_one_enormous_line_is_refused(data, says):
    with pytest.raises(DataError, match=says):
        read_sequences(io.BytesIO(data))


def test_enormous_names_of_columns_are_names():
    names = [b"_" * 200_000 + end for end in (b"x1", b"x2", b"y1", b"y2")]
    assert read_sequences(io.BytesIO(b",".join(names) + b"\n1,2,3,4\n"))[0].tolist() == [
        [1, 3],
        [2, 4],
    ]


@pytest.mark.parametrize("mark", [b",", b" ", b"\t"])
def test_one_enormous_line_of_numbers_is_a_sequence(mark):
    assert read_sequences(io.BytesIO(mark.join([b"1.5"] * 500_000))).lengths.tolist() == [500_000]


@settings(max_examples=50, derandomize=True)
@given(edits)
def test_a_parquet_file_with_mistakes_is_read_or_refused_and_ends_nobody(changes):
    with contextlib.suppress(DataError):
        assert len(read_sequences(io.BytesIO(mutated(PARQUET, changes)))) >= 1
