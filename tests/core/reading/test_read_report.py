"""``data.report``: what a reading found, in the app and from Python alike."""

import io
import json
import pickle
import warnings

import numpy as np
import pytest

from core import LSTM, DataError, DataWarning, Recipe, Sequences, read_sequences, train
from core.data.choices import CHOICES_CHECK
from core.data.read_report import Finding, ReadReport
from core.data.serialization import pack, unpack
from core.data.windowing import windows
from core.errors import Note
from core.reading.announcement import announce
from tests.support.tables import TABLES

DOUBTFUL = "who,t,x,y\na,1,2,0\na,2,,0\nb,1,3,1\nb,1,4,1\n"
# A table per question, with the question of which it is an example.
QUESTIONS = {
    "missing": "id,x1,x2,x3,target\na,1,,3,0\nb,,2,,1\n",
    "incomplete": "id,t,x,target\na,1,2,0\na,,3,0\nb,1,3,1\nb,2,4,1\n,1,4,1\n",
    "empty": "id,x1,x2,target\na,1,2,0\nb,,,1\n",
    "single_steps": "id,t,x,target\na,1,2,0\nb,1,3,1\n",
    "day_order": "id,time,x,target\na,01/02/2024,2,0\na,02/03/2024,3,0\nb,01/02/2024,3,1\n",
    "padding": "id,x1,x2,x3,target\na,1,2,3,1\nb,1,2,0,2\nc,4,0,0,1\nd,1,1,2,2\n",
    "split": "id,t,x,fold,target\n"
    + "".join(f"{n},{t},{t},{n},{n % 2}\n" for n in range(4) for t in (0, 1)),
}
CLEAR = "id,t,x,target\na,1,2,0\na,2,3,0\nb,1,3,1\nb,2,4,1\n"


def read(text, **options):
    return read_sequences(io.StringIO(text), **options)


def test_a_report_lists_what_was_found_with_its_place_and_remedies():
    summary = "1 question and 2 warnings about this data: rows that repeat a `t`"
    with pytest.warns(DataWarning, match=summary):
        report = read(DOUBTFUL, missing="mean").report
    assert [(finding.level, finding.code) for finding in report] == [
        ("question", "id_columns"),
        ("warning", "duplicate"),
        ("warning", "missing"),
        ("info", "assumed_id"),
        ("info", "layout"),
        ("info", "role"),
        ("info", "role"),
    ]
    missing = next(finding for finding in report if finding.code == "missing")
    assert (missing.column, missing.rows) == ("x", (3,))
    assert missing.remedies == tuple(
        {"missing": treatment, "accept": ["missing"]} for treatment in ("mean", "forward", "drop")
    )
    duplicate = next(finding for finding in report if finding.code == "duplicate")
    assert (duplicate.column, duplicate.rows) == ("t", (5,))
    assert duplicate.remedies[0] == {"duplicates": "keep"}
    assert (report.rows, report.used, report.left_out) == (4, 4, {})
    assert report.roles == {"id": ("who",), "time": ("t",), "target": ("y",), "features": ("x",)}
    assert "info: no column is called id" in repr(report)


@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
@pytest.mark.parametrize("text", [DOUBTFUL, *QUESTIONS.values()])
def test_every_remedy_can_be_given_back_and_answers_its_question(text):
    whole = read(text)
    for finding in whole.report:
        for position, remedy in enumerate(finding.remedies):
            data = read(text, **CHOICES_CHECK(remedy, "the remedy"))
            if position == 0:
                assert data.with_report(ReadReport()) == whole.with_report(ReadReport())
            if finding.level == "question" and "accept" in remedy:
                assert finding.code not in [each.code for each in data.report.select("question")]


@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
@pytest.mark.parametrize(("code", "text"), QUESTIONS.items())
def test_an_accepted_question_is_only_stated(code, text):
    with pytest.raises(DataError):
        read(text, strict=True)
    data = read(text, strict=True, accept=[code])
    assert code in [finding.code for finding in data.report.select("info")]
    assert data == read(text)
    with pytest.raises(DataError):
        read(text, strict=True, accept=["another"])


@pytest.mark.parametrize(
    ("text", "level", "treatments"),
    [
        ("id,t,x\na,1,2\na,2,3\na,3,4\na,4,5\na,5,\n", "info", ("forward", "mean", "drop")),
        ("id,t,x\na,1,2\na,2,\na,3,4\n", "warning", ("forward", "mean", "drop")),
        ("id,x1,x2,x3\na,1,,3\nb,,2,\n", "question", ("forward", "mean", "drop")),
        ("id,t,x,y\na,1,2,\na,2,,3\n", "warning", ("forward", "mean")),
        ("id,x_1,x_2,y_1,y_2\na,1,,,2\nb,,3,4,\n", "question", ("forward", "mean")),
    ],
)
@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
def test_many_missing_values_are_a_question_and_dropping_all_steps_is_not_offered(
    text, level, treatments
):
    (finding,) = [each for each in read(text, target="").report if each.code == "missing"]
    assert finding.level == level
    assert tuple(remedy["missing"] for remedy in finding.remedies) == treatments
    if "drop" not in treatments:
        with pytest.raises(DataError, match="leaves nothing"):
            read(text, target="", missing="drop")


@pytest.mark.parametrize(
    ("text", "count", "share"),
    [
        ("id,t,x\na,1,2\na,2,\na,3,4\nb,1,5\n", 1, "25.0%"),
        ("id,x1,x2,x3\na,1,,3\nb,4,5,6\n", 1, "16.7%"),
        ('id,v\na,"[1, null, 3]"\nb,"[4, 5]"\n', 1, "20.0%"),
        ("1,,3\n4,5\n", 1, "20.0%"),
    ],
)
@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
def test_steps_that_are_dropped_are_counted_in_every_layout(text, count, share):
    data = read(text, missing="drop")
    (finding,) = [each for each in data.report if each.code == "missing"]
    assert finding.message == f"Steps with a missing value are left out: {count} ({share})"
    assert finding.remedies[0] == {"missing": "drop", "accept": ["missing"]}
    assert data.report.rows == data.report.used + sum(data.report.left_out.values())


REPORT = ReadReport(
    (
        Finding("info", "layout", Note("long layout")),
        Finding(
            "question",
            "decimal_mark",
            Note("`{name}` may be {number}", name="v", number=1.5),
            "v",
            (3, Note("{row} of {file}", row=4, file="b.csv")),
            ({"decimal": {"v": ","}}, {"decimal": {"v": "."}}),
            (("1,5 → 1.5",), ("1,5 → 15",)),
        ),
    ),
    rows=5,
    used=3,
    left_out={"incomplete": 2},
    roles={"id": ("id", "trial"), "features": ("v",)},
)


def test_a_report_round_trips_through_json():
    again = ReadReport.from_dict(json.loads(json.dumps(REPORT.to_dict())))
    assert again == REPORT
    assert [str(finding) for finding in again] == [str(finding) for finding in REPORT]
    assert str(again.findings[1].rows[1]) == "4 of b.csv"
    assert ReadReport.from_dict(REPORT.to_dict()) == REPORT
    assert ReadReport.from_dict(REPORT.to_dict()).start_ranks is None


def test_the_order_of_the_starts_round_trips_through_json():
    report = read(
        "id,day,x\na,2026-05-02,1\na,2026-05-03,1\nb,2026-05-01,2\nc,2026-05-02,2\n"
    ).report
    again = ReadReport.from_dict(json.loads(json.dumps(report.to_dict())))
    assert again == report
    for each in (report, again):
        assert each.start_ranks.tolist() == [1, 0, 1]


@pytest.mark.filterwarnings("ignore::core.errors.DataWarning")
@pytest.mark.parametrize("name", TABLES)
def test_the_report_of_any_table_round_trips_and_explains_every_row(name):
    text, choices = TABLES[name]
    report = read(text, **choices).report
    assert ReadReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert report.rows == report.used + sum(report.left_out.values())


@pytest.mark.parametrize(
    "change",
    [
        {"findings": 5},
        {"findings": [5]},
        {"findings": [{}]},
        {"findings": [{"level": "error", "code": "x", "message": "y"}]},
        {"findings": [{"level": "info", "code": "x" * 41, "message": "y"}]},
        {"findings": [{"level": "info", "code": "x", "message": 5}]},
        {"findings": [{"level": "info", "code": "x", "message": ""}] * 10_001},
        *(
            {"findings": [REPORT.to_dict()["findings"][1] | change]}
            for change in (
                {"column": 5},
                {"rows": [True]},
                {"rows": [[1]]},
                {"rows": [1] * 1_001},
                {"remedies": ["drop"]},
                {"remedies": {"missing": "drop"}},
                {"examples": ["1"]},
                {"examples": [[1]]},
            )
        ),
        {"start_ranks": [1, 0]},
        {"start_ranks": "AAAA"},
        {"start_ranks": "no base64"},
        {"rows": -1},
        {"used": "3"},
        {"left_out": {"missing": -1}},
        {"left_out": []},
        {"roles": {"id": "a"}},
        {"roles": {"id": [1]}},
    ],
    ids=lambda change: repr(change)[:60],
)
def test_other_values_are_no_report(change):
    plain = json.loads(json.dumps(REPORT.to_dict()))
    assert ReadReport.from_dict(plain) == REPORT
    with pytest.raises(ValueError, match="the report"):
        ReadReport.from_dict(plain | change)


@pytest.mark.parametrize("plain", [None, [], "report", 5])
def test_what_is_no_dictionary_is_no_report(plain):
    with pytest.raises(ValueError, match="the report"):
        ReadReport.from_dict(plain)


def test_rows_in_are_rows_used_and_rows_explained():
    report = read("id,t,x\na,1,2\na,2,\nb,1,3\n", missing="drop").report
    assert report.rows == 3 == report.used + sum(report.left_out.values())


def test_the_word_none_in_a_column_of_words_is_announced_and_can_be_confirmed():
    """It may be the category of those without, which a fill value would replace."""
    text = "id,t,drug,x,y\n" + "".join(
        f"{n // 3},{n % 3},{('none', 'a', 'b', '')[n % 4]},{n},{n // 6}\n" for n in range(12)
    )
    with pytest.warns(DataWarning, match="`drug` with the word “none” count as missing: 3"):
        [finding] = [each for each in read(text).report if each.code == "none"]
    assert (finding.level, finding.column) == ("warning", "drug")
    report = read(text, **finding.remedies[0]).report
    assert [each.level for each in report if each.code == "none"] == ["info"]
    numbers = text.replace(",none,", ",,").replace(",a,", ",1,").replace(",b,", ",none,")
    assert "none" not in [each.code for each in read(numbers).report]


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
    question = Finding("question", "day_order", Note("{column} fits both", column="t"), "t")
    report = ReadReport((Finding("info", "detected", Note("long layout")), question))
    assert next(iter(report)) is question
    with pytest.warns(DataWarning, match="1 question and 0 warnings"):
        announce(report, strict=False)
    with pytest.raises(DataError, match="t fits both"):
        announce(report, strict=True)


@pytest.mark.slow
def test_new_data_is_read_like_the_data_of_a_model():
    model = train(read(CLEAR), Recipe(layers=LSTM(2), epochs=1))
    new = read_sequences(io.StringIO("x,t,id\n5,2,c\n4,1,c\n"), like=model)
    np.testing.assert_array_equal(new[0], [[4], [5]])
    assert new.report.used == 2
