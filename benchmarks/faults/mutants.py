"""Mutants of Python files: small changes of one expression or statement that tests should catch."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("core", "runs", "ui")

_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
}


@dataclass(frozen=True)
class Mutant:
    """A change of one place in one file.

    Attributes:
        path: the file, relative to the root.
        function: the qualified name of the function or class around the place, to find it again
            after files have moved; "" at module level.
        start, end: character offsets of the place in the file.
        before, after: its text.
    """

    path: str
    function: str
    start: int
    end: int
    before: str
    after: str

    def apply(self, root: Path) -> None:
        """Write the mutated file below ``root``."""
        file = root / self.path
        text = file.read_text(encoding="utf-8")
        if text[self.start : self.end] != self.before:
            raise ValueError(f"{self.path} has changed since the mutant was drawn")
        file.write_text(text[: self.start] + self.after + text[self.end :], encoding="utf-8")


def draw_mutants(root: Path, package: str, count: int, seed: int) -> list[Mutant]:
    """Draw mutants of a package without replacement, each place being equally likely."""
    files = sorted((root / package).rglob("*.py"))
    places = [mutant for file in files for mutant in mutants_of(root, file)]
    return random.Random(seed).sample(places, count)


def mutants_of(root: Path, file: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file, in the order of its text."""
    text = file.read_text(encoding="utf-8")
    lines = [0]
    for line in text.splitlines(keepends=True):
        lines.append(lines[-1] + len(line))

    def offset(line: int, column: int) -> int:
        start = lines[line - 1]
        encoded = text[start : lines[line]].encode()[:column]  # columns count UTF-8 bytes
        return start + len(encoded.decode())

    path = file.relative_to(root).as_posix()
    for node, function, changed in _changes(ast.parse(text), ""):
        start = offset(node.lineno, node.col_offset)
        end = offset(node.end_lineno, node.end_col_offset)
        before = text[start:end]
        after = ast.unparse(changed)
        if isinstance(node, ast.expr):  # as a part of a longer expression, over several lines
            after = f"({after})"
        yield Mutant(path, function, start, end, before, after)


def _changes(tree: ast.AST, function: str) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    for node in ast.iter_child_nodes(tree):
        if _is_skipped(node):
            continue
        name = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{function}.{node.name}".lstrip(".")
        for changed in _changed(node):
            yield node, function, ast.fix_missing_locations(changed)
        for field in ("annotation", "returns"):  # types are not behaviour
            if hasattr(node, field):
                node = copy.copy(node)
                setattr(node, field, None)
        yield from _changes(node, name)


def _is_skipped(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.JoinedStr):  # offsets inside of f-strings are not reliable
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring


def _changed(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield _with(node, ops=[_COMPARISONS[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield copy.copy(node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield _with(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(None)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
