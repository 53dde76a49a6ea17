"""Table of runs, as a download."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from runs import RunSummary
from ui.i18n import translate_name
from ui.results.run_labels import describe_recipe, format_result


def build_table(runs: Sequence[RunSummary]) -> pd.DataFrame:
    """Build a table with one row per run; column names are English, so that scripts find them."""
    return pd.DataFrame(
        {
            "id": [run.id for run in runs],
            "name": [translate_name(run.name) for run in runs],
            "note": [run.note for run in runs],
            "state": [run.state.value for run in runs],
            "result": [format_result(run) for run in runs],
            "started": [(run.started or run.created).isoformat() for run in runs],
            "seconds": [
                (run.ended - run.started).total_seconds() if run.ended and run.started else None
                for run in runs
            ],
            "comparison": [run.comparison for run in runs],
            "recipe in the comparison": [run.entry for run in runs],
            "recipe": [describe_recipe(run) for run in runs],
        }
    )
