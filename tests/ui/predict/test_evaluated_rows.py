import numpy as np
import pytest

from core.evaluation.evaluation_set import EvaluationSet
from ui.predict.evaluated_rows import EvaluatedRows

IDS = np.array(["a1", "b2", "A3"], object)


def classify(targets: list[str], probabilities: list[list[float]]) -> EvaluatedRows:
    chances, classes = np.array(probabilities, np.float32), np.array(["x", "y"], object)
    values = classes[chances.argmax(axis=1)]
    lengths = np.ones(len(targets), int)
    part = EvaluationSet("test", IDS, lengths, np.array(targets, object), values, classes, chances)
    return EvaluatedRows(part, per_step=False)


def test_the_most_confident_mistake_comes_first():
    rows = classify(["x", "y", "x"], [[0.4, 0.6], [0.9, 0.1], [0.99, 0.01]])
    assert rows.select("largest").tolist() == [1, 0, 2]
    assert rows.select("smallest").tolist() == [2, 0, 1]
    assert rows.select("data").tolist() == [0, 1, 2]


def test_a_class_that_the_model_does_not_know_has_the_largest_error():
    rows = classify(["x", "y", "new"], [[0.1, 0.9], [0.2, 0.8], [0.5, 0.5]])
    assert rows.select("largest").tolist() == [2, 0, 1]
    assert rows.errors[2] == 1


def test_rows_are_filtered_by_class_and_by_part_of_the_id_in_any_case():
    rows = classify(["x", "y", "x"], [[0.5, 0.5]] * 3)
    assert rows.class_counts == {"x": 2, "y": 1}
    assert rows.select("data", "x").tolist() == [0, 2]
    assert rows.select("data", query="a").tolist() == [0, 2]
    assert rows.select("data", "y", "a").tolist() == []


def test_numbers_are_ordered_by_the_absolute_difference():
    values, targets = np.array([1.0, np.nan, 9.0]), np.array([1.5, 2.0, 4.0])
    rows = EvaluatedRows(EvaluationSet("test", IDS, np.ones(3, int), targets, values), False)
    assert rows.select("largest").tolist() == [2, 0, 1]  # the one without a prediction is last
    assert rows.class_counts == {}


def test_per_step_errors_are_averaged_over_the_steps_with_a_prediction():
    values = np.array([1.0, np.nan, np.nan, 3.0, 5.0])
    targets = np.array([2.0, 7.0, 7.0, 3.0, 8.0])
    part = EvaluationSet("test", IDS, np.array([2, 1, 2]), targets, values)
    rows = EvaluatedRows(part, per_step=True)
    assert rows.errors.tolist() == [1.0, -1.0, 1.5]


@pytest.mark.parametrize("per_step", [False, True])
def test_classes_without_probabilities_have_an_error_of_0_or_1(per_step):
    targets, values = np.array(["x", "y", "y"], object), np.array(["x", "x", "y"], object)
    classes = np.array(["x", "y"], object)
    part = EvaluationSet("test", IDS, np.ones(3, int), targets, values, classes)
    assert EvaluatedRows(part, per_step).errors.tolist() == [0, 1, 0]
