import pytest

from core import Sequences
from ui.first_recipe import first_recipe, has_classes


def data(targets) -> Sequences:
    return Sequences.from_lists([[1]] * len(targets), targets=targets)


@pytest.mark.parametrize(
    ("targets", "classes"),
    [
        (["a", "b"], True),
        ([1, 2] * 10, True),
        ([2, 4, 6], False),  # the reference example predicts a number
        ([0.5, 1.5] * 10, False),
        (list(range(40)), False),
    ],
)
def test_the_task_is_read_off_the_targets(targets, classes):
    assert has_classes(data(targets)) is classes
    expected = "classification" if classes else "regression"
    assert first_recipe(data(targets)).task == expected


def test_data_without_targets_gets_a_recipe_too():
    assert first_recipe(Sequences.from_lists([[1], [2]])).task == "regression"


@pytest.mark.parametrize(("n", "batch_size"), [(1, 1), (100, 4), (640, 32), (100_000, 64)])
def test_small_data_gets_small_batches(n, batch_size):
    assert first_recipe(data([0.5] * n)).batch_size == batch_size


def test_targets_one_a_step_get_answers_that_do_not_look_ahead():
    steps = Sequences.from_lists([[1, 2], [3]], [[0.5, 1.5], [2.5]])
    recipe = first_recipe(steps)
    assert recipe.return_sequences
    assert not recipe.layers[0].bidirectional
    assert has_classes(Sequences.from_lists([[1] * 10], [[0, 1] * 5]))
