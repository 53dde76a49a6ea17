"""Published accuracies on the default split of each data set, with their sources."""

from __future__ import annotations

import csv
from pathlib import Path

# Each figure is from a file of results that the authors publish.
SOURCES = {
    "tloss": (
        "https://github.com/White-Link/UnsupervisedScalableRepresentationLearningTimeSeries"
        "/blob/6f2e1e5b/results_ucr.csv (T-Loss: combined; DTW: learned window)"
    ),
    "tloss-uea": (
        "https://github.com/White-Link/UnsupervisedScalableRepresentationLearningTimeSeries"
        "/blob/6f2e1e5b/results_uea.csv (T-Loss: combined; DTW: dependent)"
    ),
    "inception": (
        "https://github.com/hfawaz/InceptionTime/blob/365ce4d2/results-InceptionTime-128.csv"
        " (five networks together)"
    ),
    "multirocket": (
        "https://github.com/ChangWeiTan/MultiRocket/blob/3ccaa4f8/results"
        "/results_128_resample_0.csv (50,000 features)"
    ),
}
METHODS = ("DTW", "T-Loss", "InceptionTime", "MultiRocket")


def read_published() -> dict[str, dict[str, float]]:
    """Read the accuracies by data set and method."""
    figures: dict[str, dict[str, float]] = {}
    path = Path(__file__).with_name("published.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["source"] in SOURCES
            figures.setdefault(row["data_set"], {})[row["method"]] = float(row["accuracy"])
    return figures
