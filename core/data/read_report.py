"""Reports of what a reading understood, assumed, changed and left out."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..errors import Note, as_note
from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    Check,
    integer,
    list_of,
    mapping_of,
    names,
    one_of,
    optional,
    record,
    text,
    value_error,
)

Level = Literal["info", "warning", "question"]
LEVELS: tuple[Level, ...] = ("question", "warning", "info")
MAX_SHOWN = 12  # findings in a representation
MAX_ROWS = 1_000  # lines of a finding
MAX_FINDINGS, MAX_REMEDIES, MAX_CODE = 10_000, 100, 40  # in a stored report


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
        remedies: Keyword arguments of ``read_sequences`` that decide it, one set per choice. The
            first choice of a question is what was assumed.
        examples: Some values as they are read with each of the remedies; () for none.
    """

    level: Level
    code: str
    message: Note
    column: str | None = None
    rows: tuple[int | str, ...] = ()
    remedies: tuple[Mapping[str, object], ...] = ()
    examples: tuple[tuple[str, ...], ...] = ()

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
        start_ranks: (n,) int32, rank of each sequence by the time of its first step, from 0; equal
            times share a rank. None without a time column, or if all sequences start at the same
            time. It makes no difference to equality.
    """

    findings: tuple[Finding, ...] = ()
    rows: int = 0
    used: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    start_ranks: npt.NDArray[np.int32] | None = field(default=None, compare=False)

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted(self.findings, key=lambda finding: LEVELS.index(finding.level)))

    def __len__(self) -> int:
        return len(self.findings)

    def select(self, *levels: Level) -> tuple[Finding, ...]:
        """Return the findings of these levels."""
        return tuple(finding for finding in self if finding.level in levels)

    def with_findings(self, *findings: Finding) -> ReadReport:
        """Return the report with further findings."""
        return replace(self, findings=(*self.findings, *findings))

    def take(self, rows: np.ndarray) -> ReadReport:
        """Return the report of the sequences in these rows, some perhaps more than once."""
        if self.start_ranks is None:
            return self
        return replace(self, start_ranks=self.start_ranks[rows])

    def accepting(self, codes: Collection[str]) -> ReadReport:
        """Return the report in which findings with these codes are only stated."""
        findings = tuple(
            replace(finding, level="info") if finding.code in codes else finding
            for finding in self.findings
        )
        return replace(self, findings=findings)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``ReadReport.from_dict`` reads them.

        Of more findings than a stored report may have, the questions and warnings come first.
        """
        findings = self.findings if len(self) <= MAX_FINDINGS else [*self][:MAX_FINDINGS]
        return {
            "findings": [_to_plain(finding) for finding in findings],
            "rows": self.rows,
            "used": self.used,
            "left_out": dict(self.left_out),
            "roles": {role: list(columns) for role, columns in self.roles.items()},
            "start_ranks": _encode_ranks(self.start_ranks),
        }

    @classmethod
    def from_dict(cls, plain: object) -> ReadReport:
        """Rebuild a report from the output of ``to_dict``.

        Raises:
            ValueError: for any other values.
        """
        return REPORT_CHECK(plain, "the report")

    def __repr__(self) -> str:
        """Show the rows, the roles and the first findings, one per line."""
        lines = [f"ReadReport({self.used} of {self.rows} rows used, {len(self)} findings)"]
        lines += [f"  {role}: {', '.join(names[:8])}" for role, names in self.roles.items()]
        shown = list(self)[:MAX_SHOWN]
        lines += [f"  {finding}" for finding in shown]
        if len(self) > len(shown):
            lines.append(f"  and {len(self) - len(shown)} more")
        return "\n".join(lines)


def _to_plain(finding: Finding) -> dict[str, object]:
    rows = [row.to_plain() if isinstance(row, Note) else row for row in finding.rows]
    return vars(finding) | {
        "message": finding.message.to_plain(),
        "rows": rows,
        "remedies": finding.remedies[:MAX_REMEDIES],
        "examples": finding.examples[:MAX_REMEDIES],
    }


def _encode_ranks(ranks: npt.NDArray[np.int32] | None) -> str | None:
    # as text, a tenth of the time of a list of numbers
    return None if ranks is None else base64.b64encode(ranks.astype("<i4").tobytes()).decode()


def _check_ranks(plain: object, where: str) -> npt.NDArray[np.int32]:
    try:
        encoded = base64.b64decode(text(MAX_COUNT)(plain, where), validate=True)
        return np.frombuffer(encoded, "<i4").astype(np.int32)
    except (binascii.Error, ValueError):
        raise value_error(plain, where, "numbers of four bytes in base64") from None


def _check_row(plain: object, where: str) -> int | str:
    if isinstance(plain, int) and not isinstance(plain, bool):
        return plain
    return text()(plain, where) if isinstance(plain, str) else as_note(plain, where)


def _check_remedy(plain: object, where: str) -> Mapping[str, object]:
    """Accept a mapping; ``core.reading.choices`` checks its values when it is used."""
    if not isinstance(plain, dict):
        raise value_error(plain, where, "keyword arguments")
    return plain


FINDING_CHECK: Check[Finding] = record(
    Finding,
    {"level": one_of(*LEVELS), "code": text(MAX_CODE), "message": as_note},
    {
        "column": optional(text()),
        "rows": list_of(_check_row, MAX_ROWS),
        "remedies": list_of(_check_remedy, MAX_REMEDIES),
        "examples": list_of(names(), MAX_REMEDIES),
    },
)
REPORT_CHECK: Check[ReadReport] = record(
    ReadReport,
    {},
    {
        "findings": list_of(FINDING_CHECK, MAX_FINDINGS),
        "rows": integer(0, MAX_COUNT),
        "used": integer(0, MAX_COUNT),
        "left_out": mapping_of(integer(0, MAX_COUNT), MAX_NAMES),
        "roles": mapping_of(names(), MAX_NAMES),
        "start_ranks": optional(_check_ranks),
    },
)
