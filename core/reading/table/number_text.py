"""Text that is a number."""

from __future__ import annotations

import re

# Exactly what Arrow parses as a number. Any text matches in one way only: a pattern with several
# ways backtracks, and rejecting a long cell would take time quadratic in its length, or worse.
NUMBER = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?inf(inity)?"
_NUMBER = re.compile(NUMBER, re.I)


def is_number(cell: str) -> bool:
    """Tell if a cell holds a number."""
    return _NUMBER.fullmatch(cell.strip()) is not None
