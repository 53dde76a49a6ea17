import pytest

from core import Recipe, Sequences
from ui.state import State, example_data, first_recipe, has_classes


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


def test_a_file_is_read_once_until_another_comes():
    state, reads = State(data=example_data(), recipe=Recipe.example()), []

    def read():
        reads.append(None)
        return len(reads)

    assert [state.once("upload", file, read) for file in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_the_home_pages_run_serves_as_long_as_the_example_is_open():
    state = State(data=example_data(), recipe=Recipe.example(), example_run="home")
    assert state.trained == "home"
    state.run = "own"
    assert state.trained == "own"
    state.open_example()
    assert state.trained == "home"
