"""The types of all code are complete and right, as mypy checks them with pyproject.toml."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("core", "runs", "ui")
MAX_IGNORED = 40
MAX_UNTYPED_VALUES = 60  # only where values come from packages without types, or from pickles
IGNORED = re.compile(r"# type: ignore\[[a-z-]+\]  # \w.+")  # with its kind and its reason
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.slow
def test_mypy_finds_no_error(tmp_path: Path):
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(tmp_path), "--no-error-summary"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr  # 2: mypy itself failed
    assert [line for line in done.stdout.splitlines() if ": error: " in line] == []


@pytest.mark.slow
def test_every_ignored_error_has_its_kind_and_a_reason():
    comments = [
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string}"
        for path in FILES
        for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
        if token.type == tokenize.COMMENT and "type: ignore" in token.string
    ]
    assert [each for each in comments if not IGNORED.search(each)] == []
    assert len(comments) <= MAX_IGNORED, comments


@pytest.mark.slow
def test_few_values_have_no_type():
    """A value that may be anything is an ``object``, whose type is checked before it is used."""
    places = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _is_any_or_cast(node)
    ]
    assert len(places) <= MAX_UNTYPED_VALUES, places


def _is_any_or_cast(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "cast"
    return isinstance(node, ast.Name) and node.id == "Any"
