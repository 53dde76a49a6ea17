"""What in a table is not as it should be: collected while it is read, not one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...data.schema import Schema
from ...errors import DataError, MissingValue, Note
from .cells import cell
from .table import Table

MAX_LISTED = 1_000  # of each kind; the rest is counted
NEVER_IN_THE_WAY = ("duplicate", "gap", "unseen")


@dataclass(frozen=True)
class Problem:
    """kind: "unreadable", "missing", "incomplete", "spaces", "empty", "changes", "duplicate", "gap"
    or "unseen".
    row, column, found: the place in the file and its text. what: a sentence."""

    kind: str
    row: int | str
    column: str | int
    found: str
    what: Note


@dataclass(frozen=True)
class Report:
    """What became of the rows of a table: ``rows`` = ``used`` + the sum of ``left_out``.

    left_out  rows by the kind of the problem they have
    found     all problems by their kind, also those beyond the ``problems`` that are listed
    problems  in the order of the rows
    schema    by which they were read
    constant  features that are the same at every step of a sequence
    """

    schema: Schema
    rows: int
    used: int
    left_out: Mapping[str, int]
    found: Mapping[str, int]
    problems: tuple[Problem, ...]
    constant: tuple[str, ...] = ()

    @property
    def in_the_way(self) -> Report:
        """With the problems alone about which nothing was chosen; with all of them where what was
        chosen cannot be done."""
        done = settled(self.schema)
        left = {kind: number for kind, number in self.found.items() if kind not in done}
        if not left:
            return self
        listed = tuple(problem for problem in self.problems if problem.kind in left)
        return replace(self, found=left, problems=listed)


def settled(schema: Schema) -> set[str]:
    """The kinds of problems about which something was chosen, or which are never in the way."""
    done = {*schema.fixes, *NEVER_IN_THE_WAY}
    return done - {"unreadable"} if schema.missing == "refuse" else done | {"missing"}


class Problems:
    """What was found so far, and how many rows were left out for it."""

    def __init__(self, table: Table, schema: Schema) -> None:
        self.rows = len(table)
        self.schema = schema
        self.found: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()
        self.listed: list[tuple[tuple[int, int], Problem]] = []
        self.kinds: Counter[str] = Counter()  # of those listed

    def add(
        self,
        kind: str,
        template: str,
        table: Table,
        column: str | int,
        rows: np.ndarray,
        found: Sequence[str] | None = None,
        **values: object,
    ) -> None:
        """Problems of one kind in one column. rows: (k,) rows of the table, from 0; found: what
        stands there, when it is not the whole cell, of the first MAX_LISTED at least."""
        self.found[kind] += len(rows)
        room = MAX_LISTED - self.kinds[kind]
        self.kinds[kind] += min(len(rows), room)
        for number, row in enumerate(rows[:room].tolist()):
            if found is None:
                place = cell(table, column, row)
            else:
                place = {"row": table.row(row), "column": column, "found": found[number]}
            where = table.file_of(row), int(table.rows[row])
            what = Note(template, **values, **place)
            self.listed.append((where, Problem(kind, what=what, **place)))

    def count(self, kind: str, number: int) -> None:
        """Problems beyond those that are listed."""
        if number > 0:
            self.found[kind] += number

    def settle(self) -> None:
        """Raises DataError, with the report, unless something was chosen about every kind. A cell
        that is no number is settled when it counts as missing and missing values are settled."""
        done = settled(self.schema)
        if self.found.keys() <= done:
            return
        report = self.report(0)
        worst = next(problem for problem in report.problems if problem.kind not in done)
        kind = MissingValue if worst.kind == "missing" else DataError
        error = kind(worst.what.template, **worst.what.values)
        error.report = report
        raise error

    def report(self, used: int) -> Report:
        """used: rows that the sequences hold."""
        listed = sorted(self.listed, key=lambda each: each[0])
        problems = tuple(problem for _, problem in listed)
        return Report(self.schema, self.rows, used, dict(self.left_out), dict(self.found), problems)
