"""Lengths and classes: everything that can be drawn is counted."""

import numpy as np
import pytest

from core.data.sequences import Sequences
from core.figures import count_drawn_classes, plot_classes, plot_lengths
from tests.support.figures import THREE


def test_every_length_is_counted_and_maxlen_is_after_the_lengths_that_fit():
    fig = plot_lengths(np.array([1, 2, 5, 5]), 2)
    assert dict(zip(fig.data[0].customdata, fig.data[0].y, strict=True)) == {
        "1": 1,
        "2": 1,
        "3": 0,
        "4": 0,
        "5": 2,
    }
    assert fig.layout.shapes[0].x0 == 2.5
    assert plot_lengths(np.arange(1, 1001)).data[0].y.sum() == 1000
    assert not plot_lengths(np.array([3])).layout.shapes


@pytest.mark.parametrize(
    "fig",
    [plot_lengths(THREE.lengths), plot_classes(THREE.targets)],
    ids=["lengths", "classes"],
)
def test_a_few_sequences_are_counted_in_whole_ticks(fig):
    assert fig.layout.yaxis.dtick == 1


def test_classes_are_counted_by_split():
    fig = plot_classes(
        np.array(["b", "a", "b"], dtype=object), np.array(["test", "train", "train"], dtype=object)
    )
    assert fig.layout.xaxis.ticktext == ("a", "b")
    assert [(bar.name, list(bar.y)) for bar in fig.data] == [("train", [1, 1]), ("test", [0, 1])]


@pytest.mark.parametrize(
    ("targets", "bars"),
    [
        (np.arange(20), 20),  # few numbers are classes
        (np.arange(21), 21),  # many are a histogram
        (np.arange(21) / 2, 40),
        (np.arange(30).astype(str), 30),
    ],
)
def test_no_target_is_omitted_while_all_can_be_drawn(targets, bars):
    bar = plot_classes(targets).data[0]
    counts = bar.x if bar.orientation == "h" else bar.y
    assert (len(counts), counts.sum()) == (bars, len(targets))
    assert count_drawn_classes(targets)[2] == 0


def test_only_the_most_frequent_of_thousands_of_classes_are_drawn():
    targets = np.repeat(np.arange(3000).astype(str), [1] * 2997 + [7, 9, 8])
    split = np.where(np.arange(len(targets)) % 2, "train", "test")
    assert count_drawn_classes(targets) == (30, 3000, 2970)
    both = plot_classes(targets, split)
    counts = np.sum([bar.x for bar in both.data], axis=0)
    assert (both.layout.yaxis.ticktext[:3], list(counts[:3])) == (
        ("2998", "2999", "2997"),
        [9, 8, 7],
    )
    assert (len(counts), counts.sum()) == (30, 9 + 8 + 7 + 27)


def test_long_class_names_use_horizontal_bars():
    fig = plot_classes(np.array([f"walking {i} stairs" for i in range(8)], dtype=object))
    assert fig.data[0].orientation == "h"
    assert fig.layout.yaxis.range == (7.6, -0.6)  # the first on top
    assert "%{x:,}" in fig.data[0].hovertemplate
    assert plot_classes(np.array(["a", "b"], dtype=object)).data[0].orientation == "v"


def test_per_step_targets_are_counted_as_steps():
    data = Sequences.from_lists([[1, 2], [3]], [["a", "b"], ["a"]])
    fig = plot_classes(data.targets, per_step=True)
    assert fig.layout.yaxis.title.text == "time steps"


@pytest.mark.parametrize("high", [30, 89, 100_000])
def test_whole_numbers_that_are_equally_frequent_give_bars_of_equal_height(high):
    bars = plot_classes(np.arange(high)).data[0]
    counts = bars.y
    assert bars.customdata[0] == {30: "0", 89: "0 – 2"}.get(high, "0 – 2499")
    assert len(set(counts[:-1])) == 1
    assert counts[-1] <= counts[0]
    assert counts.sum() == high
