"""Names of downloaded files, with the run and its date."""

from __future__ import annotations

import re

from runs import RunSummary

MAX_NAME = 60  # characters of the run's name


def name_file(run: RunSummary, content: str) -> str:
    """Return a file name without extension: gestures-2026-11-29-predictions.

    Args:
        run: The run from which the content comes.
        content: What is in the file; English, as scripts look for it.
    """
    name = re.sub(r"\.[A-Za-z]{2,7}$", "", run.name)  # of the file that the run was trained on
    name = re.sub(r"[^\w.-]+", "-", name)[:MAX_NAME].strip(".-_") or "run"
    return f"{name}-{run.created:%Y-%m-%d}-{content}"
