import pytest

from ui.identity import Owner
from ui.state import State


@pytest.fixture
def state() -> State:
    return State(Owner("somebody", lasting=False, login=None))


def test_a_file_is_read_once_until_another_comes(state):
    reads = []

    def read():
        reads.append(None)
        return len(reads)

    assert [state.once("upload", file, read) for file in ("a", "a", "b", "b")] == [1, 1, 2, 2]


def test_the_home_pages_run_serves_as_long_as_the_example_is_open(state):
    state.example_run = "home"
    assert state.trained == "home"
    state.run = "own"
    assert state.trained == "own"
    state.open_example()
    assert state.trained == "home"
