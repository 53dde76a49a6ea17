"""``Schema``: how a table is read as sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Literal

from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    boolean,
    integer,
    list_of,
    mapping_of,
    names,
    number,
    one_of,
    optional,
    record,
    text,
)
from .missing import MISSING_POLICIES, Missing
from .notation import NOTATION_CHECK, Notation
from .read_report import Finding

LAYOUTS = ("rows", "list", "long", "wide")
DUPLICATES = ("keep", "first", "last", "mean")
CUTS = ("", "windows", "prefixes")
TARGET_AT = ("sequence", "step", "end")
TargetAt = Literal["sequence", "step", "end"]
Cut = Literal["", "windows", "prefixes"]
Duplicates = Literal["keep", "first", "last", "mean"]
Columns = str | tuple[str, ...] | None  # one column, several columns, or none


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
        remaining_steps: with a number, the target of each step is the number of steps until the
            end of its sequence, this many at most; None for a target from the table, or none.
        steps_after: column of the steps between the last row of each sequence and its end, which
            the remaining steps include; None if sequences end with their last row.
        target_at: "sequence": one target that all rows of a sequence share; "step": one target
            per step, in "list" also written as a list; "end": the target at the last step.
        cut: "windows" cuts every sequence into windows of ``cut_steps`` steps that start every
            ``cut_every`` steps; "prefixes" into growing prefixes, the first of ``cut_steps``
            steps; "" leaves sequences whole.
        cut_steps: length of a window or of the first prefix, in steps.
        cut_every: distance between windows, or growth of the prefixes, in steps.
        channels: names of the features in "wide"; ``features`` lists the columns of each feature
            in turn, equally many per feature. () for a single feature without a name.
        categories: columns of words among the features.
        notations: how numbers are written in the columns in which they are not as in 1234.5.
        missing: policy for missing values (see ``Sequences``).
        padding: number that ends a row of equal length or a list where no other value follows
            it; None if only blanks do.
        duplicates: steps of one sequence at the same time: "keep" all, the "first", the "last",
            or their "mean".
        elapsed: adds the time since the previous step as a feature.
        dayfirst: in the dates of the time, the day comes before the month; None if they begin
            with the year, and for other times.
        sheet: sheet of the workbook; None for other files.
        unused: columns without a role.
        findings: what the detection understood and assumed. They are not stored with the schema,
            and equal schemas may differ in them.
    """

    layout: str
    id: Columns = None
    time: Columns = None
    target: str | None = None
    split: str | None = None
    group: str | None = None
    features: tuple[str, ...] = ()
    target_at: TargetAt = "sequence"
    remaining_steps: int | None = None
    steps_after: str | None = None
    cut: Cut = ""
    cut_steps: int = 0
    cut_every: int = 0
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    notations: tuple[Notation, ...] = ()
    missing: Missing = "forward"
    padding: float | None = None
    duplicates: Duplicates = "keep"
    elapsed: bool = False
    dayfirst: bool | None = None
    sheet: str | None = None
    unused: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = field(default=(), compare=False, repr=False)

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
        if self.target and self.remaining_steps is not None:
            raise ValueError("a target of remaining steps takes no column as the target")
        if self.channels and (self.layout != "wide" or len(self.features) % len(self.channels)):
            raise ValueError(f"channels is {self.channels!r}; give each equally many features")

    @property
    def per_step(self) -> bool:
        """True when the table holds one target per step."""
        return self.target is not None and self.target_at != "sequence"

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Schema.from_dict`` reads them."""
        plain = asdict(replace(self, findings=()))
        return {name: value for name, value in plain.items() if name != "findings"}

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
    | dict.fromkeys(("target", "split", "group", "steps_after"), optional(text()))
    | dict.fromkeys(("features", "channels", "unused"), names())
    | dict.fromkeys(("cut_steps", "cut_every"), integer(0, MAX_COUNT))
    | {
        "target_at": one_of(*TARGET_AT),
        "cut": one_of(*CUTS),
        "categories": _check_categories,
        "notations": list_of(NOTATION_CHECK, MAX_NAMES),
        "missing": one_of(*MISSING_POLICIES),
        "remaining_steps": optional(integer(1, MAX_COUNT)),
        "padding": optional(number()),
        "sheet": optional(text()),
        "duplicates": one_of(*DUPLICATES),
        "elapsed": boolean,
        "dayfirst": optional(boolean),
    },
)
