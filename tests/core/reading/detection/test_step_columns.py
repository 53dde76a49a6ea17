"""Names of features that are written in one column per step."""

import pytest

from core.reading.detection.step_columns import name_single_feature


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ([f"Force {n} [N]" for n in range(1, 21)], "Force [N]"),
        (["x1", "x2", "x4"], "x"),
        (["t0", "t10", "t20"], "t"),
        (["acc_t1", "acc_t2"], "acc"),
        (["x[1]", "x[2]"], "x"),
        (["位移1", "位移2"], "位移"),
        (["<b>1", "<b>2"], "<b>"),
    ],
)
def test_the_feature_has_the_name_before_the_numbers_of_its_columns(columns, name):
    assert name_single_feature(columns) == (name,)


@pytest.mark.parametrize(
    "columns",
    [
        ["1", "2", "3"],  # without a header
        ["2019", "2020"],
        ["Monday", "Tuesday"],
        ["pm25"],
        ["x1", "x2", "y"],
        ["x1", "x2", "y1"],
        ["t-3", "t-2", "t-1"],
        ["step1", "step2"],  # a name of the steps; ``to_frame`` has such a column
        ["target1", "target2"],
    ],
)
def test_columns_without_a_common_name_name_no_feature(columns):
    assert name_single_feature(columns) == ()
