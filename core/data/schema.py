"""``Schema``: how a table is read as sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from ..errors import Note, as_note
from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    boolean,
    integer,
    list_of,
    mapping_of,
    names,
    one_of,
    optional,
    record,
    text,
)
from .missing import MISSING_POLICIES, Missing
from .notation import NOTATION_CHECK, Notation

LAYOUTS = ("rows", "list", "long", "wide")
DUPLICATES = ("keep", "first", "last", "mean")
# Remedies for cells and rows that cannot be used; see core.reading.table.report.
FIXES = ("unreadable", "incomplete", "spaces", "empty")
CUTS = ("", "windows", "prefixes")
TARGET_AT = ("sequence", "step", "end")
TargetAt = Literal["sequence", "step", "end"]
Cut = Literal["", "windows", "prefixes"]
Duplicates = Literal["keep", "first", "last", "mean"]
Columns = str | tuple[str, ...] | None  # one column, several columns, or none
NOTE_FIELDS = ("reasons", "doubts")


@dataclass(frozen=True)
class Schema:
    """The layout of a table, saved with a model so that new data is read the same way.

    Attributes:
        layout: "rows": one sequence of one feature per row, numbers only, without a header;
            "list": one sequence per row, its steps written as a list in a cell; "long": one step
            per row; "wide": one sequence per row, one step per column.
        id: column of the sequence ids; several columns whose cells, joined by " / ", are the
            ids; or None.
        time: column that orders the steps; columns of the date and the time of day; or None.
        target: column of the targets, or None.
        split: column of the split, or None.
        group: column of the groups, or None.
        features: columns of the values: one per feature in "list" and "long", one per step in
            "rows" and "wide".
        target_at: "sequence": one target that all rows of a sequence share; "step": one target
            per step, in "list" also written as a list; "end": the target at the last step.
        cut: "windows" cuts every sequence into windows of ``cut_steps`` steps that start every
            ``cut_every`` steps; "prefixes" into growing prefixes, the first of ``cut_steps``
            steps; "" leaves sequences whole.
        cut_steps: length of a window or of the first prefix, in steps.
        cut_every: distance between windows, or growth of the prefixes, in steps.
        channels: names of the features in "wide" with several features; ``features`` then lists
            the columns of each feature in turn, equally many per feature.
        categories: columns of words among the features.
        notations: how numbers are written in the columns in which they are not as in 1234.5.
        missing: policy for missing values (see ``Sequences``).
        fixes: accepted remedies: "unreadable" cells count as missing; "incomplete" rows (without
            an id, time, target, split or group) and "empty" sequences are left out; ids that
            differ only in "spaces" are equal.
        duplicates: steps of one sequence at the same time: "keep" all, the "first", the "last",
            or their "mean".
        elapsed: adds the time since the previous step as a feature.
        dayfirst: in the dates of the time, the day comes before the month; None if they begin
            with the year, and for other times.
        unused: columns without a role.
        reasons: short explanations of the detected layout, for people.
        doubts: guesses that a person should check; empty when the detection is certain.
    """

    layout: str
    id: Columns = None
    time: Columns = None
    target: str | None = None
    split: str | None = None
    group: str | None = None
    features: tuple[str, ...] = ()
    target_at: TargetAt = "sequence"
    cut: Cut = ""
    cut_steps: int = 0
    cut_every: int = 0
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    notations: tuple[Notation, ...] = ()
    missing: Missing = "refuse"
    fixes: tuple[str, ...] = ()
    duplicates: Duplicates = "keep"
    elapsed: bool = False
    dayfirst: bool | None = None
    unused: tuple[str, ...] = ()
    reasons: tuple[Note, ...] = ()
    doubts: tuple[Note, ...] = ()

    def __post_init__(self) -> None:
        for name, allowed in (
            ("layout", LAYOUTS),
            ("missing", MISSING_POLICIES),
            ("duplicates", DUPLICATES),
            ("target_at", TARGET_AT),
            ("cut", CUTS),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is {getattr(self, name)!r}; use one of {allowed}")
        if not set(self.fixes) <= set(FIXES):
            raise ValueError(f"fixes is {self.fixes!r}; use some of {FIXES}")
        if self.channels and (self.layout != "wide" or len(self.features) % len(self.channels)):
            raise ValueError(f"channels is {self.channels!r}; give each equally many features")

    @property
    def per_step(self) -> bool:
        """True when the table holds one target per step."""
        return self.target is not None and self.target_at != "sequence"

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Schema.from_dict`` reads them."""
        notes = {name: [note.to_plain() for note in getattr(self, name)] for name in NOTE_FIELDS}
        return asdict(self) | notes

    def list_columns(self, role: str) -> tuple[str, ...]:
        """List the columns of a role: "id", "time", "target", "split" or "group"."""
        return as_columns(getattr(self, role))

    @classmethod
    def from_dict(cls, plain: object) -> Schema:
        """Rebuild a schema from the output of ``to_dict``.

        Raises:
            ValueError: for any other values.
        """
        return SCHEMA_CHECK(plain, "the table")


def as_columns(columns: Columns) -> tuple[str, ...]:
    """Return the names of the columns of a role, () for none."""
    return columns if isinstance(columns, tuple) else (columns,) if columns else ()


def as_one_column(columns: Columns) -> str | None:
    """Return the name of the column of a role, None for none.

    Raises:
        TypeError: For several columns, which ``join_roles`` replaces by one.
    """
    if isinstance(columns, tuple):
        raise TypeError(f"a single column is needed instead of {columns}")
    return columns or None


def _check_columns(plain: object, where: str) -> str | tuple[str, ...]:
    return text()(plain, where) if isinstance(plain, str) else names()(plain, where)


def _check_categories(plain: object, where: str) -> tuple[str, ...]:
    """Check the categorical columns; earlier versions stored their words, too."""
    words = mapping_of(names(), MAX_NAMES)
    return tuple(words(plain, where)) if isinstance(plain, Mapping) else names()(plain, where)


SCHEMA_CHECK = record(
    Schema,
    {"layout": one_of(*LAYOUTS)},
    dict.fromkeys(("id", "time"), optional(_check_columns))
    | dict.fromkeys(("target", "split", "group"), optional(text()))
    | dict.fromkeys(("features", "channels", "unused"), names())
    | dict.fromkeys(("cut_steps", "cut_every"), integer(0, MAX_COUNT))
    | dict.fromkeys(NOTE_FIELDS, list_of(as_note, MAX_NAMES))
    | {
        "target_at": one_of(*TARGET_AT),
        "cut": one_of(*CUTS),
        "categories": _check_categories,
        "notations": list_of(NOTATION_CHECK, MAX_NAMES),
        "missing": one_of(*MISSING_POLICIES),
        "fixes": list_of(one_of(*FIXES), len(FIXES)),
        "duplicates": one_of(*DUPLICATES),
        "elapsed": boolean,
        "dayfirst": optional(boolean),
    },
)
