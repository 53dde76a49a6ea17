import numpy as np
import pytest

from core.figures import plot_confusion_matrix
from tests.support.figures import LIMIT, NASTY

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dark", [False, True])
def test_a_large_matrix_is_small_and_escapes_names(dark):
    names = [f"{NASTY}{number}" for number in range(20)]
    counts = RNG.integers(0, 999, (20, 20)).tolist()
    json_text = plot_confusion_matrix(names, counts, dark=dark).to_json()
    assert len(json_text) < LIMIT
    assert "<i" not in json_text.replace("\\u003c", "<")


def test_a_row_of_the_confusion_matrix_is_a_true_class():
    [cells] = plot_confusion_matrix(["a", "b"], [[3, 1], [0, 0]]).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0, 0]])
    assert cells.text[0] == ("3", "1") or list(cells.text[0]) == ["3", "1"]
    assert not cells.showscale  # the cells name their counts
