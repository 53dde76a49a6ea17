"""Words that mean a missing value in a cell: a blank, NA, NaN, null, ?"""

from __future__ import annotations

# Markers of a missing value in spreadsheets, pandas, R, Java, Weka and hand-written files;
# compared in lower case.
MISSING_MARKERS = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "?")


def is_missing(cell: str) -> bool:
    """Tell if a cell holds a marker of a missing value."""
    return cell.strip().lower() in MISSING_MARKERS
