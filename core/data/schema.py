"""``Schema``: how a table holds its sequences, and what is made of what it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from ..errors import Note, as_note
from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    by_name,
    flag,
    many,
    names,
    one_of,
    optional,
    record,
    text,
    whole,
)
from .missing import MISSING_POLICIES, Missing

LAYOUTS = ("rows", "list", "long", "wide")
DUPLICATES = ("keep", "first", "last", "mean")
# What may be done about cells and rows that cannot be used; see core.reading.table.report.
FIXES = ("unreadable", "incomplete", "spaces", "empty")
CUTS = ("", "windows", "prefixes")
TARGET_AT = ("sequence", "step", "end")
TargetAt = Literal["sequence", "step", "end"]
Cut = Literal["", "windows", "prefixes"]
Duplicates = Literal["keep", "first", "last", "mean"]
TOLD = ("reasons", "doubts")
PLAIN = record(
    {"layout": one_of(*LAYOUTS)},
    dict.fromkeys(("id", "time", "target", "split", "group"), optional(text()))
    | dict.fromkeys(("features", "channels", "unused"), names())
    | dict.fromkeys(("cut_steps", "cut_every"), whole(0, MAX_COUNT))
    | dict.fromkeys(TOLD, many(as_note, MAX_NAMES))
    | {
        "target_at": one_of(*TARGET_AT),
        "cut": one_of(*CUTS),
        "categories": by_name(names(), MAX_NAMES),
        "missing": one_of(*MISSING_POLICIES),
        "indicated": optional(names()),
        "fixes": many(one_of(*FIXES), len(FIXES)),
        "duplicates": one_of(*DUPLICATES),
        "elapsed": flag,
    },
)
UNKNOWN = "unknown"  # the category of every word that is not in the vocabulary


@dataclass(frozen=True)
class Schema:
    """Saved with a model, so that new data is read the same way.

    layout      "rows": every row is one sequence of one feature, numbers only, without a header;
                "list": one sequence a row, its steps written as a list in a cell;
                "long": one step a row; "wide": one sequence a row, one step a column
    id …        the column of that role, or None
    features    the columns that hold the values: one a feature in "list" and "long", one a step
                in "rows" and "wide"
    target_at   which target a sequence has: "sequence", the one that all of its rows have; "step",
                one for each of its steps, which in "list" are a list, too; or "end", the one of
                those that stands at its last step
    cut         whether every sequence is cut into "windows" of so many ``cut_steps``, a new one
                ``cut_every`` so many steps, or growing "prefixes", the first of ``cut_steps``
    channels    in "wide" with several features: what they are called; ``features`` holds the
                columns of each in turn, equally many
    categories  of the features that hold words: the vocabulary, each word a feature of 0 and 1,
                and one more for every other word
    missing     what is done with a step that lacks a value (see Sequences)
    indicated   with missing="mean": the columns beside which a feature says where they lack; None
                until they are known
    fixes       what is settled about what cannot be used: "unreadable" cells count as missing,
                "incomplete" rows (without an id, time, target, split or group) are left out, so
                are "empty" sequences, and ids that differ in "spaces" only are the same
    duplicates  steps of one sequence at the same time: "keep" them all, the "first" or the "last"
                of them, or their "mean"
    elapsed     whether the time since the last step is a feature, too
    unused      the columns without any role
    reasons     short sentences on why, for people
    doubts      those of the guesses that a person should look at; none of them: it is sure
    """

    layout: str
    id: str | None = None
    time: str | None = None
    target: str | None = None
    split: str | None = None
    group: str | None = None
    features: tuple[str, ...] = ()
    target_at: TargetAt = "sequence"
    cut: Cut = ""
    cut_steps: int = 0
    cut_every: int = 0
    channels: tuple[str, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing: Missing = "refuse"
    indicated: tuple[str, ...] | None = None
    fixes: tuple[str, ...] = ()
    duplicates: Duplicates = "keep"
    elapsed: bool = False
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
        """Does the table hold a target for each step?"""
        return self.target is not None and self.target_at != "sequence"

    def known(self, indicated: tuple[str, ...]) -> Schema:
        """The schema for more data of the same kind, once the columns that lack are known."""
        return replace(self, indicated=indicated) if self.missing == "mean" else self

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; ``Schema.from_dict`` is the way back."""
        told = {name: [note.to_plain() for note in getattr(self, name)] for name in TOLD}
        return asdict(self) | told

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Schema:
        """From ``to_dict``'s values; raises ValueError for others."""
        return cls(**PLAIN(plain, "the table"))
