"""Lines of sequences: how many are drawn, and their colours."""

import numpy as np
import pytest

from core.data.sequences import Sequences
from core.figures import count_drawn_lines, plot_lines
from core.figures.theme import get_palette
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


def test_a_highlighted_class_is_in_front_of_grey_lines():
    data = Sequences.from_lists([[1, 2], [3, 4], [5, 6]], targets=["b", "a", "b"])
    colours = get_palette(False)
    lines = plot_lines(data, slice(None), classes=["a", "b"], highlight="a").data
    assert [list(line.y) for line in lines] == [[1, 2], [5, 6], [3, 4]]
    assert [line.line.color for line in lines] == [*[colours.background] * 2, colours.classes[0]]
    assert [line.name for line in lines if line.showlegend] == ["a"]


def test_a_class_has_the_same_colour_whatever_is_drawn():
    data = Sequences.from_lists([[1, 2], [3, 4], [5, 6]], targets=["a", "b", "c"])
    everything = plot_lines(data, slice(None), classes=["a", "b", "c"]).data
    part = plot_lines(data, [2], classes=["a", "b", "c"]).data
    assert part[0].line.color == everything[2].line.color == get_palette(False).classes[2]


@pytest.mark.parametrize(("count", "coloured"), [(12, 12), (13, 1)])
def test_up_to_12_classes_have_a_style_each(count, coloured):
    data = Sequences.from_lists([[1, 2]] * count, targets=[f"class {i:02}" for i in range(count)])
    lines = plot_lines(data, slice(None)).data
    assert len({line.line.color for line in lines}) == coloured
    assert [line.line.dash for line in lines[:12]].count("solid") == (6 if coloured > 1 else 0)


def test_numbers_are_coloured_on_a_continuous_scale_with_a_colour_bar():
    targets = np.arange(20) / 3
    data = Sequences.from_lists([[1, 2]] * 20, targets=targets)
    *lines, bar = plot_lines(data, slice(None), classes=[]).data
    assert len({line.line.color for line in lines}) == 20
    assert (bar.marker.cmin, bar.marker.cmax) == (0, targets[-1])
    assert bar.marker.showscale


def test_per_step_targets_do_not_colour_lines():
    data = Sequences.from_lists([[1, 2], [3]], [["a", "b"], ["a"]])
    assert not plot_lines(data, slice(None)).layout.showlegend


def test_a_single_step_is_a_marker():
    assert plot_lines(ONE, [0]).data[0].mode == "markers"
