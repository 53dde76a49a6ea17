"""Examples of all of the data: some of each class."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data.sequences import Sequences
from core.figures import list_classes, select_examples


def make(targets) -> Sequences:
    return Sequences.from_lists([[1.0]] * len(targets), targets=targets)


@given(st.lists(st.sampled_from("abcde"), min_size=1, max_size=60), st.integers(1, 40))
def test_each_class_has_its_share_of_the_examples(labels, count):
    rows = select_examples(make(labels), count)
    assert len(rows) == len(set(rows.tolist())) == min(count, len(labels))
    chosen = np.array(labels)[rows].tolist()
    assert chosen == sorted(chosen)
    quotas = {label: chosen.count(label) for label in set(labels)}
    for label, quota in quotas.items():  # fewer than another class only if it has no more
        assert quota == labels.count(label) or quota >= max(quotas.values()) - 1


def test_of_many_classes_the_most_frequent_have_an_example():
    labels = [f"rare {i}" for i in range(50)] + ["common"] * 3 + ["usual"] * 2
    rows = select_examples(make(labels), 2)
    assert sorted(np.array(labels)[rows]) == ["common", "usual"]


def test_a_highlighted_class_is_among_the_examples():
    labels = [f"class {i:02}" for i in range(50) for _ in range(9)]
    rows = select_examples(make(labels), 12, "class 49")
    assert np.array(labels)[rows].tolist().count("class 49") == 3


def test_numbers_are_evenly_spaced_over_the_sorted_targets():
    targets = np.random.default_rng(0).permutation(100) / 7
    rows = select_examples(make(targets), 5)
    assert targets[rows].tolist() == [0, 20 / 7, 40 / 7, 60 / 7, 80 / 7]


def test_data_without_classes_is_shown_from_its_beginning_to_its_end():
    data = Sequences.from_lists([[1.0]] * 10)
    assert select_examples(data, 5).tolist() == [0, 2, 4, 6, 8]
    per_step = Sequences.from_lists([[1.0, 2.0]] * 4, targets=[["a", "b"]] * 4)
    assert select_examples(per_step, 2).tolist() == [0, 2]
    assert list_classes(per_step).tolist() == []


def test_few_distinct_numbers_are_classes():
    assert list_classes(make([1, 2, 1, 2])).tolist() == [1, 2]
    assert list_classes(make(np.arange(13.0) / 2)).tolist() == []
