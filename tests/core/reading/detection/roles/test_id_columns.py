"""An id of several columns is found where one column does not tell the sequences apart."""

import io
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from core.data.schema import Schema
from core.reading import (
    detect_schema,
    open_table,
    read_sequences,
    read_table,
    read_with_schema,
)
from core.reading.to_csv import to_csv
from tests.support.findings import find_finding, list_doubts, list_reasons

SHARED = "another column may be part of the id"


def detect(text, **choices):
    return detect_schema(open_table(io.StringIO(text)), **choices)


def write(header, *parts, steps=5):
    """Write a row for each combination of the parts and each step, with a value."""
    rows = [
        f"{','.join(map(str, names))},{step},{(7 * number + 3 * step) % 11}.5\n"
        for number, names in enumerate(product(*parts))
        for step in range(steps)
    ]
    return f"{header}\n{''.join(rows)}"


def shuffle(text):
    header, *rows = text.splitlines(keepends=True)
    return header + "".join(np.random.default_rng(0).permutation(rows))


def describe(data):
    return sorted((id, steps.tolist()) for id, steps in zip(data.ids, data, strict=True))


IDS = {
    "subject, activity, trial": (
        write("subject,activity,trial,t,acc", [1, 2], ["walk", "run"], [1, 2, 3]),
        ("subject", "activity", "trial"),
    ),
    "patient, visit": (write("patient,visit,t,v", ["p", "q"], [1, 2, 3]), ("patient", "visit")),
    "no name of an id": (write("who,place,t,v", ["p", "q"], ["x", "y"]), ("who", "place")),
    "cycle": (write("subject,trial,cycle,v", [1, 2], [1, 2, 3]), ("subject", "trial")),
    "one column is enough": (write("subject,t,v", [1, 2]), "subject"),
}


@pytest.mark.parametrize("is_shuffled", [False, True])
@pytest.mark.parametrize(("text", "id"), IDS.values(), ids=IDS)
def test_the_smallest_set_of_columns_that_tells_sequences_apart_is_the_id(text, id, is_shuffled):
    data = read_sequences(io.StringIO(shuffle(text) if is_shuffled else text))
    assert data.schema.id == id
    assert len(data.schema.features) == 1
    assert data.lengths.tolist() == [5] * len(data)
    assert "id_columns" not in [code for _, code, _ in list_doubts(data)]
    assert describe(data) == describe(read_sequences(io.StringIO(text)))


def test_a_column_that_names_every_sequence_alone_is_the_id():
    sessions = [f"s{number}" for number in range(6)]
    rows = "".join(
        f"{number // 2},{name},{t},{t}.5\n"
        for number, name in enumerate(sessions)
        for t in range(3)
    )
    schema = detect(f"subject,session_id,t,v\n{rows}")
    assert (schema.id, schema.features) == ("session_id", ("v",))
    assert ("unused", "`subject` is not used") in list_reasons(schema)


@pytest.mark.parametrize(("visits", "is_doubtful"), [([1, 1, 2, 2], True), ([1, 1, 1, 1], False)])
def test_a_second_id_without_a_time_is_a_doubt(visits, is_doubtful):
    rows = "".join(
        f"{patient},{visit + number},{row * 3 % 4}\n"
        for number, patient in enumerate("pq")
        for row, visit in enumerate(visits)
    )
    schema = detect(f"patient,visit,v\n{rows}")
    doubt = "`patient` is the id; it may also be `patient` and `visit` together"
    assert (("question", "id_columns", doubt) in list_doubts(schema)) == is_doubtful
    assert "no_time" in [code for _, code, _ in list_doubts(schema)]
    if is_doubtful:
        remedies = find_finding(schema, "id_columns").remedies
        assert remedies == ({"id": "patient"}, {"id": ["patient", "visit"]})


def test_steps_at_the_same_time_are_a_doubt_where_no_column_tells_them_apart():
    rows = "".join(f"{id},{t // 2},{60 + 7 * t % 13}\n" for id in "ab" for t in range(20))
    schema = detect(f"id,t,pulse\n{rows}")
    assert (schema.id, schema.features) == ("id", ("pulse",))
    doubt = f"rows that repeat a `t` of the same `id` (20): {SHARED}"
    assert list_doubts(schema) == [("question", "id_columns", doubt)]


def test_a_few_duplicates_are_reported_instead():
    rows = "".join(f"a,{min(t, 1998)},{t % 7},{t % 2}\n" for t in range(2000))
    schema = detect(f"id,t,v,flag\n{rows}")
    assert (schema.id, list_doubts(schema)) == ("id", [])


def test_a_flag_does_not_tell_sequences_apart():
    rows = "".join(f"{id},{t // 2},{t * t % 5 % 2}\n" for id in "ab" for t in range(40))
    assert detect(f"id,t,flag\n{rows}").features == ("flag",)


def test_ids_of_several_columns_can_be_chosen():
    text = write("subject,trial,t,v", ["p / q", "r"], [1, 2])
    data = read_sequences(io.StringIO(text), id=["subject", "trial"])
    assert data.schema.id == ("subject", "trial")
    assert data.ids.tolist() == ["p / q / 1", "p / q / 2", "r / 1", "r / 2"]
    assert Schema.from_dict(data.schema.to_dict()) == data.schema


def test_new_data_has_the_same_ids():
    text = write("subject,trial,t,v", ["p", "r"], [1, 2])
    data = read_sequences(io.StringIO(text))
    new, _ = read_with_schema(open_table(io.StringIO(text)), data.schema)
    assert new.ids.tolist() == data.ids.tolist() == ["p / 1", "p / 2", "r / 1", "r / 2"]
    one = "subject,trial,t,v\np,1,0,5\np,1,1,6\n"
    assert read_with_schema(open_table(io.StringIO(one)), data.schema)[0].ids.tolist() == ["p / 1"]


def test_a_written_table_reads_as_the_same_ids():
    data = read_sequences(io.StringIO(write("subject,trial,t,v", ["p / q", "r"], [1, 2])))
    again = read_sequences(io.StringIO(to_csv(data, data.schema)), id=["subject", "trial"])
    assert describe(again) == describe(data)


def test_elapsed_seconds_of_a_date_and_a_clock_are_written_and_read():
    clocks = [("31.01.2024", "23:59:00"), ("31.01.2024", "23:59:30"), ("01.02.2024", "0:01:00")]
    rows = "".join(f"{id},{date},{clock},{id}5\n" for id in (1, 2) for date, clock in clocks)
    table = open_table(io.StringIO(f"id,date,clock,v\n{rows}"))
    data, _ = read_table(table, replace(detect_schema(table), elapsed=True))
    assert data[0].tolist() == [[15, 0], [15, 30], [15, 90]]
    again = read_table(open_table(io.StringIO(to_csv(data, data.schema))), data.schema)[0]
    assert again[0].tolist() == data[0].tolist()


def test_a_row_without_a_part_of_its_id_is_incomplete():
    text = write("subject,trial,t,v", ["p", "r"], [1, 2]) + "p,,9,1\n"
    data = read_sequences(io.StringIO(text), id=["subject", "trial"])
    assert data.lengths.tolist() == [5, 5, 5, 5]
    finding = find_finding(data, "incomplete")
    assert (finding.level, finding.column, finding.rows) == ("warning", "subject / trial", (22,))
    assert data.report.left_out == {"incomplete": 1}


@pytest.mark.parametrize(
    ("header", "count", "is_feature"),
    [("label_id,label", 2, False), ("kind,label", 8, False), ("kind,label", 3, True)],
)
def test_a_column_that_determines_the_target_is_not_a_feature(header, count, is_feature):
    rows = "".join(
        f"{number},{t},{t}.5,{number % 2 + 4},{'xy'[number % 2]}\n"
        for number in range(count)
        for t in range(3)
    )
    schema = detect(f"id,t,v,{header}\n{rows}")
    name = header.split(",")[0]
    assert (name in schema.features) == is_feature
    doubt = f"`{name}` and `label` determine each other: `{name}` is not a feature"
    assert (("warning", "determines_target", doubt) in list_doubts(schema)) != is_feature
