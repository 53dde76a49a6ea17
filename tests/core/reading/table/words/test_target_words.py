"""A few words among numbers are missing targets, never a reason for classes."""

import io

import pandas as pd
import pytest

from core.reading import detect_schema, open_table, read_sequences, read_table
from tests.support.files import build_parquet
from tests.support.findings import find_finding, list_doubts


def write(targets):
    rows = "".join(f"s{i},{t},{i * t},{word}\n" for i, word in enumerate(targets) for t in range(2))
    return "id,t,v,target\n" + rows


@pytest.mark.parametrize("word", ["n.a.", "-", "TBD", "#DIV/0!", "<0.5", "pending", "broken"])
def test_a_word_among_numbers_is_a_missing_target(word):
    table = open_table(io.StringIO(write([1.5, 2.5, word, 4.5, 6.5, 7.5])))
    data, report = read_table(table, detect_schema(table))
    for problem in report.problems:
        assert "is not a number, unlike the other targets" in problem.message
        assert problem.found == word
    finding = find_finding(data, "incomplete")
    assert (finding.level, finding.column, finding.rows) == ("warning", "target", (6, 7))
    assert data.targets.tolist() == [1.5, 2.5, 4.5, 6.5, 7.5]
    assert report.dropped == {"incomplete": 2}


@pytest.mark.parametrize(
    "targets",
    [
        ["1", "2", "other", "1", "2", "other"],
        ["walk", "run", "pending", "run", "walk", "walk"],
        ["1.5", "low", "high", "low", "high", "low"],
    ],
)
def test_words_beside_a_few_numbers_are_classes(targets):
    assert read_sequences(io.StringIO(write(targets))).targets.tolist() == targets


@pytest.mark.parametrize(
    "source",
    [
        io.StringIO("id,v,target\na,1,TRUE\nb,2,FALSE\nb,3,FALSE\n"),
        pd.DataFrame({"id": list("abb"), "v": [1, 2, 3], "target": [True, False, False]}),
        io.BytesIO(build_parquet(id=list("abb"), v=[1, 2, 3], target=[True, False, False])),
    ],
    ids=["csv", "frame", "parquet"],
)
def test_truth_values_are_the_same_classes_in_every_format(source):
    assert read_sequences(source).targets.tolist() == ["True", "False"]


@pytest.mark.parametrize("classes", [("0", "1"), ("walk", "run")])
def test_a_column_of_classes_that_is_constant_per_sequence_is_the_target(classes):
    rows = "".join(f"s{i},{t},{classes[i % 2]},{i * t},{i + t}\n" for i in range(6) for t in (0, 1))
    schema = detect_schema(open_table(io.StringIO("id,t,died,v,w\n" + rows)))
    assert (schema.target, schema.features) == ("died", ("v", "w"))
    assert list_doubts(schema) == []
    assert find_finding(schema, "assumed_target").remedies == ({"target": ""},)


def test_two_columns_of_classes_leave_the_target_open():
    rows = "".join(f"s{i},{t},{i % 2},{i // 2 % 2},{i + t}\n" for i in range(6) for t in (0, 1))
    schema = detect_schema(open_table(io.StringIO("id,t,sex,died,v\n" + rows)))
    assert schema.target is None
    doubt = "no column is called target; it may be one of `sex, died`"
    assert list_doubts(schema) == [("question", "target", doubt)]
    remedies = find_finding(schema, "target").remedies
    assert remedies == ({"target": ""}, {"target": "sex"}, {"target": "died"})


def test_a_column_of_classes_that_changes_is_a_feature():
    rows = "".join(f"s{i},{t},{t},{i * t},{i + t}\n" for i in range(6) for t in (0, 1))
    schema = detect_schema(open_table(io.StringIO("id,t,died,v,w\n" + rows)))
    assert (schema.target, schema.features) == (None, ("died", "v", "w"))
