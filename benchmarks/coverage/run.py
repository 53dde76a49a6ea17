"""Run all simulations, check what is required of them, and write docs/coverage.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks.coverage import comparisons, metrics
from benchmarks.coverage.cell import SIMULATIONS

REPORT = Path(__file__).parents[2] / "docs" / "coverage.md"
Row = dict[str, object]
HEAD = f"""# Coverage of the intervals

Written by `python -m benchmarks coverage`: {SIMULATIONS:,} simulations per line, seed 0, except for
shares, whose coverage is exact. *coverage* is the share of 95% intervals that contain the true
value, *approximate* the share that is marked so on screen, *width* the mean width as a multiple of
that of the plain percentile bootstrap, which is 0 where all predictions are right.
"""
SECTIONS: tuple[tuple[str, Callable[[], list[Row]]], ...] = (
    ("Accuracy of independent sequences", metrics.measure_shares),
    ("Lowest coverage for 10 to 200 sequences and shares of .5 to .98", metrics.find_worst_share),
    ("Errors of independent sequences", metrics.measure_errors),
    ("Sequences in groups, 3 to 11 each", metrics.measure_groups),
    ("Classes, each with 10 or more sequences", metrics.measure_classes),
    ("Cross-validation with 5 folds", metrics.measure_cross_validation),
    ("Comparisons of equally good recipes", comparisons.measure_comparisons),
    ("A recipe that is better by three standard errors", comparisons.measure_power),
)


def run() -> dict[str, object]:
    """Simulate, write the tables, and return what is required with what was found."""
    tables = {title: measure() for title, measure in SECTIONS}
    parts = [HEAD, *(f"## {title}\n\n{_render(rows)}" for title, rows in tables.items())]
    REPORT.write_text("\n".join(parts), encoding="utf-8")
    shares, worst, errors, groups, classes, folds, equal, better = tables.values()
    normal = [each for each in errors if each["errors"] == "normal" and each["n"] >= 20]
    grouped = [
        each
        for each in groups
        if each["groups"] >= 20 and each["metric"] not in ("accuracy 0.9", "accuracy 0.95")
    ]
    return {
        "shares": _require("coverage", [*shares, *worst], 0.93),
        "errors": _require("coverage", normal, 0.92),
        "groups": _require("coverage", grouped, 0.92),
        "classes": _require("coverage", classes, 0.88),
        "cross-validation": _require("coverage", folds, 0.92),
        "false better": _require("false better", equal, 0.06, is_limit=True),
        "named": _require("named", better, 0.6),
    }


def _require(column: str, rows: list[Row], target: float, is_limit: bool = False) -> Row:
    values = [float(str(row[column])) for row in rows]
    found = max(values) if is_limit else min(values)
    reached = found <= target if is_limit else found >= target
    return {"found": found, "target": target, "reached": reached}


def _render(rows: list[Row]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [_join(names), _join(["---"] * len(names))]
    lines += [_join([str(row.get(name, "")) for name in names]) for row in rows]
    return "\n".join(lines) + "\n"


def _join(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
