"""What the owner of a table means by it, and the comparison with how it was read."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from core import DataWarning, Sequences, read_sequences
from core.data.read_report import ReadReport

Source = str | bytes | Callable[[], object]


@dataclass(frozen=True)
class Case:
    """A table and its right reading.

    Attributes:
        name: What it shows; "near miss: …" if a rule must not apply.
        source: Text or bytes of a file, or a function that returns what ``read_sequences`` takes.
        features: Columns of the values (in the wide layout: names of several features).
        lengths: Steps per sequence.
        id, time: Column, or columns.
        target, split, group: Column.
        first: First values of the first sequence: numbers for one feature, otherwise rows.
        targets: First targets, per sequence or per step.
        kind: "words", "whole" or "decimal" targets.
        splits: First values of the split.
        questions: Per question a column or a phrase of its message.
        warnings: The same of the warnings.
        infos: The same of some of the other findings.
        options: Further arguments of ``read_sequences``.
        header: Lines before the first row.
    """

    name: str
    source: Source
    features: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    layout: str = "long"
    id: str | tuple[str, ...] | None = None
    time: str | tuple[str, ...] | None = None
    target: str | None = None
    split: str | None = None
    group: str | None = None
    first: Sequence[object] = ()
    targets: Sequence[object] = ()
    kind: str = ""
    splits: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)
    header: int = 1


def read_case(case: Case, source: Source | None = None) -> Sequences:
    """Read the table of a case, or another one in the same way."""
    content = case.source if source is None else source
    if isinstance(content, str):
        content = content.encode()
    opened = io.BytesIO(content) if isinstance(content, bytes) else content()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return read_sequences(opened, **case.options)


def find_differences(case: Case) -> list[str]:
    """Compare a reading with what is expected; [] if it is right."""
    data = read_case(case)
    report = data.report
    differences = []

    def expect(what: str, found: object, expected: object) -> None:
        if found != expected:
            differences.append(f"{what}: {found!r}, expected {expected!r}")

    expect("layout", data.schema.layout, case.layout)
    for role in ("id", "time", "target", "split", "group"):
        columns = getattr(case, role)
        expected = (columns,) if isinstance(columns, str) else columns or ()
        expect(role, report.roles.get(role, ()), expected)
    expect("lengths", tuple(data.lengths.tolist()), case.lengths)
    if case.features:
        expect("features", report.roles["features"], case.features)
    if len(case.first):
        steps = np.asarray(case.first, dtype=np.float32)
        steps = steps[:, None] if steps.ndim == 1 else steps
        found = data[0][: len(steps), : steps.shape[1]]
        if not np.allclose(found, steps, rtol=1e-6):
            differences.append(f"first: {found.tolist()}, expected {steps.tolist()}")
    if len(case.targets):
        found = [] if data.targets is None else data.targets[: len(case.targets)].tolist()
        expect("targets", found, list(case.targets))
    if case.kind:
        expect("kind of target", _describe_kind(data), case.kind)
    if case.splits:
        found = () if data.split is None else tuple(data.split[: len(case.splits)].tolist())
        expect("split values", found, case.splits)
    expect("rows explained", report.used + sum(report.left_out.values()), report.rows)
    return differences + _compare_findings(case, report)


def _compare_findings(case: Case, report: ReadReport) -> list[str]:
    """Compare the findings: each question and warning is expected, and each expected one found."""
    expected = {"question": case.questions, "warning": case.warnings}
    differences = []
    for level, phrases in expected.items():
        found = list(report.select(level))
        for phrase in phrases:
            match = next((each for each in found if _is_about(each, phrase)), None)
            if match is None:
                differences.append(f"no {level} about {phrase!r}")
            else:
                found.remove(match)
        differences += [f"unexpected {level}: {each.message}" for each in found]
    return differences + [
        f"no info about {phrase!r}"
        for phrase in case.infos
        if not any(_is_about(each, phrase) for each in report.select("info"))
    ]


def _is_about(finding: object, phrase: str) -> bool:
    return finding.column == phrase or phrase.lower() in str(finding.message).lower()


def _describe_kind(data: Sequences) -> str:
    if data.targets is None:
        return ""
    return {"i": "whole", "u": "whole", "f": "decimal"}.get(data.targets.dtype.kind, "words")
