"""Reports of what a reading understood, assumed, changed and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..errors import Note

Level = Literal["info", "warning", "question"]
MAX_SHOWN = 12  # findings in a representation


@dataclass(frozen=True)
class Finding:
    """One thing to know about data that was read.

    Attributes:
        level: "info": stated, no reason to act; "warning": check it; "question": it could not be
            decided, and a default was applied.
        code: What kind of thing it is, the same in every language and version.
        message: Sentence for people.
        column: Column that it is about; None for the whole table.
        rows: Lines of the file that it is about, at most the first thousand.
        remedies: Keyword arguments of ``read_sequences`` that change it, one set per choice.
    """

    level: Level
    code: str
    message: Note
    column: str | None = None
    rows: tuple[int | str, ...] = ()
    remedies: tuple[Mapping[str, object], ...] = ()

    def __str__(self) -> str:
        return f"{self.level}: {self.message}"


@dataclass(frozen=True)
class ReadReport:
    """The findings of a reading: ``rows`` = ``used`` + the sum of ``left_out``.

    Iterate over it for its findings, questions first. It is empty for data that was not read from a
    table.

    Attributes:
        findings: The findings.
        rows: Rows of the table.
        used: Rows that are part of a sequence.
        left_out: Number of other rows per reason.
        roles: Columns per role: "id", "time", "target", "split", "group" and "features".
    """

    findings: tuple[Finding, ...] = ()
    rows: int = 0
    used: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        order: dict[Level, int] = {"question": 0, "warning": 1, "info": 2}
        return iter(sorted(self.findings, key=lambda finding: order[finding.level]))

    def __len__(self) -> int:
        return len(self.findings)

    def select(self, *levels: Level) -> tuple[Finding, ...]:
        """Return the findings of these levels."""
        return tuple(finding for finding in self if finding.level in levels)

    def __repr__(self) -> str:
        """Show the rows, the roles and the first findings, one per line."""
        lines = [f"ReadReport({self.used} of {self.rows} rows used, {len(self)} findings)"]
        lines += [f"  {role}: {', '.join(names[:8])}" for role, names in self.roles.items()]
        shown = list(self)[:MAX_SHOWN]
        lines += [f"  {finding}" for finding in shown]
        if len(self) > len(shown):
            lines.append(f"  and {len(self) - len(shown)} more")
        return "\n".join(lines)
