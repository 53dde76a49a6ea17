"""Draw mutants and test them. See ``benchmarks.faults``."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from benchmarks.faults.mutants import PACKAGES, Mutant, draw_mutants

ROOT = Path(__file__).parents[2]
MUTANTS = 20  # per package
TESTS = {
    "core": ["tests/core", "core"],
    "runs": ["tests/runs"],
    "ui": ["tests/ui", "tests/pages", "ui"],
}
EVERYTHING: list[str] = []
MAX_SECONDS = 3600  # a mutant that makes the tests hang is caught
PYTEST = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "--dist", "worksteal"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    draw = commands.add_parser("draw")
    draw.add_argument("file", type=Path)
    draw.add_argument("--seed", type=int, default=1)
    run = commands.add_parser("run")
    run.add_argument("file", type=Path)
    run.add_argument("results", type=Path)
    run.add_argument("--fast", action="store_true", help="by the fast lane of the tests alone")
    given = parser.parse_args()
    if given.command == "draw":
        mutants = [
            each for name in PACKAGES for each in draw_mutants(ROOT, name, MUTANTS, given.seed)
        ]
        given.file.write_text(json.dumps([asdict(each) for each in mutants], indent=1) + "\n")
    else:
        test_all(
            [Mutant(**each) for each in json.loads(given.file.read_text())],
            given.results,
            given.fast,
        )


def test_all(mutants: list[Mutant], results: Path, fast: bool) -> None:
    """Test each mutant that has no result yet, and append one JSON line per mutant."""
    done = results.read_text().splitlines() if results.exists() else []
    tested = {json.loads(line)["number"] for line in done}
    for number, mutant in enumerate(mutants):
        if number in tested:
            continue
        with worktree() as root:
            mutant.apply(root)
            began = time.monotonic()
            lane = ["--fast"] if fast else []
            failed = first_failure(root, [*lane, *TESTS[mutant.path.partition("/")[0]]])
            by_package = failed is not None
            failed = failed or first_failure(root, [*lane, *EVERYTHING])
            result = {
                "number": number,
                "path": mutant.path,
                "caught": failed is not None,
                "by its package": by_package,
                "by": failed,
                "seconds": round(time.monotonic() - began),
            }
        with results.open("a") as file:
            file.write(json.dumps(result) + "\n")
        print(json.dumps(result), flush=True)


def first_failure(root: Path, tests: list[str]) -> str | None:
    """Name the first test that fails, or say that there was no end; None if all pass."""
    try:
        done = subprocess.run(
            [*PYTEST, *tests],
            cwd=root,
            env=os.environ | {"PYTHONPATH": str(root)},
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return "no end"
    if done.returncode == 0:
        return None
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0][:200] if lines else f"exit code {done.returncode}"


@contextmanager
def worktree() -> Iterator[Path]:
    """A checkout of HEAD of its own."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "worktree"
        git = ["git", "-C", str(ROOT), "worktree"]
        subprocess.run([*git, "add", "--detach", str(root)], check=True, capture_output=True)
        try:
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", str(root)], check=True)


if __name__ == "__main__":
    main()
