"""Values that NumPy would convert with a loss are masked or refused."""

import numpy as np
import pytest

from core import DataError, Sequences

MASKED = np.ma.array(
    [[1.0, 99, 99], [2, 5, 99], [3, 99, 4]],
    mask=[[0, 1, 1], [0, 0, 1], [0, 1, 0]],
)


def test_masked_cells_at_the_end_are_padding_and_others_missing():
    data = Sequences.from_numpy3d(MASKED, missing="mean")
    assert data.lengths.tolist() == [1, 2, 3]
    assert 99 not in data.values
    assert np.isnan(data[2][1, 0])
    assert Sequences.from_numpy3d(list(MASKED), missing="mean") == data
    with pytest.raises(DataError, match="missing"):
        Sequences.from_numpy3d(MASKED)


def test_masked_cells_of_lists_are_missing():
    data = Sequences.from_lists([MASKED[2], [7]], missing="drop")
    assert [sequence.ravel().tolist() for sequence in data] == [[3, 4], [7]]
    integers = np.ma.array([1, 99], mask=[0, 1])
    assert Sequences.from_lists([integers], missing="drop").values.tolist() == [[1]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([1 + 2j, 3]), "complex numbers"),
        (np.array(["2026-01-31"], dtype="datetime64[D]"), "dates"),
        (np.array([5], dtype="timedelta64[s]"), "durations"),
    ],
)
def test_complex_numbers_and_dates_are_refused(values, expected):
    with pytest.raises(DataError, match=expected):
        Sequences.from_lists([values])
    with pytest.raises(DataError, match=expected):
        Sequences.from_numpy3d(values[None, :])
    with pytest.raises(DataError, match=expected):
        Sequences.from_aeon([values])
