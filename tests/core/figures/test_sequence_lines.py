"""Lines of sequences: how many are drawn, and their colours."""

import numpy as np

from core.data.sequences import Sequences
from core.figures import count_drawn_lines, plot_lines
from tests.support.figures import LONG, ONE, THREE


def test_count_drawn_lines_matches_the_lines():
    assert count_drawn_lines(LONG, slice(None)) == (36, 1500)
    assert count_drawn_lines(THREE, [0, 1]) == (2, 2)
    fig = plot_lines(LONG, slice(None))
    assert [len(line.y) for line in fig.data] == [1500] * 36
    assert np.array_equal(fig.data[5].y, LONG[5][:1500, 0])


def test_lines_share_a_colour_and_one_legend_entry_in_a_class():
    data = Sequences.from_lists([[1, 2], [3, 4], [5, 6]], targets=["b", "a", "b"])
    lines = plot_lines(data, slice(None)).data
    assert lines[0].line.color == lines[2].line.color != lines[1].line.color
    assert [(line.name, line.showlegend) for line in lines] == [
        ("b", True),
        ("a", True),
        ("b", False),
    ]


def test_per_step_targets_do_not_colour_lines():
    data = Sequences.from_lists([[1, 2], [3]], [["a", "b"], ["a"]])
    assert not plot_lines(data, slice(None)).layout.showlegend


def test_a_single_step_is_a_marker():
    assert plot_lines(ONE, [0]).data[0].mode == "markers"
