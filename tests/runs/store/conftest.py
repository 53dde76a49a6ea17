"""Stores for the tests, on SQLite and on a real PostgreSQL."""

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
PACKED = Content.from_bytes(b"packed sequences")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite3'}"
        return
    if not postgres.is_there():
        pytest.skip(postgres.MISSING)
    with postgres.empty_database() as address:
        yield address


@pytest.fixture
def new_store(url: str) -> Iterator[Callable[..., Store]]:
    """Function that opens another store on the same database."""
    stores = []

    def make(**limits: float) -> Store:
        stores.append(Store(url, Limits(**limits)))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def store(new_store: Callable[..., Store]) -> Store:
    """Store with a visitor called Ada."""
    store = new_store()
    store.visitors.record_visit("ada", lasting=False)
    return store


def create_queued(store: Store, owner: str = "ada", name: str = "") -> str:
    return store.runs.create(owner, name, RECIPE, PACKED, {}, 1.0)


def call_in_parallel(function: Callable[[int], object], threads: int) -> None:
    """Call the function with 0, 1, 2, … at the same time, and raise its exceptions."""
    ready = threading.Barrier(threads)

    def begin(number: int) -> object:
        ready.wait()
        return function(number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(begin, range(threads)))
