"""What is known so far about the columns of a table, while its schema is being found."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...data.schema import Schema, TargetAt
from ...data.tokens import is_missing
from ...errors import DataError, Note
from ..table.cells import kind, to_numbers
from ..table.column_names import plain
from ..table.roles import codes
from ..table.table import Table

MAX_WORDS = 500  # of a column that is a feature because it was asked for: each word is a feature


MAX_TOLD = 20  # columns of which something is told one by one


class Clues:
    """The roles settled so far: ``roles[role]`` is None while open, "" for none; ``target_at`` is
    None while open."""

    def __init__(
        self,
        table: Table,
        given: dict[str, str | None],
        features: Sequence[str] | None,
        target_at: TargetAt | None,
    ) -> None:
        self.table = table
        self.roles = dict(given)
        self.features = None if features is None else tuple(features)
        self.target_at = target_at
        self.reasons = list(table.notes)
        self.doubts: list[Note] = []
        _check(table, [*filter(None, given.values()), *(self.features or ())])
        self.kinds = {name: "list" if table.lists else kind(table, name) for name in table.names}
        self.index = _index(table)

    def open(self, *kinds: str) -> list[str]:
        """The columns that have no role yet, of these kinds, in the table's order."""
        taken = {self.index, *self.roles.values(), *(self.features or ())}
        return [
            name for name in self.table.names if name not in taken and self.kinds[name] in kinds
        ]

    def named(self, role: str, names: frozenset[str], unless: bool = False) -> None:
        """Gives an open role to the first open column whose name tells it."""
        if self.roles[role] is None and not unless:
            found = (n for n in self.open("number", "text") if plain(n) in names)
            self.roles[role] = next(found, None)

    def distinct(self, name: str) -> list[str]:
        return codes(self.table, name)[1].to_pylist()

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(word for word in self.distinct(name) if not is_missing(word)))

    def vocabularies(self, features: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """The words of the features that hold words."""
        found = {name: self.words(name) for name in features if self.kinds[name] == "text"}
        for name, words in found.items():
            if len(words) > MAX_WORDS:
                raise DataError(
                    "Column {column} holds {words} different words, and each would be a feature. "
                    "At most {most} are taken; leave the column out or put words together.",
                    column=name,
                    words=len(words),
                    most=MAX_WORDS,
                )
        for name, words in list(found.items())[:MAX_TOLD]:
            self.reasons.append(
                Note(
                    "`{name}` holds {n} different words: a feature for each",
                    name=name,
                    n=len(words),
                )
            )
        if len(found) > MAX_TOLD:
            self.reasons.append(
                Note("{n} more columns hold words: a feature for each", n=len(found) - MAX_TOLD)
            )
        return found

    def finish(
        self, layout: str, features: tuple[str, ...], channels: tuple[str, ...] = ()
    ) -> Schema:
        if not features:
            raise DataError(
                "No column is left that holds the values of the steps. Columns: {columns}. "
                "Add a column of numbers, or give the columns other roles.",
                columns=", ".join(self.table.names),
            )
        roles = {role: name or None for role, name in self.roles.items()}
        if layout != "long":
            roles["time"] = None
        words = self.vocabularies(features) if layout == "long" else {}
        used = {*roles.values(), *features}
        unused = tuple(name for name in self.table.names if name not in used)
        for name in unused[:MAX_TOLD]:
            self.reasons.append(
                Note("`{name}` counts the rows: not used", name=name)
                if name == self.index
                else Note("`{name}` is not used", name=name)
            )
        if len(unused) > MAX_TOLD:
            self.reasons.append(Note("{n} more columns are not used", n=len(unused) - MAX_TOLD))
        steps = self.roles["target"] and layout in ("long", "list")
        return Schema(
            layout,
            features=features,
            target_at=self.target_at or "sequence" if steps else "sequence",
            channels=channels,
            categories=words,
            unused=unused,
            reasons=tuple(self.reasons),
            doubts=tuple(self.doubts),
            **roles,
        )


def taken_for_target(name: str) -> Note:
    """A doubt about a column."""
    return Note("no column is called target, and `{name}` is taken for it", name=name)


def _index(table: Table) -> str | None:
    """The first column when it is the index that pandas writes: without a name, and counting
    the rows from 0."""
    first = table.names[0]
    if first not in (*table.unnamed, "Unnamed: 0"):
        return None
    values, bad = to_numbers(table.columns[first])
    counts = len(bad) == 0 and np.array_equal(values, np.arange(len(table)))
    return first if counts else None


def _check(table: Table, given: Sequence[str]) -> None:
    names, before = set(table.names), set()
    for name in given:
        if name not in names:
            raise DataError(
                "There is no column {found!r}. The columns are {columns}.",
                found=name,
                columns=", ".join(table.names),
            )
        if name in before:
            raise DataError(
                "The column {column!r} is given two roles. Choose one column for each.", column=name
            )
        before.add(name)
