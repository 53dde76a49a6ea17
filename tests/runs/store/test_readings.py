"""How the files of data sets were read: the answers, and the report."""

import io
import json
from dataclasses import replace

import pytest
import sqlalchemy

from core.data.read_report import MAX_FINDINGS, MAX_REMEDIES, Finding, ReadReport
from core.errors import Note, UnpaddedError
from core.reading import open_table, read_with_choices
from runs import TableReading
from runs.store import Store
from runs.store.tables import readings
from tests.support.stores import FILE, PACKED, SET
from tests.support.workbooks import write_workbook

TABLES = {
    "questions": b"id,date,v\na,01/02/2024,1\na,02/01/2024,\nb,01/01/2024,3\n",
    "padding": b"id,x1,x2,x3,x4\na,1,0,0,0\nb,2,3,0,0\nc,3,4,3,0\nd,1,2,0,0\n",
    "numbers": b'id,t,v\na,0,"1,234"\na,1,"2,345"\nb,0,"3,456"\nb,1,"9,876"\n',
    "rows left out": b"id,t,v,target\na,0,1,x\n,1,2,x\na,1,oops,x\nb,,3,y\nb,1,4,y\nb,1,5,y\n",
    "constant": b"id,t,age,v\na,0,31,1\na,1,31,2\nb,0,47,2\nb,1,47,1\n",
    "ids of two columns": b"subject,trial,t,v\n"
    + b"".join(b"%d,%d,%d,1\n" % (s, k, t) for s in (1, 2) for k in (1, 2) for t in range(3)),
}
CHOICES = (
    {"dayfirst": False, "accept": ("missing",)},
    {"id": ("subject", "trial"), "time": "", "features": ("x", "y"), "target": None},
    {"decimal": {"v": ","}, "padding": -1.5, "remaining_steps": 125, "cut_steps": 3},
)


def read_report(content: bytes) -> ReadReport:
    return read_with_choices(open_table(io.BytesIO(content)), {})[0].report


READING = TableReading(CHOICES, read_report(TABLES["questions"]))


def count_rows(store: Store) -> int:
    with store.database.reading() as connection:
        query = sqlalchemy.select(sqlalchemy.func.count()).select_from(readings)
        return connection.execute(query).scalar_one()


def test_a_reading_comes_back_with_its_answers_and_its_report(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)
    assert store.data_sets.read_reading(data_set.id) == READING
    assert [each.code for each in READING.report.select("question")] == ["day_order"]


@pytest.mark.parametrize("content", TABLES.values(), ids=TABLES)
def test_the_report_of_any_table_is_stored(store: Store, content: bytes):
    report = read_report(content)
    assert len(report) > 0
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=TableReading((), report))
    stored = store.data_sets.read_reading(data_set.id).report
    assert json.dumps(stored.to_dict()) == json.dumps(report.to_dict())
    assert [str(finding) for finding in stored] == [str(finding) for finding in report]


@pytest.mark.slow
def test_a_report_of_more_than_is_read_back_keeps_what_a_person_should_decide(store: Store):
    sheets = {f"sheet {i}": [["id", "v"], ["a", 1], ["a", 2]] for i in range(MAX_REMEDIES + 5)}
    report = read_report(write_workbook(**sheets))
    static = [Finding("info", "static", Note("it is constant")) for _ in range(MAX_FINDINGS)]
    question = Finding("question", "time", Note("which is it?"), remedies=({"time": "a"},))
    report = ReadReport((*report.findings, *static, question))
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=TableReading((), report))
    stored = store.data_sets.read_reading(data_set.id).report
    assert len(stored) == MAX_FINDINGS
    assert stored.select("question") == (question,)
    [sheet] = [finding for finding in stored if finding.code == "sheet"]
    assert len(sheet.remedies) == MAX_REMEDIES
    assert sheet.remedies[:2] == ({"sheet": "sheet 0"}, {"sheet": "sheet 1"})


def test_a_data_set_that_was_saved_without_a_reading_has_none(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE)
    assert store.data_sets.read_reading(data_set.id) is None
    assert store.data_sets.read_reading("nope") is None


def test_reading_again_replaces_the_reading(store: Store):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)
    other = TableReading(CHOICES[:1], read_report(TABLES["constant"]))
    store.data_sets.save("ada", data_set, PACKED, FILE, reading=other)
    assert store.data_sets.read_reading(data_set.id) == other
    store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)  # the same file, once more
    assert store.data_sets.read_reading(data_set.id) == READING
    assert count_rows(store) == 1
    store.data_sets.save("ada", data_set, PACKED, FILE)
    assert store.data_sets.read_reading(data_set.id) is None


@pytest.mark.slow
def test_a_reading_is_deleted_with_its_data_set_and_its_visitor(store: Store):
    first = store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)
    store.data_sets.save("ada", replace(SET, name="b.csv"), PACKED, FILE, reading=READING)
    assert count_rows(store) == 2
    store.data_sets.delete("ada", first.id)
    assert store.data_sets.read_reading(first.id) is None
    assert count_rows(store) == 1
    store.visitors.delete("ada")
    assert count_rows(store) == 0


def test_nobody_else_replaces_it(store: Store):
    store.visitors.record_visit("eve", lasting=False)
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)
    other = TableReading((), ReadReport())
    with pytest.raises(UnpaddedError):
        store.data_sets.save("eve", data_set, PACKED, FILE, reading=other)
    store.data_sets.delete("eve", data_set.id)
    assert store.data_sets.read_reading(data_set.id) == READING


FINDING = {"level": "info", "code": "c", "message": ["a", {}]}


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("choices", "{"),
        ("choices", "null"),
        ("choices", '{"missing": "mean"}'),
        ("choices", "[1]"),
        ("choices", '[{"missing": "explode"}]'),
        ("choices", '[{"padding": "zero"}]'),
        ("choices", '[{"padding": NaN}]'),
        ("choices", '[{"id": [1]}]'),
        ("choices", '[{"id": {"a": 1}}]'),
        ("choices", '[{"dayfirst": 1}]'),
        ("choices", '[{"remaining_steps": 0}]'),
        ("choices", '[{"cut_steps": 1e400}]'),
        ("choices", '[{"decimal": {"v": "x"}}]'),
        ("choices", json.dumps([{}] * 1_001)),
        ("choices", json.dumps([{"target": "x" * 10_001}])),
        ("report", "null"),
        ("report", "[]"),
        ("report", '{"rows": -1}'),
        ("report", '{"used": 1.5}'),
        ("report", '{"left_out": {"missing": "many"}}'),
        ("report", '{"roles": {"id": "id"}}'),
        ("report", json.dumps({"findings": [FINDING | {"level": "loud"}]})),
        ("report", json.dumps({"findings": [FINDING | {"code": "c" * 41}]})),
        ("report", json.dumps({"findings": [FINDING | {"message": ["{a.__class__}", {"a": 1}]}]})),
        ("report", json.dumps({"findings": [FINDING | {"message": ["{a:>999999}", {"a": 1}]}]})),
        ("report", json.dumps({"findings": [FINDING | {"message": ["{b}", {"a": 1}]}]})),
        ("report", json.dumps({"findings": [FINDING | {"remedies": ["drop"]}]})),
        ("report", json.dumps({"findings": [FINDING | {"remedies": [{}] * 101}]})),
        ("report", json.dumps({"findings": [FINDING | {"rows": [1.5]}]})),
        ("report", json.dumps({"findings": [{"level": "info"}]})),
    ],
)
def test_hostile_values_in_its_row_are_refused(store: Store, column: str, text: str):
    data_set = store.data_sets.save("ada", SET, PACKED, FILE, reading=READING)
    with store.database.writing() as connection:
        connection.execute(sqlalchemy.text(f"UPDATE readings SET {column} = :text"), {"text": text})
    with pytest.raises(ValueError, match=r"the choices|the report|Expecting"):
        store.data_sets.read_reading(data_set.id)
