"""The same tests on SQLite and on a real PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core import Recipe
from runs.limits import Limits
from runs.store import Content, Store
from tests.support import postgres

RECIPE = Recipe.example()
PACKED = Content.of(b"packed sequences")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database's address."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return
    if not postgres.is_there():
        pytest.skip(postgres.MISSING)
    with postgres.empty_database() as address:
        yield address


@pytest.fixture
def new_store(url: str) -> Iterator[Callable[..., Store]]:
    """Makes stores on the one database."""
    made = []

    def make(**limits: float) -> Store:
        made.append(Store(url, Limits(**limits)))
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(new_store: Callable[..., Store]) -> Store:
    """With a visitor called Ada."""
    store = new_store()
    store.visitors.welcome("ada", lasting=False)
    return store


def queued(store: Store, owner: str = "ada", name: str = "") -> str:
    return store.runs.create(owner, name, RECIPE, PACKED, {}, 1.0)


def together(do: Callable[[int], object], threads: int) -> None:
    """Call it with 0, 1, 2, … at the same time; whatever one of them raises is raised."""
    ready = threading.Barrier(threads)

    def begin(number: int) -> object:
        ready.wait()
        return do(number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(begin, range(threads)))
