import io

import pytest

from core import read_sequences
from core.reading.new_data import Reading
from ui.predict.expected_columns import describe_columns

LONG = "id,t,x,y*,target\na,1,1,2,u\na,2,3,4,u\nb,1,5,6,v\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            LONG,
            [
                "One row per time step.",
                "**id**: ID of the sequence",
                "**t**: time; rows are sorted by it",
                r"**x, y\***: 2 columns of values",
                "**target**: target. Optional; with it the metrics are shown.",
            ],
        ),
        (
            'sequence,target\n"[1, 2]",3\n"[4]",5\n',
            [
                "One row per sequence. A cell holds the values of all steps as a list.",
                "**sequence**: 1 column of values",
                "**target**: target. Optional; with it the metrics are shown.",
            ],
        ),
        (
            "1,2,3\n4,5\n6\n",
            [
                "One sequence per row, as numbers or as a list in brackets.",
                "1 feature per step",
            ],
        ),
    ],
)
def test_columns_are_described_by_their_role(text, lines):
    reading = Reading.from_sequences(read_sequences(io.StringIO(text)))
    assert describe_columns(reading) == lines


def test_a_long_list_of_features_is_shortened():
    header = ",".join(f"feature_{number}" for number in range(200))
    rows = "\n".join(f"a,{t}," + ",".join("1" * 200) for t in (1, 2))
    data = read_sequences(io.StringIO(f"id,t,{header}\n{rows}\nb,1,{','.join('1' * 200)}\n"))
    lines = describe_columns(Reading.from_sequences(data))
    assert max(map(len, lines)) < 700
    assert any("200 columns of values" in line for line in lines)
