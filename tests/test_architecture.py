"""The direction of imports, and code without findings of the linter."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FORBIDDEN = {
    "core": {"streamlit", "dask", "distributed", "sqlalchemy", "core", "runs", "ui", "pages"},
    "runs": {"streamlit", "ui", "pages"},
    "ui": {"pages"},
}
PAGES = ["app.py", *sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))]


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_imports_go_one_way_and_in_no_circle():
    """The contracts are in pyproject.toml."""
    program = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("package", "forbidden"), FORBIDDEN.items())
def test_no_package_imports_what_belongs_above_it(package, forbidden):
    files = list((ROOT / package).rglob("*.py"))
    assert files
    assert {
        str(file): imported(file) & forbidden for file in files if imported(file) & forbidden
    } == {}


@pytest.mark.slow
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
core.figures.plot_lengths(data.lengths)
assert not any(name.split(".")[0] in ("tensorflow", "keras") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_has_nothing_to_say(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_no_test_imports_another_test():
    """Tests share code through tests/support, or a module of their folder that tests nothing."""
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests"):
                assert not re.search(r"\.(test_\w+|conftest)$", node.module), path
