"""``Layout``: which column of a table plays which role."""

from __future__ import annotations

from dataclasses import dataclass

LAYOUTS = ("rows", "list", "long", "wide")


@dataclass(frozen=True)
class Layout:
    """How a table holds its sequences.

    layout    "rows": every row is one sequence of one feature, numbers only, without a header;
              "list": one sequence a row, its steps written as a list in a cell;
              "long": one step a row; "wide": one sequence a row, one step a column
    id …      the column of that role, or None
    features  the columns that hold the values: one a feature in "list" and "long", one a step
              in "rows" and "wide"
    unused    the columns without any role
    reasons   short sentences on why, for people
    """

    layout: str
    id: str | None = None
    time: str | None = None
    target: str | None = None
    split: str | None = None
    group: str | None = None
    features: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
