"""``Notation``: how the numbers of a column are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..json_validation import boolean, one_of, record, text

THOUSANDS = ("", ",", ".", " ", "'")
DECIMALS = (".", ",")
MAX_AFFIX = 20  # characters of a unit or a currency
# Name, number and unit of a step, such as Force 1 [N].
STEP = re.compile(r"(.*?)([0-9]{1,9})[\])]?(\s*[\[(][^\d\s][^\d]{0,20}[\])])?", re.DOTALL)


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
        step: the pairs are a step of a wide table: bp_1 is read as bp (1) 1 and bp (2) 1.
        boolean: the cells are true and false, which are read as 1 and 0.
    """

    column: str
    thousands: str = ""
    decimal: str = "."
    prefix: str = ""
    suffix: str = ""
    pair: bool = False
    step: bool = False
    boolean: bool = False

    @property
    def pair_columns(self) -> tuple[str, str]:
        """Names of the columns of the two numbers of a pair."""
        if self.step and (match := STEP.fullmatch(self.column)):
            name, number, unit = match.groups(default="")
            stem = name.rstrip(" _.-[(") or "value"
            return f"{stem} (1) {number}{unit}", f"{stem} (2) {number}{unit}"
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
        "step": boolean,
        "boolean": boolean,
    },
)
