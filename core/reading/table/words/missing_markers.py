"""Words that mean a missing value in a cell: a blank, NA, NaN, null, ?"""

from __future__ import annotations

# Markers of a missing value in spreadsheets, pandas, R, Java, Weka and hand-written files;
# compared in lower case.
MISSING_MARKERS = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "none", "?")

# The marker that is also a word of the language, such as the category of those without a drug.
NONE = "none"

# Behind the last value of a row these end its sequence, however they are capitalised. A question
# mark is a value of the row that is not known.
END_MARKERS = tuple(
    dict.fromkeys(
        spelling
        for marker in MISSING_MARKERS
        if marker != "?"
        for spelling in (marker, marker.upper(), marker.title(), marker.replace("nan", "NaN"))
    )
)


def is_missing(cell: str) -> bool:
    """Tell if a cell holds a marker of a missing value."""
    return cell.strip().lower() in MISSING_MARKERS
