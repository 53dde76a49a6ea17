"""CSV files that are safe in a spreadsheet: cells that it would execute are escaped."""

from __future__ import annotations

import pandas as pd

from core.reading.table.number_text import is_number


def to_csv(frame: pd.DataFrame) -> bytes:
    """Convert a table to CSV that is safe in a spreadsheet.

    Text that a spreadsheet would read as a formula is marked as text.
    """
    safe = frame.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = safe[name].map(_escape_formula)
    return safe.rename(columns=_escape_formula).to_csv(index=False).encode()


def _escape_formula(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    is_formula = cell.lstrip().startswith(("=", "+", "-", "@")) and not is_number(cell)
    return f"'{cell}" if is_formula else cell
