"""The window of a large array that a figure draws."""

import pytest

from core.figures import get_drawn_window


@pytest.mark.parametrize(
    ("rows", "steps", "padding", "expected"),
    [
        (3, 15, "pre", (3, 0, 15)),
        (1, 1, "post", (1, 0, 1)),
        (2, 10_000, "pre", (2, 9400, 10_000)),
        (2, 10_000, "post", (2, 0, 600)),
        (100_000, 10_000, "post", (100, 0, 600)),
        (100_000, 1, "pre", (489, 0, 1)),
    ],
)
def test_the_drawn_window_is_on_the_side_of_the_content(rows, steps, padding, expected):
    high, wide = get_drawn_window(rows, steps, padding)
    assert (high.stop, wide.start, wide.stop) == expected
