"""Targets beside the sequences of a figure."""

import pytest

from core import Sequences
from core.figures import plot_sequences, write_targets


@pytest.mark.parametrize(
    ("targets", "texts"), [([2, 4.25], ["2", "4.25"]), (["<b>", "no"], ["&lt;b&gt;", "no"])]
)
def test_targets_are_written_beside_their_sequences(targets, texts):
    data = Sequences.from_lists([[1], [2, 5]], targets=targets)
    figure = write_targets(plot_sequences(data, slice(None)), data.targets)
    *annotations, heading = figure.layout.annotations
    assert [each.text for each in annotations] == [f"→ <b>{text}</b>" for text in texts]
    assert [each.y for each in annotations] == [1, 2]
    assert heading.text == "target"


def test_long_labels_are_shortened_and_have_room():
    data = Sequences.from_lists([[1], [2, 5]], targets=["short", "a rather long name of a class"])
    figure = write_targets(plot_sequences(data, slice(None)), data.targets)
    assert len(figure.layout.annotations[1].text) < 30
    assert figure.layout.margin.r > 100
