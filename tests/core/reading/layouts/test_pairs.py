"""Pairs such as 120/80 in wide and list tables are two features."""

import io
import json

import pyarrow as pa
import pytest

from core import DataError
from core.reading import detect_schema, open_table, read_sequences, read_table, read_with_schema
from core.reading.to_csv import to_csv
from tests.support.findings import find_finding, list_reasons

PRESSURES = ("bp (1)", "bp (2)")
SEQUENCES = [[[120, 80], [130, 85]], [[110, 70], [115, 75], [120, 80]]]


def read(text):
    return read_sequences(io.StringIO(text))


def list_sequences(data):
    return [sequence.tolist() for sequence in data]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("id,bp_1,bp_2,bp_3,label", PRESSURES),
        ("id,bp[1],bp[2],bp[3],label", PRESSURES),
        ("id,1,2,3,label", ("value (1)", "value (2)")),
        ("id,BP 1 [mmHg],BP 2 [mmHg],BP 3 [mmHg],label", ("BP (1) [mmHg]", "BP (2) [mmHg]")),
    ],
)
def test_steps_of_pairs_are_two_features(header, names):
    data = read(f"{header}\na,120/80,130/85,,1\nb,110/70,115 / 75,120/80,0\n")
    assert list_sequences(data) == SEQUENCES
    assert data.feature_names == names
    reasons = [text for code, text in list_reasons(data) if code == "pair"]
    assert "has two numbers per cell, such as 120/80" in reasons[0]


def test_steps_of_pairs_are_read_beside_those_of_numbers():
    data = read("id,bp_1,bp_2,hr_1,hr_2,y\na,120/80,130/85,60,61,1\nb,110/70,115/75,70,71,0\n")
    assert data.feature_names == (*PRESSURES, "hr")


def test_longer_new_data_and_written_data_have_the_same_features():
    table = open_table(io.StringIO("id,bp_1,bp_2,label\na,120/80,130/85,1\nb,110/70,,0\n"))
    data, _ = read_table(table, detect_schema(table))
    new = "id,bp_1,bp_2,bp_3\na,120/80,130/85,\nb,110/70,115/75,120/80\n"
    assert (
        list_sequences(read_with_schema(open_table(io.StringIO(new)), data.schema)[0]) == SEQUENCES
    )
    assert read(to_csv(data, data.schema)) == data


@pytest.mark.parametrize(
    "source",
    [
        'id,bp,y\na,"[120/80, 130/85]",1\nb,"[110/70, 115 / 75, 120/80]",0\n',
        '{"bp":["120/80","130/85"],"y":1}\n{"bp":["110/70","115/75","120/80"],"y":0}\n',
    ],
)
def test_lists_of_pairs_are_two_features(source):
    data = read(source)
    assert list_sequences(data) == SEQUENCES
    assert data.feature_names == PRESSURES
    assert "the lists of `bp` have two numbers per step" in str(find_finding(data, "pair").message)
    assert read(to_csv(data, data.schema)) == data


def test_lists_of_pairs_end_with_their_last_value_and_stand_beside_others():
    rows = [
        {"bp": ["120/80", "130/85", None], "hr": [60, 61, None]},
        {"bp": ["110/70"], "hr": [70]},
    ]
    for source in (pa.Table.from_pylist(rows), io.StringIO("\n".join(map(json.dumps, rows)))):
        data = read_sequences(source)
        assert data.feature_names == (*PRESSURES, "hr")
        assert list_sequences(data) == [[[120, 80, 60], [130, 85, 61]], [[110, 70, 70]]]
    assert read(to_csv(data, data.schema)) == data


@pytest.mark.parametrize("items", ["120/80, 130", "1/2/2024, 2/2/2024", "120/80, x"])
def test_lists_of_pairs_and_other_items_are_refused(items):
    text = f'id,bp,y\na,"[{items}]",1\nb,"[110/70]",0\n'
    with pytest.raises(DataError, match="in the list is not a number"):
        read_sequences(io.StringIO(text), missing="refuse")
