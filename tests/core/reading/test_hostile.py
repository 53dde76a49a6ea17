"""Any bytes are read, or refused with a ``DataError``, in bounded time."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.hostile.arrays import HEADERS, build_npy
from benchmarks.hostile.files import FILES
from core import DataError, read_sequences
from tests.support.hostile_files import PARQUET, edits, hostiles, mutated, read
from tests.support.hostile_formats import FORMATS, hostile_files


@pytest.mark.slow
@settings(max_examples=2_000, derandomize=True)
@given(hostiles)
def test_a_file_with_mistakes_is_read_or_refused_but_never_crashes(hostile):
    read(hostile)


LINES = {
    "a line of 5 MB": (b"x" * 5_000_000, "no row of values follows"),
    "a million columns": (
        b",".join([b"w"] * 1_000_000) + b"\n" + b"," * 999_999,
        "1,000,000 columns",
    ),
    "brackets alone": (b"[" * 2_000_000, "brackets do not match"),
    "a long list of spaces with a mistake": (
        b"s,y\n" + b"11 " * 100_000 + b"x,1\n" + b"1 2,2\n" * 3,
        "No numeric column is left",
    ),
    "spaces behind cells between spaces": (
        b"a b c d\n" + b"1 2 3 4\n" * 9_000 + b"1 2 3" + b" " * 1_000_000 + b"x\n",
        "does not show which rows belong",
    ),
    "a long line of ASCII in Latin-1": (b"b" * 1_000_000 + b"\n\xe9t\xe9\n", "."),
    "names of 171 million characters": (
        b",".join((b"%d" % i).ljust(9_000, b"n") for i in range(1_000)) + b"\n" + b"1," * 999,
        "The column names have 9,000,000 characters",
    ),
    "quotes alone": (b'"' * 2_000_001, "Row 1: "),
}


@pytest.mark.slow
@pytest.mark.parametrize(("data", "says"), LINES.values(), ids=LINES)
def test_one_enormous_line_is_refused(data, says):
    with pytest.raises(DataError, match=says):
        read_sequences(io.BytesIO(data))


def test_a_long_number_with_a_mistake_is_a_missing_value():
    content = b"id,v\na,1\na," + b"1" * 300_000 + b"x\n"
    with pytest.raises(DataError, match="not a number"):
        read_sequences(io.BytesIO(content), missing="refuse")
    data = read_sequences(io.BytesIO(content))
    assert np.isnan(data.values).ravel().tolist() == [False, True]
    assert len(str(data.report)) < 2_000


def test_enormous_column_names_are_accepted():
    names = [b"_" * 200_000 + end for end in (b"x1", b"x2", b"y1", b"y2")]
    assert read_sequences(io.BytesIO(b",".join(names) + b"\n1,2,3,4\n"))[0].tolist() == [
        [1, 3],
        [2, 4],
    ]


@pytest.mark.slow
@pytest.mark.parametrize("mark", [b",", b" ", b"\t"])
def test_one_enormous_line_of_numbers_is_a_sequence(mark):
    assert read_sequences(io.BytesIO(mark.join([b"1.5"] * 500_000))).lengths.tolist() == [500_000]


@settings(max_examples=50, derandomize=True)
@given(edits)
def test_a_parquet_file_with_mistakes_is_read_or_refused_but_never_crashes(changes):
    with contextlib.suppress(DataError):
        assert len(read_sequences(io.BytesIO(mutated(PARQUET, changes)))) >= 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_of_any_format_with_mistakes_is_read_or_refused(name):
    @settings(max_examples=60, derandomize=True, deadline=5_000)
    @given(hostile_files(name))
    def check(data):
        with contextlib.suppress(DataError):
            assert len(read_sequences(io.BytesIO(data), missing="forward")) >= 1

    check()


@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_an_array_with_a_hostile_header_is_read_or_refused(header):
    with contextlib.suppress(DataError):
        assert len(read_sequences(io.BytesIO(build_npy(**header)))) == 2  # those of Python 2


QUICK_TO_REFUSE = {
    "json: 300,000 names in an object, and the last of them twice": "two values called 'c299999'",
    "json: half of a character in names and values": "half of a character",
    "json: half of a character in lists": "half of a character",
    "json: lists in lists, 100,000 deep": "too deep",
    "json: a number of a million digits": "too long",
    "arff: a quote that is never closed": "cannot be read",
    "arrow: a buffer that says it unpacks to an exabyte": "larger than 1,024 MB",
    "npy: text that is no Unicode": "not Unicode",
    "npy: a header that is open": "is damaged",
    "npy: a shape of 1,000 axes": "has the shape",
    "npz: two arrays of one name": "the same name",
    "npz: objects among numbers": "contains Python objects",
    "xlsx: cells without a position in 100,000 rows and 16,000 columns": "column 16,000",
    "xlsx: a row of 20,001 cells without a position": "20,001 columns",
    "xlsx: a position behind many spaces": "column 16,384",
    "xlsx: a sheet in another folder": "is damaged",
    "xlsx: a sheet whose name has other capitals": "column 16,384",
    "xlsx: a sheet twice, once harmless": "is damaged",
    "xlsx: 100,000 sheets": "100,000 sheets",
    "xlsx: a text of 10 MB in 10,000 cells, spelled otherwise": "characters",
    "xlsx: an external entity in a cell": "is damaged",
    "xlsx: an OpenDocument bomb behind a broken workbook": "is damaged",
}


@pytest.mark.parametrize(("name", "says"), QUICK_TO_REFUSE.items(), ids=QUICK_TO_REFUSE)
def test_a_hostile_file_is_refused_without_reading_it(name, says):
    with pytest.raises(DataError, match=says):
        read_sequences(io.BytesIO(FILES[name]()))
