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
NO_TESTS = 5  # exit code of pytest, where --fast leaves out all
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
            [Mutant(**fields).locate(ROOT) for fields in json.loads(arguments.file.read_text())],
            arguments.results,
            arguments.fast,
        )


def test_all(mutants: list[Mutant], results: Path, fast: bool) -> None:
    """Test each mutant that has no result yet, and append one JSON line per mutant.

    A mutant is tested by the tests that mirror its file, then by those of its package. Those that
    survive are tested together by all tests: if these pass, each of the mutants survives.
    """
    lines = results.read_text().splitlines() if results.exists() else []
    done = {result["number"]: result for result in map(json.loads, lines)}
    options = ["--fast"] if fast else []
    for number, mutant in enumerate(mutants):
        if number not in done:
            done[number] = test_mutant(number, mutant, options)
            append(results, done[number])
    survivors = {number: mutants[number] for number in done if not done[number]["caught"]}
    with create_worktree() as root:
        for mutant in sorted(survivors.values(), key=lambda mutant: -mutant.start):
            mutant.apply(root)
        failed = find_first_failure(root, options)
    for number, mutant in survivors.items():
        with create_worktree() as root:
            mutant.apply(root)
            by = failed and find_first_failure(root, options)
        append(results, done[number] | {"tests": "all", "caught": by is not None, "by": by})


def test_mutant(number: int, mutant: Mutant, options: list[str]) -> dict[str, object]:
    """Test a mutant by the tests of its package, the nearest first."""
    began = time.monotonic()
    package = mutant.path.partition("/")[0]
    with create_worktree() as root:
        mutant.apply(root)
        near = find_near_tests(root, mutant.path)
        by = find_first_failure(root, [*options, *near]) if near else None
        by = by or find_first_failure(root, [*options, *TESTS[package]])
    return {
        "number": number,
        "path": mutant.path,
        "tests": "package",
        "caught": by is not None,
        "by": by,
        "seconds": round(time.monotonic() - began),
    }


def find_near_tests(root: Path, path: str) -> list[str]:
    """Return the tests that mirror a file, and those of its folder, as paths from the root."""
    package, *folders = Path(path).parent.parts
    folder = root / "tests" / package / Path(*folders)
    found = [folder / f"test_{Path(path).stem}.py"]
    if folders:
        found += [folder, folder.parent / f"test_{folders[-1]}.py"]
        found += [root / "tests" / "pages" / f"test_{folders[0]}.py"] if package == "ui" else []
    return [path.relative_to(root).as_posix() for path in found if path.exists()]


def append(results: Path, result: dict[str, object]) -> None:
    """Append a result as one line, and print it."""
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
    if done.returncode in (0, NO_TESTS):
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
