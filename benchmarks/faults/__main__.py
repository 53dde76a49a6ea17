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
ALL_TESTS: list[str] = []
MAX_SECONDS = 3600  # a mutant that makes the tests hang counts as caught
PYTEST = [sys.executable, "-m", "pytest", "-x", "-q", "-n", "2", "--dist", "worksteal"]


def main() -> None:
    """Run the command that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    draw = commands.add_parser("draw")
    draw.add_argument("file", type=Path)
    draw.add_argument("--seed", type=int, default=1)
    run = commands.add_parser("run")
    run.add_argument("file", type=Path)
    run.add_argument("results", type=Path)
    run.add_argument("--fast", action="store_true", help="use only the fast tests")
    arguments = parser.parse_args()
    if arguments.command == "draw":
        mutants = [
            mutant
            for name in PACKAGES
            for mutant in draw_mutants(ROOT, name, MUTANTS, arguments.seed)
        ]
        text = json.dumps([asdict(mutant) for mutant in mutants], indent=1)
        arguments.file.write_text(text + "\n")
    else:
        test_all(
            [Mutant(**fields) for fields in json.loads(arguments.file.read_text())],
            arguments.results,
            arguments.fast,
        )


def test_all(mutants: list[Mutant], results: Path, fast: bool) -> None:
    """Test each mutant that has no result yet, and append one JSON line per mutant."""
    lines = results.read_text().splitlines() if results.exists() else []
    tested = {json.loads(line)["number"] for line in lines}
    for number, mutant in enumerate(mutants):
        if number in tested:
            continue
        with create_worktree() as root:
            mutant.apply(root)
            began = time.monotonic()
            options = ["--fast"] if fast else []
            failed = find_first_failure(root, [*options, *TESTS[mutant.path.partition("/")[0]]])
            by_package = failed is not None
            failed = failed or find_first_failure(root, [*options, *ALL_TESTS])
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


def find_first_failure(root: Path, tests: list[str]) -> str | None:
    """Return the first test that fails, or "no end" after a timeout; None if all tests pass."""
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
def create_worktree() -> Iterator[Path]:
    """Create a separate checkout of HEAD, until the block ends."""
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
