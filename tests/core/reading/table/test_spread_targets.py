"""A target that stands in some rows of a sequence only is that of the whole sequence."""

import io

import numpy as np
import pandas as pd
import pytest

from core import DataError, read_sequences
from tests.support.files import make_zip
from tests.support.findings import find_finding, list_doubts

HEADER = "id,t,x,target\n"


def read(rows, **choices):
    return read_sequences(io.StringIO(HEADER + "".join(rows)), **choices)


def write(places, steps=4, targets=("5.5", "7", "6.5")):
    """Write three sequences whose target stands in the rows at these places."""
    return [
        f"s{number},{t},{number * 10 + t},{target if t in places else ''}\n"
        for number, target in enumerate(targets)
        for t in range(steps)
    ]


@pytest.mark.parametrize("places", [[0], [3], [1], [1, 2], [0, 3]], ids=str)
@pytest.mark.parametrize("is_shuffled", [False, True])
@pytest.mark.parametrize("targets", [("5.5", "7", "6.5"), ("up", "down", "up"), ("1", "0", "1")])
def test_the_target_of_a_row_is_that_of_its_sequence(places, is_shuffled, targets):
    rows = write(places, targets=targets)
    whole = read(write(range(4), targets=targets))
    if is_shuffled:
        rows = np.random.default_rng(0).permutation(rows).tolist()
    data = read(rows)
    assert dict(zip(data.ids, data.targets, strict=True)) == dict(
        zip(whole.ids, whole.targets, strict=True)
    )
    assert data.targets.dtype == whole.targets.dtype
    by_id = {id: steps.tolist() for id, steps in zip(data.ids, data, strict=True)}
    assert by_id == {id: steps.tolist() for id, steps in zip(whole.ids, whole, strict=True)}
    assert (data.report.used, data.report.left_out) == (12, {})
    finding = find_finding(data, "spread")
    assert (finding.level, list_doubts(data)) == ("info", [])
    assert finding.message.endswith(f": {3 * (4 - len(places))}")


def test_a_sequence_without_any_target_is_left_out():
    rows = write([3])
    data = read([*rows[:4], *rows[4:8], *(row.replace("6.5", "") for row in rows[8:])])
    assert (data.ids.tolist(), data.targets.tolist()) == (["s0", "s1"], [5.5, 7])
    assert data.report.left_out == {"incomplete": 4}
    assert find_finding(data, "incomplete").rows == (10, 11, 12, 13)


def test_different_targets_of_a_sequence_are_still_an_error():
    rows = ["a,1,1,5\n", "a,2,1,\n", "a,3,1,6\n", *(f"{id},1,1,7\n{id},2,1,\n" for id in "bcd")]
    with pytest.raises(DataError, match="differs from '5'"):
        read(rows)


def test_targets_of_steps_are_not_spread():
    rows = [f"a,{t},{t},{t % 3 if t != 2 else ''}\n" for t in range(6)]
    data = read(rows)
    assert data.per_step
    assert data.targets.tolist() == [0, 1, 0, 1, 2]
    assert data.report.left_out == {"incomplete": 1}


def test_each_file_has_the_target_of_one_of_its_rows():
    files = {"a.csv": "x,target\n7,\n2,\n9,up\n", "b.csv": "x,target\n4,down\n3,\n"}
    data = read_sequences(io.BytesIO(make_zip(files)), target="target")
    assert data.ids.tolist() == ["a", "b"]
    assert data.targets.tolist() == ["up", "down"]
    assert data.lengths.tolist() == [3, 2]


def test_missing_targets_of_a_frame_are_spread():
    frame = pd.DataFrame(
        {"id": list("aabb"), "x": [1.0, 2, 3, 4], "target": [np.nan, 2.5, 3.5, np.nan]}
    )
    assert read_sequences(frame).targets.tolist() == [2.5, 3.5]


def test_a_target_of_one_sequence_without_an_id_is_spread():
    data = read_sequences(
        io.StringIO("t,x,target\n1,5,\n2,6,\n3,7,4\n"), layout="long", id="", target="target"
    )
    assert data.targets.tolist() == [4]
