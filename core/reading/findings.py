"""The report of a reading, from the schema and the problems of the table."""

from __future__ import annotations

from ..data.read_report import Finding, Level, ReadReport
from ..data.schema import Schema
from ..errors import Note
from ..i18n import N_
from .table.report import Report

# Per kind of problem: the level of its finding, and what was done.
PROBLEMS: dict[str, tuple[Level, str]] = {
    "unreadable": ("warning", N_("Cells that are not numbers count as missing: {n}.")),
    "missing": ("info", N_("Cells without a value: {n}.")),
    "incomplete": ("warning", N_("Rows that lack a role and are left out: {n}.")),
    "spaces": ("warning", N_("Ids that differ in spaces only count as equal: {n} rows.")),
    "empty": ("warning", N_("Sequences without a step are left out: {n}.")),
    "duplicate": ("warning", N_("Rows at the time of another step of their sequence: {n}.")),
    "gap": ("info", N_("Steps after a gap in regular times: {n}.")),
}
STATIC = N_("`{name}` is constant within every sequence")


def build_read_report(report: Report) -> ReadReport:
    """Build the public report of a reading."""
    schema = report.schema
    findings = [Finding("info", "detected", reason) for reason in schema.reasons]
    findings += [Finding("warning", "assumed", doubt) for doubt in schema.doubts]
    for kind, count in report.counts.items():
        level, template = PROBLEMS.get(kind, ("warning", N_("Rows with a problem: {n}.")))
        problems = [problem for problem in report.problems if problem.kind == kind]
        columns = {str(problem.column) for problem in problems}
        findings.append(
            Finding(
                level,
                kind,
                Note(template, n=count),
                columns.pop() if len(columns) == 1 else None,
                tuple(problem.row for problem in problems),
                _list_remedies(kind, schema),
            )
        )
    findings += [
        Finding("info", "static", Note(STATIC, name=name), name) for name in report.static_features
    ]
    return ReadReport(
        tuple(findings), report.rows, report.used, dict(report.dropped), _list_roles(schema)
    )


def _list_remedies(kind: str, schema: Schema) -> tuple[dict[str, object], ...]:
    """List the arguments of ``read_sequences`` that treat this kind of problem otherwise."""
    if kind in ("missing", "unreadable"):
        return tuple(
            {"missing": name} for name in ("drop", "forward", "mean") if name != schema.missing
        )
    return ()


def _list_roles(schema: Schema) -> dict[str, tuple[str, ...]]:
    roles = {role: getattr(schema, role) for role in ("id", "time", "target", "split", "group")}
    named = {
        role: (name,) if isinstance(name, str) else tuple(name)
        for role, name in roles.items()
        if name is not None
    }
    return named | {"features": schema.channels or schema.features}
