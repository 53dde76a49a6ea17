"""``data.report``: what a reading found, in the app and from Python alike."""

import io
import pickle
import warnings

import numpy as np
import pytest

from core import LSTM, DataError, DataWarning, Recipe, Sequences, read_sequences, train
from core.data.read_report import Finding, ReadReport
from core.data.serialization import pack, unpack
from core.data.windowing import windows
from core.errors import Note
from core.reading.announcement import announce

DOUBTFUL = "who,t,x,y\na,1,2,0\na,2,,0\nb,1,3,1\nb,1,4,1\n"
CLEAR = "id,t,x,target\na,1,2,0\na,2,3,0\nb,1,3,1\nb,2,4,1\n"


def read(text, **options):
    return read_sequences(io.StringIO(text), **options)


def test_a_report_lists_what_was_found_with_its_place_and_remedies():
    with pytest.warns(DataWarning, match="3 warnings about this data: no column is called id"):
        report = read(DOUBTFUL, missing="mean").report
    assert [(finding.level, finding.code) for finding in report] == [
        ("warning", "assumed"),
        ("warning", "assumed"),
        ("warning", "duplicate"),
        ("info", "detected"),
        ("info", "missing"),
    ]
    missing = next(finding for finding in report if finding.code == "missing")
    assert (missing.column, missing.rows) == ("x", (3,))
    assert {"missing": "drop"} in missing.remedies
    assert (report.rows, report.used, report.left_out) == (4, 4, {})
    assert report.roles == {"id": ("who",), "time": ("t",), "target": ("y",), "features": ("x",)}
    assert "warning: no column is called id" in repr(report)


@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
def test_every_remedy_can_be_given_back():
    for finding in read(DOUBTFUL, missing="mean").report:
        for remedy in finding.remedies:
            assert len(read(DOUBTFUL, **remedy)) == 2


def test_rows_in_are_rows_used_and_rows_explained():
    report = read("id,t,x\na,1,2\na,2,\nb,1,3\n", missing="drop").report
    assert report.rows == 3 == report.used + sum(report.left_out.values())


def test_clear_data_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read(CLEAR).report.select("warning", "question") == ()


def test_a_report_is_kept_by_subsets_and_is_not_part_of_the_data():
    data = read(CLEAR)
    assert data[[0]].report is data.report
    assert windows(data, 1, 1).report is data.report
    assert pickle.loads(pickle.dumps(data)).report == data.report
    bare = data.with_report(ReadReport())
    assert (bare, bare.digest(), pack(bare)) == (data, data.digest(), pack(data))
    assert len(unpack(pack(data)).report) == 0


def test_data_that_was_not_read_has_an_empty_report():
    data = Sequences.from_lists([[1], [2, 5]])
    assert (len(data.report), list(data.report), data.report.rows) == (0, [], 0)


def test_a_question_is_an_error_if_reading_is_strict():
    question = Finding("question", "day-month", Note("{column} fits both", column="t"), "t")
    report = ReadReport((Finding("info", "detected", Note("long layout")), question))
    assert next(iter(report)) is question
    with pytest.warns(DataWarning, match="1 questions and 0 warnings"):
        announce(report, strict=False)
    with pytest.raises(DataError, match="t fits both"):
        announce(report, strict=True)


def test_new_data_is_read_like_the_data_of_a_model():
    model = train(read(CLEAR), Recipe(layers=LSTM(2), epochs=1))
    new = read_sequences(io.StringIO("x,t,id\n5,2,c\n4,1,c\n"), like=model)
    np.testing.assert_array_equal(new[0], [[4], [5]])
    assert new.report.used == 2
