"""State of the detection: which columns of a table are assigned, and which are open."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...data.schema import Schema, TargetAt
from ...errors import DataError, Note
from ..table.cells import detect_kind, parse_numbers
from ..table.column_names import normalize_name
from ..table.missing_markers import is_missing
from ..table.roles import encode_values
from ..table.table import Table

MAX_VOCABULARY_SIZE = 500  # of a requested text feature: every category becomes a feature
MAX_NOTES = 20  # columns with a note of their own


class Candidates:
    """Columns of a table and the roles assigned to them so far.

    ``roles[role]`` is None while the role is open, and "" for no column. ``target_at`` is None
    while it is open. ``missing_ends`` is as in ``Schema``.

    Args:
        table: The table.
        roles: Column per role as requested by the user, None to detect it, "" for no column.
        features: Requested feature columns, None to detect them.
        target_at: "sequence", "step" or "end"; None to detect it.

    Raises:
        DataError: For a column that does not exist or has two roles.
    """

    def __init__(
        self,
        table: Table,
        roles: dict[str, str | None],
        features: Sequence[str] | None,
        target_at: TargetAt | None,
    ) -> None:
        self.table = table
        self.roles = dict(roles)
        self.features = None if features is None else tuple(features)
        self.target_at = target_at
        self.missing_ends = False
        self.reasons = list(table.notes)
        self.doubts = list(table.doubts)
        _check_columns(table, [*filter(None, roles.values()), *(self.features or ())])
        self.kinds = {
            name: "list" if table.lists else detect_kind(table, name) for name in table.names
        }
        self.index = _find_index_column(table)

    def list_open_columns(self, *kinds: str) -> list[str]:
        """List the columns of these kinds without a role, in the order of the table."""
        assigned = {self.index, *self.roles.values(), *(self.features or ())}
        return [
            name for name in self.table.names if name not in assigned and self.kinds[name] in kinds
        ]

    def assign_by_name(self, role: str, names: frozenset[str], skip: bool = False) -> None:
        """Assign an open role to the first open column with one of these names."""
        if self.roles[role] is None and not skip:
            matches = (
                n for n in self.list_open_columns("number", "text") if normalize_name(n) in names
            )
            self.roles[role] = next(matches, None)

    def list_distinct_values(self, name: str) -> list[str]:
        """List the distinct values of a column, in the order of first appearance."""
        values: list[str] = encode_values(self.table, name)[1].to_pylist()
        return values

    def list_categories(self, name: str) -> tuple[str, ...]:
        """List the distinct values of a column in sorted order, without missing values."""
        return tuple(
            sorted(word for word in self.list_distinct_values(name) if not is_missing(word))
        )

    def list_categorical(self, features: Sequence[str]) -> tuple[str, ...]:
        """List the features that hold words.

        Raises:
            DataError: For a column with too many words.
        """
        words = {
            name: len(self.list_categories(name)) for name in features if self.kinds[name] == "text"
        }
        for name, count in words.items():
            if count > MAX_VOCABULARY_SIZE:
                raise DataError(
                    "Column {column} holds {words} different words, and each would be a feature. "
                    "At most {most} are taken; leave the column out or put words together.",
                    column=name,
                    words=count,
                    most=MAX_VOCABULARY_SIZE,
                )
        for name, count in list(words.items())[:MAX_NOTES]:
            self.reasons.append(
                Note(
                    "`{name}` holds {n} different words: a feature for each",
                    name=name,
                    n=count,
                )
            )
        if len(words) > MAX_NOTES:
            self.reasons.append(
                Note(
                    "{n} more columns hold words: a feature for each",
                    n=len(words) - MAX_NOTES,
                )
            )
        return tuple(words)

    def build_schema(
        self, layout: str, features: tuple[str, ...], channels: tuple[str, ...] = ()
    ) -> Schema:
        """Build the schema from the assigned roles, with notes about unused columns.

        Args:
            layout: Layout of the table.
            features: Feature columns.
            channels: Names of the features of a wide table with several of them.

        Raises:
            DataError: Without a feature.
        """
        if not features:
            raise DataError(
                "No column is left that holds the values of the steps. Columns: {columns}. "
                "Add a column of numbers, or give the columns other roles.",
                columns=", ".join(self.table.names),
            )
        roles = {role: name or None for role, name in self.roles.items()}
        if layout != "long":
            roles["time"] = None
        categories = self.list_categorical(features) if layout == "long" else ()
        used = {*roles.values(), *features}
        unused = tuple(name for name in self.table.names if name not in used)
        for name in unused[:MAX_NOTES]:
            self.reasons.append(
                Note("`{name}` counts the rows: not used", name=name)
                if name == self.index
                else Note("`{name}` is not used", name=name)
            )
        if len(unused) > MAX_NOTES:
            self.reasons.append(Note("{n} more columns are not used", n=len(unused) - MAX_NOTES))
        has_step_targets = self.roles["target"] and layout in ("long", "list")
        return Schema(
            layout,
            features=features,
            target_at=self.target_at or "sequence" if has_step_targets else "sequence",
            channels=channels,
            categories=categories,
            missing_ends=self.missing_ends,
            unused=unused,
            reasons=tuple(self.reasons),
            doubts=tuple(self.doubts),
            id=roles["id"],
            time=roles["time"],
            target=roles["target"],
            split=roles["split"],
            group=roles["group"],
        )


def note_assumed_target(name: str) -> Note:
    """Return the doubt about a column that is assumed to be the target."""
    return Note("no column is called target, and `{name}` is taken for it", name=name)


def _find_index_column(table: Table) -> str | None:
    """Return the first column if it is a pandas index: unnamed, and counting rows from 0."""
    first = table.names[0]
    if first not in (*table.unnamed, "Unnamed: 0"):
        return None
    values, bad = parse_numbers(table.columns[first])
    is_index = len(bad) == 0 and np.array_equal(values, np.arange(len(table)))
    return first if is_index else None


def _check_columns(table: Table, columns: Sequence[str]) -> None:
    names, earlier = set(table.names), set()
    for name in columns:
        if name not in names:
            raise DataError(
                "There is no column {found!r}. The columns are {columns}.",
                found=name,
                columns=", ".join(table.names),
            )
        if name in earlier:
            raise DataError(
                "The column {column!r} is given two roles. Choose one column for each.", column=name
            )
        earlier.add(name)
