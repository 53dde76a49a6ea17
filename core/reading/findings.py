"""The report of a reading, from the schema and the problems of the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..data.choices import Choices
from ..data.read_report import Finding, Level, ReadReport
from ..data.schema import Schema
from ..data.sequences import Sequences
from ..errors import Note
from ..i18n import N_
from .table.report import Problem, Report

# Per kind of problem: the level of its finding, and what was done.
PROBLEMS: dict[str, tuple[Level, str]] = {
    "unreadable": (
        "warning",
        N_(
            "Cells that are not numbers count as missing: {n}, the first with {found!r} in row "
            "{row}, column {column}"
        ),
    ),
    "incomplete": (
        "warning",
        N_(
            "Rows left out because a role has no value: {n}, the first is row {row} with "
            "{found!r} in column {column}"
        ),
    ),
    "spaces": (
        "warning",
        N_("Ids that differ in spaces only count as equal: {n}, the first {found!r} in row {row}"),
    ),
    "empty": ("warning", N_("Sequences without steps are left out: {n}, the first in row {row}")),
    "duplicate": (
        "warning",
        N_("Rows that repeat a time of their sequence: {n}, the first is row {row}"),
    ),
    "unknown": ("warning", N_("Sequences with a missing value in every step are left out: {n}")),
    "spread": ("info", N_("Rows that take the target of another row of their sequence: {n}")),
    "gap": ("info", N_("Steps after a gap in regular times: {n}, the first in row {row}")),
}
MISSING = {
    "forward": N_(
        "Missing values: {n} ({share:.1%}). Training fills them with the last known value, "
        "else the mean, and adds a feature that marks them"
    ),
    "mean": N_(
        "Missing values: {n} ({share:.1%}). Training fills them with the mean and adds a "
        "feature that marks them"
    ),
    "drop": N_("Steps with a missing value are left out: {n} ({share:.1%})"),
}
STATIC = N_("`{name}` never changes within a sequence")
# Share of the values, or of the rows, from which it is a doubt that they are missing or left out.
# Of laboratory values, which a long table holds, more are missing as a rule.
MAX_SHARE = 0.2
LEFT_OUT = ("incomplete", "empty")  # problems of rows that are left out
DUPLICATE_CHOICES = ("keep", "first", "last", "mean")

REMAINING = N_(
    "the target of each step is the number of steps to the end of its sequence, at most {most}"
)
EARLY_ENDS = N_(
    "Targets count the steps to the last row of each sequence. They are too small for test "
    "sequences that end before the event."
)
NONE_IS_MISSING = N_(
    "Cells of `{name}` with the word “none” count as missing: {n}. If it is a category, write "
    "another word in the file, such as “nothing”"
)
ENDED = N_("Sequences whose end is marked by missing values after the last value: {n}")


@dataclass(frozen=True)
class MissingCount:
    """How much is missing of what was read, before steps are dropped.

    Attributes:
        count: Missing values; or steps with one, if these are dropped.
        total: All values, or all steps.
        has_complete_steps: Some step has all of its values.
    """

    count: int
    total: int
    has_complete_steps: bool


def count_missing(data: Sequences, schema: Schema) -> MissingCount:
    """Count what is missing of data before steps are dropped."""
    is_missing = np.isnan(data.values)
    is_incomplete = is_missing.any(axis=1)
    counted = is_incomplete if schema.missing == "drop" else is_missing
    return MissingCount(int(np.count_nonzero(counted)), counted.size, not bool(is_incomplete.all()))


def build_read_report(report: Report, missing: MissingCount) -> ReadReport:
    """Build the public report of a reading.

    Args:
        report: Problems of the table.
        missing: What is missing.
    """
    schema = report.schema
    findings = [
        each
        for each in schema.findings
        if each.code != "no_target" or schema.remaining_steps is None
    ]
    for kind, count in report.counts.items():
        problems = [problem for problem in report.problems if problem.kind == kind]
        if kind == "missing":
            findings.append(_describe_missing(report, missing, problems))
            continue
        level, template = PROBLEMS[kind]
        if kind in LEFT_OUT:
            count = report.dropped[kind]  # a row may have several problems
            if count > MAX_SHARE * report.rows:
                level = "question"
        columns = {str(problem.column) for problem in problems}
        findings.append(
            Finding(
                level,
                kind,
                Note(template, n=count, **_describe_first(problems)),
                columns.pop() if len(columns) == 1 else None,
                tuple(problem.row for problem in problems),
                _list_remedies(kind, schema, problems),
            )
        )
    findings += [
        Finding("info", "static", Note(STATIC, name=name), name) for name in report.static_features
    ]
    findings += [
        Finding(
            "warning",
            "none",
            Note(NONE_IS_MISSING, name=name, n=count),
            name,
            remedies=({"accept": ["none"]},),
        )
        for name, count in report.missing_words.items()
        if count
    ]
    if report.ended:
        findings.append(Finding("info", "end", Note(ENDED, n=report.ended)))
    if schema.remaining_steps is not None:
        note = Note(REMAINING, most=schema.remaining_steps)
        findings.append(Finding("info", "remaining_steps", note))
        if schema.split and schema.steps_after is None:
            findings.append(Finding("warning", "early_end", Note(EARLY_ENDS)))
    return ReadReport(
        tuple(findings), report.rows, report.used, dict(report.dropped), _list_roles(schema)
    )


def _describe_missing(report: Report, missing: MissingCount, problems: list[Problem]) -> Finding:
    """Describe the missing values, their treatment, and the treatments that leave data."""
    schema = report.schema
    is_large = missing.count > MAX_SHARE * missing.total
    treatments = ["forward", "mean"]
    if missing.has_complete_steps:
        treatments.append("drop")
    treatments.sort(key=lambda name: name != schema.missing)
    columns = {str(problem.column) for problem in problems}
    template = MISSING[schema.missing]
    return Finding(
        "info" if not is_large else "warning" if schema.layout == "long" else "question",
        "missing",
        Note(template, n=missing.count, share=missing.count / missing.total),
        columns.pop() if len(columns) == 1 else None,
        tuple(problem.row for problem in problems),
        tuple({"missing": name, "accept": ["missing"]} for name in treatments),
    )


def list_choices_after_refusal(report: Report) -> tuple[Choices, ...]:
    """List the choices by which a refused table may be read.

    Args:
        report: Problems of the table, as in ``DataError.report``.
    """
    choices: list[Choices] = []
    if report.schema.missing == "refuse" and report.counts.keys() & {"missing", "unreadable"}:
        choices += [{"missing": "forward"}, {"missing": "mean"}, {"missing": "drop"}]
    if "changes" in report.counts:
        choices += [{"target_at": "step"}, {"target_at": "end"}, {"target": ""}]
    columns = {str(problem.column) for problem in report.problems if problem.kind == "incomplete"}
    if report.schema.time and columns & {*report.schema.list_columns("time")}:
        choices.append({"time": ""})
    if report.schema.target in columns:
        choices.append({"target": ""})
    return tuple(choices)


def _describe_first(problems: Sequence[Problem]) -> dict[str, object]:
    """Return the place of the first of these problems, for a message."""
    if not problems:
        return {}
    first = problems[0]
    return {"row": first.row, "column": first.column, "found": first.found}


def _list_remedies(
    kind: str, schema: Schema, problems: list[Problem]
) -> tuple[Mapping[str, object], ...]:
    """List the choices that treat this kind of problem otherwise."""
    if kind == "duplicate":
        names = sorted(DUPLICATE_CHOICES, key=lambda name: name != schema.duplicates)
        return tuple({"duplicates": name} for name in names)
    if kind == "empty":
        return ({"accept": ["empty"]},)
    if kind == "incomplete":
        columns = {str(problem.column) for problem in problems}
        optional = [
            role
            for role in ("time", "target", "split", "group")
            if columns & {*schema.list_columns(role)}
        ]
        return ({"accept": ["incomplete"]}, *({role: ""} for role in optional))
    return ()


def _list_roles(schema: Schema) -> dict[str, tuple[str, ...]]:
    roles = {role: schema.list_columns(role) for role in ("id", "time", "target", "split", "group")}
    named = {role: columns for role, columns in roles.items() if columns}
    channels = schema.channels if len(schema.channels) > 1 else ()
    return named | {"features": channels or schema.features}
