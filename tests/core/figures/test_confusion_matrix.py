import numpy as np
import pytest

from core.figures import plot_confusion_matrix
from tests.support.figures import LIMIT, NASTY, contrast, rgb

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("dark", [False, True])
def test_a_large_matrix_is_small_and_escapes_names(dark):
    names = [f"{NASTY}{number}" for number in range(20)]
    counts = RNG.integers(0, 999, (20, 20)).tolist()
    json_text = plot_confusion_matrix(names, counts, dark=dark).to_json()
    assert len(json_text) < LIMIT
    assert "<i" not in json_text.replace("\\u003c", "<")


def test_a_row_of_the_confusion_matrix_is_a_true_class():
    cells, counted = plot_confusion_matrix(["a", "b"], [[3, 1], [0, 0]]).data
    np.testing.assert_array_equal(cells.z, [[0.75, 0.25], [0, 0]])
    # a cell without a sequence shows no number
    assert list(zip(counted.y, counted.x, counted.text, strict=True)) == [
        (0, 0, "3"),
        (0, 1, "1"),
    ]
    assert not cells.showscale  # the cells name their counts


def test_counts_have_thousands_separators():
    cells, counted = plot_confusion_matrix(["a", "b"], [[3210, 0], [0, 12]]).data
    assert [list(row) for row in cells.text] == [["3,210", "0"], ["0", "12"]]
    assert list(counted.text) == ["3,210", "12"]


@pytest.mark.parametrize("dark", [False, True])
def test_counts_have_enough_contrast_on_every_shade(dark):
    counts = [[10 * share, 1000 - 10 * share] for share in range(1, 100)]
    cells, counted = plot_confusion_matrix(
        [str(row) for row in range(99)], [row + [0] * 97 for row in counts], dark=dark
    ).data
    low, high = (np.array(rgb(colour)) for _stop, colour in cells.colorscale)
    for row, column, ink in zip(counted.y, counted.x, counted.textfont.color, strict=True):
        shade = low + cells.z[row, column] * (high - low)
        assert contrast(list(shade), ink) >= 4.5  # WCAG 2.2, 1.4.3
