"""Which layout a table has, and which column plays which role.

A guess is only made where the table shows it; where it does not, the user is asked to
choose. Every guess leaves a reason to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from core.errors import DataError
from core.reading.cells import kind, number_cells, text, to_numbers
from core.reading.names import (
    GROUP_NAMES,
    SPLIT_NAMES,
    TARGET_NAMES,
    TIME_NAMES,
    names_an_id,
    plain,
)
from core.reading.roles import codes
from core.reading.schema import LAYOUTS, Schema
from core.reading.table import Table
from core.reading.words import SPLIT_WORDS, is_missing

MOST_CATEGORIES = 20  # different words of a column that is taken for a feature without being asked
MOST_WORDS = 500  # and when it was asked for: each word is a feature


def detect_schema(
    table: Table,
    layout: str = "auto",
    id: str | None = None,
    time: str | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
) -> Schema:
    """The layout of a table and the roles of its columns.

    layout    "auto", or one of "rows", "list", "long", "wide"
    id …      a column; None to find one; "" for none, also where one would be found
    features  columns, None to find them

    Raises DataError for a column that does not exist or is given two roles, and where the
    table does not show its layout; ValueError for an unknown layout.
    """
    if layout not in ("auto", *LAYOUTS):
        raise ValueError(f"layout is {layout!r}; use 'auto' or one of {LAYOUTS}")
    given = {"id": id, "time": time, "target": target, "split": split, "group": group}
    told = {role: name for role, name in table.roles.items() if name not in (features or ())}
    given = {role: told.get(role) if name is None else name for role, name in given.items()}
    return _Detection(table, given, features).run(layout)


class _Detection:
    """The roles settled so far: ``roles[role]`` is None while open, "" for none."""

    def __init__(
        self, table: Table, given: dict[str, str | None], features: Sequence[str] | None
    ) -> None:
        self.table = table
        self.roles = dict(given)
        self.features = None if features is None else tuple(features)
        self.reasons = list(table.notes)
        self.doubts: list[str] = []
        _check(table, [*filter(None, given.values()), *(self.features or ())])
        self.kinds = {name: "list" if table.lists else kind(table, name) for name in table.names}
        self.index = _index(table)

    def run(self, layout: str) -> Schema:
        if layout == "auto":
            layout = self._rows_or_list()
        elif self.table.ragged and layout != "rows":
            raise DataError(
                "The rows have unequal numbers of cells, so they are no {layout} table. Choose "
                'the layout "rows", or give every row the same number of cells.',
                layout=layout,
            )
        else:
            self.reasons.append(f"{layout} layout, as chosen")
        if layout == "rows":
            self._refuse_roles()
            self.roles = dict.fromkeys(self.roles, "")
            return self._finish("rows", self.table.names)
        self._split_and_group()
        if layout == "list":
            return self._list()
        self._named("time", TIME_NAMES, unless=layout == "wide")
        self._id(layout)
        if layout not in ("long", "wide"):
            layout = self._long_or_wide()
        return self._long() if layout == "long" else self._wide()

    def _rows_or_list(self) -> str:
        kinds = set(self.kinds.values())
        if self.table.ragged:
            self.reasons.append("rows of unequal length hold only numbers: rows layout")
            return "rows"
        if "list" in kinds:
            return "list"
        chosen = any(self.roles.values()) or self.features
        if not self.table.header and kinds <= {"number", "blank"} and not chosen:
            self.reasons.append("no header and only numbers: rows layout, a sequence a row")
            return "rows"
        return "auto"

    def _refuse_roles(self) -> None:
        """In the rows layout every cell is a step."""
        chosen = [*filter(None, self.roles.values()), *(self.features or ())]
        if chosen:
            raise DataError(
                "The rows layout holds steps only, so {column!r} can play no other role. "
                'Choose the layout "wide" for rows that also hold an id or a target.',
                column=chosen[0],
            )

    def _open(self, *kinds: str) -> list[str]:
        """The columns that have no role yet, of these kinds, in the table's order."""
        taken = {self.index, *self.roles.values(), *(self.features or ())}
        return [
            name for name in self.table.names if name not in taken and self.kinds[name] in kinds
        ]

    def _named(self, role: str, names: frozenset[str], unless: bool = False) -> None:
        """Gives an open role to the first open column whose name tells it."""
        if self.roles[role] is None and not unless:
            found = (n for n in self._open("number", "text") if plain(n) in names)
            self.roles[role] = next(found, None)

    def _split_and_group(self) -> None:
        if self.roles["split"] is None:
            for name in self._open("text"):
                words = {word.lower() for word in self._distinct(name)} - {""}
                if plain(name) == "split" or words <= SPLIT_WORDS.keys():
                    self.roles["split"] = name
                    self.reasons.append(f"`{name}` says train, validation or test: split")
                    break
        self._named("group", GROUP_NAMES)

    def _distinct(self, name: str) -> list[str]:
        return codes(self.table, name)[1].to_pylist()

    def _id(self, layout: str) -> None:
        if self.roles["id"] is not None:
            return
        free = self._open("number", "text")
        named = [name for name in free if names_an_id(name)]
        first = [name for name in free if plain(name) not in TARGET_NAMES | SPLIT_NAMES][:1]
        if named and first and named[0] != first[0] and self._counts_within(named[0], first[0]):
            self.roles["id"], self.roles["time"] = first[0], named[0]
            self.doubts.append(f"no column is called id, and `{first[0]}` is taken for it")
        elif named:
            self.roles["id"] = named[0]
            later = (n for n in self._open("number") if names_an_id(n) and n != named[0])
            rising = (n for n in later if self._counts_within(n, named[0]))
            if layout != "wide" and self.roles["time"] is None:
                self.roles["time"] = next(rising, None)
        elif first and self._looks_like_ids(first[0], layout):
            self.roles["id"] = first[0]
            self.doubts.append(f"no column is called id, and `{first[0]}` is taken for it")

    def _counts_within(self, name: str, id: str) -> bool:
        """Does a column, of a name such as visit or trip, count the rows of each of another one's
        values, of which most have several?"""
        if self.kinds[name] != "number" or self.roles["time"]:
            return False
        sequence, distinct = codes(self.table, id)
        when, bad = to_numbers(number_cells(self.table, name))
        if len(bad) or np.isnan(when).any() or 2 * len(distinct) > len(sequence):
            return False
        order = np.lexsort((np.arange(len(when)), sequence))
        within = np.diff(sequence[order]) == 0
        return bool((np.diff(when[order])[within] > 0).all())

    def _looks_like_ids(self, name: str, layout: str) -> bool:
        """An unnamed first column: text; or numbers that repeat, each pair with a time once."""
        if self.kinds[name] == "text":
            return True
        time = self.roles["time"]
        if not time or layout == "wide":
            return False
        sequence, distinct = codes(self.table, name)
        when = codes(self.table, time)[0].astype(np.int64)
        pairs = np.unique(sequence * (int(when.max()) + 1) + when)
        return len(distinct) < len(sequence) == len(pairs)

    def _long_or_wide(self) -> str:
        id, time = self.roles["id"], self.roles["time"]
        run = _numbered(self._open("number", "blank"))
        if id:
            repeats = len(codes(self.table, id)[1]) < len(self.table)
            if time and repeats:
                self.reasons.append(f"`{id}` repeats and `{time}` rises inside it: long layout")
                return "long"
            if time and not (len(run) > 1 and self._ends_blank(run)):
                self.reasons.append(f"`{id}` names sequences, `{time}` their steps: long layout")
                return "long"
            if repeats and not self._ends_blank(run):
                self.reasons.append(f"`{id}` repeats: long layout")
                return "long"
            self.reasons.append(f"`{id}` names one sequence a row: wide layout")
            return "wide"
        if len(run) > 1 and not time:
            self.reasons.append(f"`{run[0]}` to `{run[-1]}` count steps: wide layout")
            return "wide"
        raise DataError(
            "The table does not show which rows belong to one sequence. Choose the column that "
            'holds the id of the sequence; or choose the layout "long" without an id if the '
            'whole table is one sequence, "wide" if every row is one. Columns: {columns}.',
            columns=", ".join(self.table.names),
        )

    def _ends_blank(self, run: Sequence[str]) -> bool:
        """Are there blank cells in a run of numbered columns, all at the ends of rows?"""
        if len(run) < 2:
            return False
        cells = [text(self.table, name).to_numpy() for name in run]
        blank = np.stack([column == "" for column in cells], axis=1)
        return bool(blank.any() and (np.diff(blank.astype(np.int8), axis=1) >= 0).all())

    def _list(self) -> Schema:
        features = self.features or tuple(self._open("list"))
        first = self.table.names.index(features[0]) if features else 0
        if self.roles["id"] is None:
            free = self._open("number", "text")
            named = [n for n in free if names_an_id(n)]
            before = [n for n in self._open("text") if self.table.names.index(n) < first]
            distinct = [n for n in before if len(self._distinct(n)) == len(self.table)]
            self.roles["id"] = next(iter(named + distinct), None)
        self._named("target", TARGET_NAMES)
        if self.roles["target"] is None:
            after = [n for n in self._open("number", "text") if self.table.names.index(n) > first]
            self.roles["target"] = after[-1] if after else None
            if after:
                self.doubts.append(f"no column is called target, and `{after[-1]}` is taken for it")
        if features and self.kinds[features[0]] == "list":
            self.reasons.append(f"`{features[0]}` holds lists: list layout")
        return self._finish("list", features)

    def _long(self) -> Schema:
        if self.roles["id"] is None:
            raise DataError(
                "Which column tells the sequences apart? Choose the id column, or none if the "
                "whole table is one sequence. Columns: {columns}.",
                columns=", ".join(self.table.names),
            )
        if self.roles["target"] is None:
            self.roles["target"] = self._long_target()
        return self._finish("long", self.features or self._numbers_and_words())

    def _numbers_and_words(self) -> tuple[str, ...]:
        """The open columns of numbers, and those of a few words that come again."""
        found = []
        for name in self._open("number", "text"):
            if self.kinds[name] == "number":
                found.append(name)
                continue
            words = len(self._words(name))
            if 1 < words <= min(MOST_CATEGORIES, len(self.table) / 2):
                found.append(name)
        return tuple(found)

    def _words(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(word for word in self._distinct(name) if not is_missing(word)))

    def _vocabularies(self, features: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The words of the features that hold words."""
        found = {name: self._words(name) for name in features if self.kinds[name] == "text"}
        for name, words in found.items():
            if len(words) > MOST_WORDS:
                raise DataError(
                    "Column {column} holds {words} different words, and each would be a feature. "
                    "At most {most} are taken; leave the column out or put words together.",
                    column=name,
                    words=len(words),
                    most=MOST_WORDS,
                )
            self.reasons.append(f"`{name}` holds {len(words)} different words: a feature for each")
        return found

    def _long_target(self) -> str | None:
        """By name; else the last column, when it is constant within every sequence, differs
        between sequences, and most sequences have several steps to show that."""
        free = self._open("number", "text")
        for name in free:
            if plain(name) in TARGET_NAMES - {"y"} or (plain(name) == "y" and self._carried(name)):
                return name
        last = free[-1:]
        values = [name for name in free if self.kinds[name] == "number" and [name] != last]
        if not last or not (values or self.features) or not self.roles["id"]:
            return None
        sequence, _ = codes(self.table, self.roles["id"])
        several = (np.bincount(sequence) > 1).mean() >= 0.5
        if several and len(self._distinct(last[0])) > 1 and self._carried(last[0]):
            self.reasons.append(f"`{last[0]}` is the same in all rows of a sequence: target")
            self.doubts.append(f"no column is called target, and `{last[0]}` is taken for it")
            return last[0]
        return None

    def _carried(self, name: str) -> bool:
        """Is a column constant within every sequence?"""
        if not self.roles["id"]:
            return False
        sequence, ids = codes(self.table, self.roles["id"])
        value = codes(self.table, name)[0]
        one = np.empty(len(ids), dtype=value.dtype)
        one[sequence] = value
        return bool((one[sequence] == value).all())

    def _wide(self) -> Schema:
        self._named("target", TARGET_NAMES)
        steps = self._open("number", "blank")
        run = _numbered(steps)
        features = self.features or (tuple(run) if len(run) > 1 else tuple(steps))
        if self.roles["target"] is None and features:
            last = self.table.names.index(features[-1])
            after = [n for n in self._open("number", "text") if n not in features]
            after = [n for n in after if self.table.names.index(n) > last]
            self.roles["target"] = after[0] if len(after) == 1 else None
            if len(after) == 1:
                self.doubts.append(f"no column is called target, and `{after[0]}` is taken for it")
        return self._finish("wide", features)

    def _finish(self, layout: str, features: tuple[str, ...]) -> Schema:
        if not features:
            raise DataError(
                "No column is left that holds the values of the steps. Columns: {columns}. "
                "Add a column of numbers, or give the columns other roles.",
                columns=", ".join(self.table.names),
            )
        roles = {role: name or None for role, name in self.roles.items()}
        if layout != "long":
            roles["time"] = None
        words = self._vocabularies(features) if layout == "long" else {}
        used = {*roles.values(), *features}
        unused = tuple(name for name in self.table.names if name not in used)
        for name in unused:
            why = "counts the rows: not used" if name == self.index else "is not used"
            self.reasons.append(f"`{name}` {why}")
        return Schema(
            layout,
            features=features,
            categories=words,
            unused=unused,
            reasons=tuple(self.reasons),
            doubts=tuple(self.doubts),
            **roles,
        )


def _index(table: Table) -> str | None:
    """The first column when it is the index that pandas writes: without a name, and counting
    the rows from 0."""
    first = table.names[0]
    if first not in (*table.unnamed, "Unnamed: 0"):
        return None
    values, bad = to_numbers(table.columns[first])
    counts = len(bad) == 0 and np.array_equal(values, np.arange(len(table)))
    return first if counts else None


def _numbered(names: Iterable[str]) -> list[str]:
    """The longest run of columns that count their steps: x1, x2, x3, … or 0, 1, 2, …"""
    best: list[str] = []
    run: list[str] = []
    before = ("", -1)
    for name in names:
        match = re.fullmatch(r"(.*?)(\d{1,9})", name)
        now = (match[1], int(match[2])) if match else ("", -1)
        run = [*run, name] if run and match and now == (before[0], before[1] + 1) else [name]
        run = run if match else []
        before = now
        best = max(best, run, key=len)
    return best


def _check(table: Table, given: Sequence[str]) -> None:
    for number, name in enumerate(given):
        if name not in table.names:
            raise DataError(
                "There is no column {found!r}. The columns are {columns}.",
                found=name,
                columns=", ".join(table.names),
            )
        if name in given[:number]:
            raise DataError(
                "The column {column!r} is given two roles. Choose one column for each.", column=name
            )
