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
    """A change at one place of one file.

    Attributes:
        path: The file, relative to the root.
        function: Qualified name of the enclosing function or class, with which the place can be
            found after files have moved; "" at module level.
        start: Character offset of the place in the file.
        end: Character offset of its end.
        before: Text at the place.
        after: Text that replaces it.
    """

    path: str
    function: str
    start: int
    end: int
    before: str
    after: str

    def apply(self, root: Path) -> None:
        """Write the mutated file into the checkout ``root``."""
        file = root / self.path
        text = file.read_text(encoding="utf-8")
        file.write_text(text[: self.start] + self.after + text[self.end :], encoding="utf-8")

    def locate(self, root: Path) -> Mutant:
        """Find the same change in a checkout whose files have moved since the mutant was drawn.

        Raises:
            ValueError: If no function of that name has the place any more.
        """
        file, name = root / self.path, self.function.rpartition(".")[2]
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if text[self.start : self.end] == self.before:
            return self
        same = [
            mutant
            for path in sorted((root / self.path.partition("/")[0]).rglob("*.py"))
            for mutant in find_mutants(root, path)
            if mutant.function.rpartition(".")[2] == name
            and (mutant.before, mutant.after) == (self.before, self.after)
        ]
        if not same:
            raise ValueError(f"{self.path}: {self.function} no longer has {self.before!r}")
        return min(same, key=lambda each: (each.path != self.path, abs(each.start - self.start)))


def draw_mutants(root: Path, package: str, count: int, seed: int) -> list[Mutant]:
    """Draw mutants of a package uniformly and without replacement."""
    files = sorted((root / package).rglob("*.py"))
    mutants = [mutant for file in files for mutant in find_mutants(root, file)]
    return random.Random(seed).sample(mutants, count)


def find_mutants(root: Path, file: Path) -> Iterator[Mutant]:
    """Yield all mutants of a file in textual order."""
    text = file.read_text(encoding="utf-8")
    line_starts = [0]
    for line in text.splitlines(keepends=True):
        line_starts.append(line_starts[-1] + len(line))

    def get_offset(line: int, column: int) -> int:
        start = line_starts[line - 1]
        encoded = text[start : line_starts[line]].encode()[:column]  # columns count UTF-8 bytes
        return start + len(encoded.decode())

    path = file.relative_to(root).as_posix()
    for node, function, changed in _find_changes(ast.parse(text), ""):
        start = get_offset(node.lineno, node.col_offset)
        end = get_offset(node.end_lineno, node.end_col_offset)
        before = text[start:end]
        after = ast.unparse(changed)
        if isinstance(node, ast.expr):  # it may be part of an expression that spans several lines
            after = f"({after})"
        yield Mutant(path, function, start, end, before, after)


def _find_changes(tree: ast.AST, function: str) -> Iterator[tuple[ast.AST, str, ast.AST]]:
    """Yield each node, the name of its enclosing function, and a mutated node."""
    for node in ast.iter_child_nodes(tree):
        if _is_skipped(node):
            continue
        name = function
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{function}.{node.name}".lstrip(".")
        for changed in _mutate(node):
            yield node, function, ast.fix_missing_locations(changed)
        for field in ("annotation", "returns"):  # type annotations do not change the behaviour
            if hasattr(node, field):
                node = copy.copy(node)
                setattr(node, field, None)
        yield from _find_changes(node, name)


def _is_skipped(node: ast.AST) -> bool:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        return True
    if isinstance(node, ast.JoinedStr):  # offsets inside f-strings are not reliable
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)  # a docstring


def _mutate(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the mutated versions of a node."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        yield _replace_fields(node, ops=[_COMPARISONS[type(node.ops[0])]()])
    elif isinstance(node, ast.BoolOp):
        yield _replace_fields(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield copy.copy(node.operand)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        yield _replace_fields(node, op=_OPERATORS[type(node.op)]())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None:
        if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield ast.Return(None)
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield ast.Pass()


def _replace_fields(node: ast.AST, **fields: object) -> ast.AST:
    """Return a copy of a node with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
