"""Too many steps are refused before they are parsed; the maximum number is accepted."""

import gzip
import io

import numpy as np
import pyarrow as pa
import pytest

from core import DataError, read_sequences
from core.reading import detect_schema, open_table, refuse_many_steps
from core.reading.detection.step_count import HEAD_BYTES
from core.reading.formats import delimited
from core.reading.formats.binary import parquet
from core.reading.table.step_limits import ESTIMATE_TOLERANCE
from tests.support.files import build_parquet, make_zip

STEPS = 100_000
rng = np.random.default_rng(5)


def join_lines(rows) -> str:
    return "".join(f"{row}\n" for row in rows)


def build_long(features: int) -> str:
    header = ",".join(["id", "t", *(f"x{i}" for i in range(features))])
    cells = ",".join(["0.25"] * features)
    return join_lines([header, *(f"{i // 50},{i % 50},{cells}" for i in range(STEPS))])


def build_rows(cut) -> str:
    """Format all steps as sequences of about 20, each written by ``cut``."""
    values = np.char.mod("%.2f", rng.random(STEPS))
    at = np.sort(rng.choice(np.arange(1, STEPS), STEPS // 20, replace=False))
    return join_lines(map(cut, np.split(values, at)))


def build_wide() -> str:
    row = ",".join(["1.5"] * 20 + [""] * 5)
    header = ",".join(["id", *(f"x{i}" for i in range(25)), "target"])
    return join_lines([header, *(f"s{i},{row},{i % 2}" for i in range(STEPS // 20))])


TEXTS = {
    "long, one feature": build_long(1),
    "long, twelve features": build_long(12),
    "rows": build_rows(",".join),
    "rows and decimal commas": build_rows(lambda row: ";".join(row).replace(".", ",")),
    "wide": build_wide(),
    "list": "sequence,target\n" + build_rows(lambda row: f'"[{", ".join(row)}]",1'),
    "list of steps": "sequence,target\n"
    + build_rows(lambda row: '"[' + ", ".join(f"[{x}, 1, 2]" for x in row) + ']",1'),
    "pasted": build_rows(lambda row: f"[{', '.join(row)}]"),
    "ts": "@problemName a\n@classLabel true 0 1\n@data\n"
    + build_rows(lambda row: f"{','.join(row)}:1"),
}


@pytest.fixture
def forbid_parsing(monkeypatch):
    """Allow only the beginning of a text to be opened as a table."""
    whole = delimited.open_delimited

    def open_beginning(data: bytes, name: str = ""):
        assert len(data) <= HEAD_BYTES
        return whole(data, name)

    monkeypatch.setattr("core.reading.formats.open.open_delimited", open_beginning)
    monkeypatch.setattr("core.reading.formats.archive.open_per_file", None)


@pytest.mark.parametrize("name", TEXTS)
def test_too_many_steps_are_refused_before_they_are_parsed(name, forbid_parsing):
    assert len(TEXTS[name]) > HEAD_BYTES
    most = round(STEPS / ESTIMATE_TOLERANCE * 0.95)
    with pytest.raises(DataError, match=rf"about (100|9.),000 steps; the limit is {most:,}"):
        open_table(io.StringIO(TEXTS[name]), most)


@pytest.mark.parametrize("name", TEXTS)
def test_the_maximum_number_of_steps_is_accepted(name):
    assert len(open_table(io.StringIO(TEXTS[name]), STEPS)) > 0


def test_the_beginning_may_differ_from_the_rest():
    """Missing values at the beginning do not affect the count of later steps."""
    gaps = join_lines(f"{i // 50},{i % 50}{',' * 31}1" for i in range(5_000))
    full = join_lines(f"{i // 50},{i % 50}{',5' * 30},1" for i in range(5_000, 20_000))
    header = ",".join(["id", "t", *(f"x{i}" for i in range(31))]) + "\n"
    assert len(open_table(io.StringIO(header + gaps + full), 20_000)) == 20_000


def test_an_unreadable_beginning_is_left_to_the_reader():
    broken = "a,b,c\n" + join_lines("1,2,3" for _ in range(STEPS))  # which column is what?
    assert len(open_table(io.StringIO(broken), STEPS)) == STEPS
    with pytest.raises(DataError, match="about 100,000 steps"):
        open_table(io.StringIO(broken), STEPS // 2)


def test_compressed_text_is_counted_after_unpacking(forbid_parsing):
    packed = gzip.compress(TEXTS["long, one feature"].encode())
    files = {f"{i}.csv": "x,y\n" + join_lines(["1,2"] * 1_000) for i in range(100)}
    parts = {f"A_{part}.ts": TEXTS["ts"] for part in ("TRAIN", "TEST")}
    for content in (packed, make_zip(files), make_zip(parts)):
        with pytest.raises(DataError, match="about 100,000 steps"):
            open_table(io.BytesIO(content), STEPS // 2)


@pytest.mark.parametrize(
    "content",
    [
        build_parquet(id=np.arange(STEPS) // 50, x=np.ones(STEPS)),
        build_parquet(x=pa.array([[1.0] * 100] * (STEPS // 99))),
    ],
    ids=["rows", "lists"],
)
def test_steps_of_parquet_are_counted_before_unpacking(content, monkeypatch):
    assert len(open_table(io.BytesIO(content), STEPS + STEPS // 50)) > 0
    monkeypatch.setattr(parquet, "build_table", None)
    with pytest.raises(DataError, match="about 100,000 steps; the limit is 50,000"):
        open_table(io.BytesIO(content), STEPS // 2)


def test_read_steps_are_counted_exactly():
    data = read_sequences("samples/three_long.csv")
    refuse_many_steps(len(data.values), 8)
    with pytest.raises(DataError, match="8 steps in total; the limit is 7"):
        refuse_many_steps(len(data.values), 7)


def test_steps_are_not_limited_unless_a_limit_is_given():
    table = open_table(io.StringIO(TEXTS["rows"]))
    assert detect_schema(table).layout == "rows"
