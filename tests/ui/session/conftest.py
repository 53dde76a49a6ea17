"""Sessions without pages: a database, a worker, and processes that read files."""

import secrets
from collections.abc import Callable, Iterator

import pytest

from runs import Runs
from runs.reading.guard import Guard
from ui.samples import compute_digests
from ui.session.data import open_table
from ui.session.restore import restore
from ui.session.services import Services
from ui.session.state import Owner, State


@pytest.fixture(scope="package")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNPADDED_DATA", str(tmp_path_factory.mktemp("data")))
        patch.setenv("UNPADDED_DATA_SETS", "2")
        runs = Runs(compute_digests, analyzes_ended_runs=False)
        yield runs
        runs.close()


@pytest.fixture(scope="package")
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


@pytest.fixture
def services(runs: Runs, guard: Guard) -> Services:
    return Services(runs, guard, "127.0.0.1")


@pytest.fixture
def open_tab(services: Services) -> Callable[[], State]:
    """Open a tab of one visitor, a different one per test."""
    owner = Owner(f"cookie:{secrets.token_hex(8)}", lasting=True, login=None)

    def open_tab() -> State:
        state = State(owner)
        restore(state, services)
        return state

    return open_tab


@pytest.fixture
def state(open_tab: Callable[[], State]) -> State:
    return open_tab()


@pytest.fixture
def open_text(services: Services) -> Callable[..., None]:
    """Open text as pasted in a tab."""

    def open_text(state: State, text: str, name: str = "a.csv") -> None:
        assert open_table(state, services, name, text.encode) is None

    return open_text
