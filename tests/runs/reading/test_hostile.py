"""Hostile files, read like the server reads them.

A sample of ``python -m benchmarks hostile``, and the fuzzed files of ``tests.core.reading``.
"""

import contextlib

import pytest
from hypothesis import given, settings

from benchmarks.hostile.files import FILES
from core import DataError
from core.errors import UnpaddedError
from runs.reading import reading_jobs
from runs.reading.guard import Guard
from tests.support import strange_jobs
from tests.support.hostile_files import PARQUET, edits, hostiles, mutated

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case

STEPS = 6_000_000
QUICK_TO_MAKE = (
    "csv: a header of one name of 30 MB of digits",
    "csv: one cell of 30 MB of spaces and brackets",
    "csv: mistakes that are a megabyte each",
    "csv: ids of 20 kB",
    "lists: nested a million deep",
    "ts: 100,000 dimensions",
    "ts: 8 MB of dimensions in two lines",
    "parquet: three dictionaries of one long word",
    "parquet: lists in lists, 200 deep",
    "xlsx: two cells in opposite corners",
    "xlsx: two cells in opposite corners, in other quotes and after spaces",
    "xlsx: a text of 10 MB in 10,000 cells",
    "xlsx: entities in entities",
    "xlsx: cells without a position in 100,000 rows and 16,000 columns",
    "xlsx: a sheet of 500 MB of spaces",
    "xlsx: 100,000 sheets",
    "json: objects in objects, a million deep",
    "json: another name in each of 200,000 objects",
    "npy: a shape of 8 exabytes",
    "npz: a bomb of zeros",
    "npz: 100,000 arrays",
    "json: a million names in an object",
    "arff: a million attributes",
    "arrow: a buffer that says it unpacks to an exabyte",
    "gzip: a million empty members",
    "gzip: in gzip in gzip in gzip",
)


@pytest.fixture(scope="module")
def guard():
    new_guard = Guard()
    yield new_guard
    new_guard.close()


@pytest.mark.parametrize("name", QUICK_TO_MAKE)
def test_a_hostile_file_gives_a_short_error(guard, name):
    content = FILES[name]()
    try:
        result = guard.call("somebody", "192.0.2.7", reading_jobs.open_file, content, STEPS, {})
        if isinstance(result, reading_jobs.Opened):  # its mistakes are findings
            texts = [str(finding.message) for finding in result.findings]
            texts += [problem.found for problem in result.report.problems]
            assert max(map(len, texts)) < 450
            return
        error = result.error
    except UnpaddedError as refused:
        error = refused
    assert len(str(error)) < 450
    assert "Traceback" not in str(error)


@settings(max_examples=300, derandomize=True)
@given(hostile=hostiles)
def test_a_file_with_mistakes_is_read_or_refused_and_its_reader_lives(guard, hostile):
    before = guard.call("somebody", "192.0.2.7", strange_jobs.process, b"")
    guard.call("somebody", "192.0.2.7", strange_jobs.read, hostile.data, hostile.chosen)
    result = guard.call("somebody", "192.0.2.7", reading_jobs.open_file, hostile.data, STEPS, {})
    if isinstance(result, reading_jobs.Opened):
        assert len(result.sequences()) >= 1
    else:
        assert str(result.error)
    assert guard.call("somebody", "192.0.2.7", strange_jobs.process, b"") == before


@settings(max_examples=100, derandomize=True)
@given(changes=edits)
def test_a_parquet_file_with_mistakes_ends_at_most_the_process_that_reads_it(guard, changes):
    content = mutated(PARQUET, changes)
    with contextlib.suppress(DataError):
        result = guard.call("somebody", "192.0.2.7", reading_jobs.open_file, content, STEPS, {})
        assert isinstance(result, reading_jobs.Opened | reading_jobs.Refused)
    assert guard.call("somebody", "192.0.2.7", strange_jobs.process, b"")
