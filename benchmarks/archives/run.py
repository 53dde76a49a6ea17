"""Measure the suggestion on data sets with published figures, and write docs/archives.md.

Without ``--final`` everything is cross-validated within training sets: the evidence for the rules
of ``core.recipe.suggestion_rules``. With it test targets are read, and the report logs the opening
with its date and commit.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import asdict
from datetime import date
from pathlib import Path

from benchmarks.archives.measure import cross_validate, list_candidates, test
from benchmarks.archives.report import render_report
from benchmarks.archives.sources import find_sources

SUGGESTION = "suggestion"
DOCS = Path(__file__).parents[2] / "docs"
RECORD = DOCS / "archives.json"


def run(folder: Path, final: bool, only: list[str]) -> dict[str, object]:
    """Measure every data set below a folder.

    Args:
        folder: Folder of UCR-style folders, each with NAME_TRAIN and NAME_TEST, and of C-MAPSS.
        final: True to read the test targets.
        only: Candidates to measure: families, SUGGESTION, ENSEMBLE. Of others the figures recorded
            before remain. Empty: all.
    """
    record = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    part, measure = ("test", test) if final else ("cross-validation", cross_validate)
    if final:
        opening = {"date": date.today().isoformat(), "commit": _describe_commit()}
        record.setdefault("openings", []).append(opening)
    for source in find_sources(folder):
        suggested, *others = list_candidates(source.read_training())
        entry = record.setdefault(part, {}).setdefault(source.name, {})
        entry["suggested"] = suggested
        for candidate in (suggested, *others):
            names = (candidate, SUGGESTION) if candidate == suggested else (candidate,)
            if only and not set(names) & set(only):
                continue
            result = measure(source, candidate, with_baselines=candidate == suggested)
            entry[candidate] = asdict(result)
            print(source.name, candidate, result.recipe, _summarize(result.figures), flush=True)
            RECORD.write_text(json.dumps(record, indent=1), encoding="utf-8")
    (DOCS / "archives.md").write_text(render_report(record), encoding="utf-8")
    return {"report": "docs/archives.md"}


def _summarize(figures: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(sum(values) / len(values), 4) for name, values in figures.items()}


def _describe_commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
