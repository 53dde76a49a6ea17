"""``Notation``: how the numbers of a column are written."""

from __future__ import annotations

from dataclasses import dataclass

from ..json_validation import boolean, one_of, record, text

THOUSANDS = ("", ",", ".", " ", "'")
DECIMALS = (".", ",")
MAX_AFFIX = 20  # characters of a unit or a currency


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column are written, where it is not as in 1234.5.

    Attributes:
        column: name of the column.
        thousands: mark between groups of three digits, "" for none; " " and "'" include the
            typographic forms.
        decimal: decimal mark.
        prefix: currency before a number.
        suffix: unit, currency or percent sign behind a number.
        pair: every cell holds two numbers with a slash between them, as in 120/80; the column is
            then read as two, see ``pair_columns``.
        boolean: the cells are true and false, which are read as 1 and 0.
    """

    column: str
    thousands: str = ""
    decimal: str = "."
    prefix: str = ""
    suffix: str = ""
    pair: bool = False
    boolean: bool = False

    @property
    def pair_columns(self) -> tuple[str, str]:
        """Names of the columns of the two numbers of a pair."""
        return f"{self.column} (1)", f"{self.column} (2)"

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that hold the numbers."""
        return self.pair_columns if self.pair else (self.column,)


NOTATION_CHECK = record(
    Notation,
    {"column": text()},
    {
        "thousands": one_of(*THOUSANDS),
        "decimal": one_of(*DECIMALS),
        "prefix": text(MAX_AFFIX),
        "suffix": text(MAX_AFFIX),
        "pair": boolean,
        "boolean": boolean,
    },
)
