"""What was found while a table was read, in a form that tests compare."""

from core import Sequences
from core.data.read_report import Finding
from core.reading import Schema, open_table, read_with_choices


def list_findings(source: Schema | Sequences) -> tuple[Finding, ...]:
    """List all findings of a reading, or those of a detection."""
    return source.findings if isinstance(source, Schema) else source.report.findings


def list_doubts(source: Schema | Sequences) -> list[tuple[str, str, str]]:
    """List level, code and text of the warnings and questions."""
    return [
        (finding.level, finding.code, str(finding.message))
        for finding in list_findings(source)
        if finding.level != "info"
    ]


def list_reasons(source: Schema | Sequences) -> list[tuple[str, str]]:
    """List code and text of what was only stated."""
    return [
        (finding.code, str(finding.message))
        for finding in list_findings(source)
        if finding.level == "info"
    ]


def find_finding(source: Schema | Sequences, code: str) -> Finding:
    """Return the only finding with this code."""
    (finding,) = [each for each in list_findings(source) if each.code == code]
    return finding


def read_problem(source, **choices) -> str:
    """Read a file with one problem that does not refuse it, and return the text of the problem."""
    (problem,) = read_with_choices(open_table(source), choices)[1].problems
    return str(problem.message)
