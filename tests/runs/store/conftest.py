"""Stores for the tests, on SQLite and on a real PostgreSQL."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runs.limits import Limits
from runs.store import Store
from tests.support import postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
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


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 3 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small disk needs Linux and root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)
