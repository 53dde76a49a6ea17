"""Data of the evaluation plots, as plain values."""

import numpy as np

from core.evaluation.plot_data import MAX_CLASSES, compute_plot_data


def test_class_counts_include_classes_that_are_never_true_or_not_shown():
    n_classes = MAX_CLASSES + 2
    classes = np.array([f"c{i:02}" for i in range(n_classes)], object)
    truth = np.repeat(classes[:-1], 2)  # the last class is never true
    predicted = np.repeat(np.arange(n_classes - 1), 2)
    predicted[0], predicted[2] = n_classes - 1, 0  # of the first and second class
    data = compute_plot_data(truth, np.eye(n_classes)[predicted], np.ones(len(truth)), classes)
    counts = dict(zip(data["classes"], data["class_counts"], strict=True))
    assert len(counts) == MAX_CLASSES
    assert counts["c00"] == [2, 2, 1]
    assert counts["c01"] == [2, 1, 1]
    assert counts["c02"] == [2, 2, 2]
