"""Problems of a table, collected while it is read rather than raised one at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NoReturn

import numpy as np

from ...data.schema import Schema
from ...errors import DataError, MissingValue, Note
from .cells import Cell, describe_cell
from .table import Table

MAX_LISTED = 1_000  # per kind; further problems are only counted
# Kinds of problems that never end a reading.
NEVER_BLOCKING = ("duplicate", "gap", "incomplete", "spaces", "empty", "spread", "unknown")


@dataclass(frozen=True)
class Problem:
    """A problem of one cell.

    Attributes:
        kind: "unreadable", "missing", "incomplete", "spaces", "empty", "changes", "duplicate",
            "gap"; "spread" for rows that took the target of another row, and "unknown" for
            sequences without a known step, which are only counted.
        row: Line of the file.
        column: Name of the column, or number of the cell in its row.
        found: Text of the cell.
        message: Sentence for the user.
    """

    kind: str
    row: int | str
    column: str | int
    found: str
    message: Note


@dataclass(frozen=True)
class Report:
    """Result of reading a table: ``rows`` = ``used`` + the sum of ``dropped``.

    Attributes:
        schema: Schema by which the table was read.
        rows: Rows of the table.
        used: Rows that are part of a sequence.
        dropped: Number of dropped rows per kind of problem.
        counts: Number of problems per kind, including those that ``problems`` does not list.
        problems: Problems in the order of the rows.
        static_features: Features that are the same at every step of a sequence.
        ended: Sequences of which missing values behind the last value are no steps.
        missing_words: Cells per column of words that hold "none", which counts as missing.
    """

    schema: Schema
    rows: int
    used: int
    dropped: Mapping[str, int]
    counts: Mapping[str, int]
    problems: tuple[Problem, ...]
    static_features: tuple[str, ...] = ()
    ended: int = 0
    missing_words: Mapping[str, int] = field(default_factory=dict)

    @property
    def unresolved(self) -> Report:
        """Report of the problems without a chosen treatment.

        Contains all problems when the chosen treatments are not applicable.
        """
        resolved = get_resolved_kinds(self.schema)
        counts = {kind: number for kind, number in self.counts.items() if kind not in resolved}
        if not counts:
            return self
        listed = tuple(problem for problem in self.problems if problem.kind in counts)
        return replace(self, counts=counts, problems=listed)

    def raise_first(self, kinds: Collection[str]) -> NoReturn:
        """Raise the error of the first problem of these kinds.

        Raises:
            DataError: The problem, with the report.
        """
        first = next(problem for problem in self.problems if problem.kind in kinds)
        error_type = MissingValue if first.kind == "missing" else DataError
        error = error_type(first.message.template, **first.message.values)
        error.report = self
        raise error


def get_resolved_kinds(schema: Schema) -> set[str]:
    """Return the kinds of problems that have a chosen treatment or never block reading."""
    cells = () if schema.missing == "refuse" else ("missing", "unreadable")
    return {*NEVER_BLOCKING, *cells}


class Problems:
    """Problems of a table found so far, and the number of rows dropped because of them.

    Args:
        table: The table that is read.
        schema: Schema by which it is read.
    """

    def __init__(self, table: Table, schema: Schema) -> None:
        self.rows = len(table)
        self.schema = schema
        self.counts: Counter[str] = Counter()
        self.dropped: Counter[str] = Counter()
        self.ended = 0
        self.missing_words: Counter[str] = Counter()
        self.listed: list[tuple[tuple[int, int], Problem]] = []
        self.kinds: Counter[str] = Counter()  # listed problems per kind

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
        """Add problems of one kind in one column.

        Args:
            kind: Kind of the problems, see ``Problem``.
            template: Template of the message.
            table: Table of the rows.
            column: Name of the column, or number of the cell in its row.
            rows: (k,) rows of the table, from 0.
            found: Offending text per row, if it is not the whole cell; at least for the first
                ``MAX_LISTED`` rows.
            **values: Further values of the template.
        """
        self.counts[kind] += len(rows)
        # The first of a column is always listed: it may be the first of all.
        remaining = max(MAX_LISTED - self.kinds[kind], 1)
        self.kinds[kind] += min(len(rows), remaining)
        for number, row in enumerate(rows[:remaining].tolist()):
            if found is None:
                cell = describe_cell(table, column, row)
            else:
                cell = Cell(row=table.get_line(row), column=column, found=found[number])
            position = table.find_file(row), int(table.rows[row])
            message = Note(template, **values, **cell)
            self.listed.append((position, Problem(kind, message=message, **cell)))

    def count(self, kind: str, number: int) -> None:
        """Count problems without listing them."""
        if number > 0:
            self.counts[kind] += number

    def raise_unresolved(self) -> None:
        """Raise an error unless every kind of problem has a treatment.

        A cell that is not a number counts as missing, where missing values have a treatment.

        Raises:
            DataError: The first unresolved problem, with the report.
        """
        resolved = get_resolved_kinds(self.schema)
        if self.counts.keys() <= resolved:
            return
        self.build_report(0).raise_first(self.counts.keys() - resolved)

    def raise_first(self) -> NoReturn:
        """Raise the error of the first problem, because nothing remains to be read.

        Raises:
            DataError: The first problem, with the report.
        """
        self.build_report(0).raise_first(self.counts)

    def build_report(self, used: int) -> Report:
        """Build the report.

        Args:
            used: Rows that are part of a sequence.
        """
        problems, listed = [], Counter[str]()
        for _, problem in sorted(self.listed, key=lambda each: each[0]):
            listed[problem.kind] += 1
            if listed[problem.kind] <= MAX_LISTED:
                problems.append(problem)
        return Report(
            self.schema,
            self.rows,
            used,
            dict(self.dropped),
            dict(self.counts),
            tuple(problems),
            ended=self.ended,
            missing_words=dict(self.missing_words),
        )
