"""ARFF files are read as tables, or as series of a relational attribute."""

import io

import pytest

from core import DataError, read_sequences
from tests.support.findings import find_finding

STEPS = """% made by Weka
@RELATION three

@ATTRIBUTE id {a,b}
@ATTRIBUTE t NUMERIC
@ATTRIBUTE 'the value' REAL
@ATTRIBUTE class {x,'y z'}

@DATA
a,0,1,x
% a comment
a,1,2.5,x
b,0,?,'y z'
b,1,3,'y z'
"""
UCR = """@relation Shake
@attribute att1 numeric
@attribute att2 numeric
@attribute att3 numeric
@attribute target {1,2}
@data
0.5,0.25,0.5,1
1.5,0.75,?,2
"""
RELATIONAL = """@relation Vowels
@attribute relationalAtt relational
  @attribute t0 numeric
  @attribute t1 numeric
  @attribute t2 numeric
@end relationalAtt
@attribute class {1,2}
@data
'1.0,2.0,3.0\\n4.0,5.0,6.0',1
"7.0,8.0,9.0\\n1.5,2.5,3.5",2
"""


def read(text, **choices):
    return read_sequences(io.StringIO(text), **choices)


def test_attributes_are_columns():
    data = read(STEPS, missing="drop")
    assert data.feature_names == ("the value",)
    assert [sequence.ravel().tolist() for sequence in data] == [[1, 2.5], [3]]
    assert data.targets.tolist() == ["x", "y z"]
    with pytest.raises(DataError, match="Row 13, column the value"):
        read(STEPS, missing="refuse")
    assert find_finding(read(STEPS), "missing").rows == (13,)


def test_a_row_of_the_archive_is_a_series_with_its_class():
    data = read(UCR, missing="drop")
    assert data.lengths.tolist() == [3, 2]
    assert data.targets.tolist() == [1, 2]


def test_a_relational_attribute_has_a_line_per_feature():
    data = read(RELATIONAL)
    assert data[0].tolist() == [[1, 4], [2, 5], [3, 6]]
    assert data.features == 2
    assert data.targets.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@relation x\n@data\n1\n", "no attributes"),
        ("@relation x\n@attribute a numeric\n1\n", "no attributes, or no @data"),
        ("@relation x\n@attribute a numeric\n@data\n", "input is empty"),
        (UCR + "1,2,3\n", "Row 9 has 3 values, but 4 attributes"),
        (UCR + "{0 1, 3 1}\n", "sparse rows"),
        (UCR.replace("att2", "att1"), "two columns"),
        (RELATIONAL + "1,2,3\n", "Row 11: '1,2,3' is not a series"),
        (RELATIONAL + "'1,2',1\n", "Row 11 has 1 features"),
        (
            "@relation x\n"
            + "".join(f"@attribute a{i} numeric\n" for i in range(30_000))
            + "@data\n1\n",
            "30,000 columns",
        ),
        ("@relation x\n@attribute r relational\n@data\n" + "'" * 200_000 + "\n", ""),
        ("@relation x\n@attribute a numeric\n@data\n'" + "1" * 200_000 + "\n", ""),
    ],
)
def test_other_arff_is_refused(text, expected):
    with pytest.raises(DataError) as caught:
        read(text)
    assert expected in str(caught.value)


@pytest.mark.parametrize("row", ["'," * 300_000, "'1" + "\\n" * 200_000, "'" + " ," * 300_000])
def test_a_long_row_is_refused_in_linear_time(row):
    head = RELATIONAL[: RELATIONAL.index("'1.0")]
    with pytest.raises(DataError):
        read(head + row + "\n")


def test_blank_lines_before_another_text_are_no_arff_file():
    assert read("\n" * 10_000 + "id,v\na,1\na,2\n").lengths.tolist() == [2]
