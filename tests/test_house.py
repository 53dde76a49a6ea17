"""The walls of the house: who may import whom, and that the code is clean."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FLOORS = ["core", "runs", "ui", "pages"]  # each may import those before it, never those after
FORBIDDEN = {"core": {"streamlit", "dask", "distributed", "sqlalchemy"}, "runs": {"streamlit"}}
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("floor", FLOORS)
def test_no_floor_imports_one_above_it(floor):
    files = list((ROOT / floor).rglob("*.py"))
    assert files
    above = set(FLOORS[FLOORS.index(floor) + 1 :]) | FORBIDDEN.get(floor, set())
    assert {str(file): imported(file) & above for file in files if imported(file) & above} == {}


def test_pages_opened_cold_import_no_tensorflow():
    """In a fresh process, as the server would run them for its first visitor."""
    script = f"""
import sys
from streamlit.testing.v1 import AppTest
for page in {PAGES}:
    test = AppTest.from_file("app.py", default_timeout=60).run()
    if page != "app.py":
        test.switch_page(page).run()
    assert not test.exception, test.exception
    assert test.title, page + " shows no title"
    loaded = sorted(name for name in sys.modules if name.split(".")[0] in ("tensorflow", "keras"))
    assert not loaded, (page, loaded[:5])
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"UNPADDED_WORKERS": "1"},
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_importing_core_and_using_it_up_to_the_recipe_needs_no_tensorflow():
    script = """
import sys
import core, core.figures, core.reading
data = core.read_sequences("samples/three_long.csv")
core.pad(data, maxlen=15)
core.Recipe.example()
core.figures.lengths_figure(data.lengths)
assert not any(name.split(".")[0] in ("tensorflow", "keras") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_has_nothing_to_say(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
