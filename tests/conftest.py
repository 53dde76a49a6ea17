import os
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

# One warm worker is enough wherever a test does not ask for more (tests/runs does).
os.environ["UNPADDED_WORKERS"] = "1"

# What tests leave behind is not the app's: a folder of their own, gone with them.
_folder = tempfile.TemporaryDirectory(prefix="unpadded-tests-", ignore_cleanup_errors=True)
os.environ["UNPADDED_DATA"] = _folder.name
for outside in ("DATABASE_URL", "DASK_SCHEDULER_ADDRESS"):
    os.environ.pop(outside, None)

# A slow machine is no failure.
hypothesis.settings.register_profile("unpadded", deadline=None)
hypothesis.settings.load_profile("unpadded")
hypothesis.settings.register_profile("fast", max_examples=20, deadline=None)


# What starts a browser, a server, a cluster of workers or a build; left out by --fast.
SLOW_FIXTURES = {"address", "chromium", "guard", "provider", "runs", "tabs", "wheel"}
TESTS = Path(__file__).parent
INTERNET = TESTS / "internet"
SLOW_FOLDERS = {TESTS / folder for folder in ("benchmarks", "browser", "compatibility")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fast", action="store_true", help="leave out what takes long to run")
    parser.addoption("--all", action="store_true", help="run also the further cases of matrices")
    parser.addoption("--internet", action="store_true", help="run what asks the internet, alone")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--fast"):
        hypothesis.settings.load_profile("fast")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asks_internet, is_fast = config.getoption("--internet"), config.getoption("--fast")
    is_whole = config.getoption("--all")
    left_out = {
        item
        for item in items
        if (INTERNET in item.path.parents) != asks_internet
        or (is_fast and _is_slow(item))
        or (not is_whole and item.get_closest_marker("further"))
    }
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _is_slow(item: pytest.Item) -> bool:
    return bool(
        item.get_closest_marker("slow")
        or SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
        or SLOW_FOLDERS & set(item.path.parents)
    )


@pytest.fixture(autouse=True)
def _no_keras_beside_pages(request, monkeypatch):
    """Streamlit ends Keras's session after every run of a page, half a second each, if Keras is
    loaded: never by a page of ours, but by the tests of core that ran before in this process."""
    if {"pages", "ui"} & set(request.path.parts):
        monkeypatch.delitem(sys.modules, "keras", raising=False)
