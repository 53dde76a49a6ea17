"""State of the detection: which columns of a table are assigned, and which are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...data.notation import Notation
from ...data.schema import Columns, Schema, TargetAt, as_columns
from ...errors import DataError, Note
from ..table.cells import detect_kind
from ..table.column_names import normalize_name
from ..table.joined_columns import join_columns
from ..table.missing_markers import is_missing
from ..table.number_notation import apply_notations
from ..table.roles import encode_values
from ..table.table import Table
from .free_text import describe_text, refuse_text
from .number_notation import NotationFindings, detect_notations
from .row_numbers import find_row_numbers

MAX_VOCABULARY_SIZE = 500  # of a requested text feature: every category becomes a feature
MAX_NOTES = 20  # columns with a note of their own


class Candidates:
    """Columns of a table and the roles assigned to them so far.

    ``roles[role]`` is None while the role is open, and "" for no column. ``target_at`` is None
    while it is open. Columns that are ``empty`` are not even mentioned.

    Args:
        table: The table.
        roles: Column per role as requested by the user, None to detect it, "" for no column. The
            id and the time may have several columns.
        features: Requested feature columns, None to detect them.
        target_at: "sequence", "step" or "end"; None to detect it.
        notations: How numbers are written; None to detect it.

    Raises:
        DataError: For a column that does not exist or has two roles.
    """

    def __init__(
        self,
        table: Table,
        roles: Mapping[str, Columns],
        features: Sequence[str] | None,
        target_at: TargetAt | None,
        dayfirst: bool | None = None,
        notations: Sequence[Notation] | None = None,
    ) -> None:
        self.notations = (
            detect_notations(
                table,
                {
                    name
                    for role, columns in roles.items()
                    if role != "target"
                    for name in as_columns(columns)
                },
            )
            if notations is None
            else NotationFindings(tuple(notations), {}, {})
        )
        table = apply_notations(table, self.notations.notations)
        self.table = table
        self.names = table.names
        self.roles: dict[str, str | None] = {}
        self.joined: dict[str, tuple[str, ...]] = {}  # columns that a column of the table joins
        self.row_numbers: set[str] = set()
        self.excluded: set[str] = set()  # further columns that are not features
        self.dayfirst = dayfirst
        self.has_chosen_id = roles["id"] is not None
        self.features = None if features is None else tuple(features)
        self.target_at = target_at
        self.reasons = list(table.notes)
        self.doubts = list(table.doubts)
        role_columns = [name for columns in roles.values() for name in as_columns(columns)]
        _check_columns(table, [*role_columns, *(self.features or ())])
        self.kinds = {
            name: "list" if table.lists else detect_kind(table, name) for name in table.names
        }
        self.is_split_detected = False
        self.empty = {name for name in table.unnamed if self.kinds[name] == "blank"}
        for role, columns in roles.items():
            if isinstance(columns, tuple):
                self.assign_joined(role, columns)
            else:
                self.roles[role] = columns
        self.row_numbers |= find_row_numbers(table, self.list_open_columns("number"))

    def list_open_columns(self, *kinds: str) -> list[str]:
        """List the columns of these kinds without a role, in the order of the table."""
        assigned = {*self.list_role_columns(), *self.row_numbers, *self.excluded, *self.empty}
        assigned.update(self.features or ())
        return [name for name in self.names if name not in assigned and self.kinds[name] in kinds]

    def list_role_columns(self) -> list[str]:
        """List the columns of the table that have a role."""
        return [
            column
            for name in self.roles.values()
            if name
            for column in self.joined.get(name, (name,))
        ]

    def assign_by_name(self, role: str, names: frozenset[str]) -> None:
        """Assign an open role to the first open column with one of these names."""
        if self.roles[role] is None:
            matches = (
                n for n in self.list_open_columns("number", "text") if normalize_name(n) in names
            )
            self.roles[role] = next(matches, None)

    def assign_joined(self, role: str, columns: tuple[str, ...]) -> None:
        """Assign a role to one column, or to a column that joins several."""
        if len(columns) == 1:
            self.roles[role] = columns[0]
            return
        self.table, name = join_columns(self.table, role, columns)
        self.joined[name] = columns
        self.kinds[name] = "text"
        self.roles[role] = name

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
            # The only text may have been taken for the id.
            refuse_text(self.table, [n for n in self.table.names if self.kinds[n] == "text"])
            raise DataError(
                "No column is left that holds the values of the steps. Columns: {columns}. "
                "Add a column of numbers, or give the columns other roles.",
                columns=", ".join(self.table.names),
            )
        if layout != "long":
            self.roles["time"] = None
        roles = {role: name or None for role, name in self.roles.items()}
        categories = self.list_categorical(features) if layout == "long" else ()
        used = {*self.list_role_columns(), *features}
        unused = tuple(name for name in self.names if name not in used and name not in self.empty)
        texts = (name for name in unused[:MAX_NOTES] if self.kinds[name] == "text")
        self.doubts += describe_text(self.table, texts)
        for name in unused[:MAX_NOTES]:
            self.reasons.append(
                Note("`{name}` counts the rows: not used", name=name)
                if name in self.row_numbers
                else Note("`{name}` is not used", name=name)
            )
        if len(unused) > MAX_NOTES:
            self.reasons.append(Note("{n} more columns are not used", n=len(unused) - MAX_NOTES))
        notations = tuple(
            each
            for each in self.notations.notations
            if {*each.columns} & {*features, self.roles["target"]}
        )
        self._note_notations(notations)
        has_step_targets = self.roles["target"] and layout in ("long", "list")
        return Schema(
            layout,
            features=features,
            target_at=self.target_at or "sequence" if has_step_targets else "sequence",
            channels=channels,
            categories=categories,
            notations=notations,
            unused=unused,
            reasons=tuple(self.reasons),
            doubts=tuple(self.doubts),
            dayfirst=self.dayfirst if roles["time"] else None,
            id=self.joined.get(roles["id"] or "", roles["id"]),
            time=self.joined.get(roles["time"] or "", roles["time"]),
            target=roles["target"],
            split=roles["split"],
            group=roles["group"],
        )

    def _note_notations(self, notations: Sequence[Notation]) -> None:
        """Add the reasons and doubts about the notations that are used."""
        names = [notation.column for notation in notations]
        reasons = [note for name in names if (note := self.notations.reasons.get(name))]
        self.reasons += reasons[:MAX_NOTES]
        if len(reasons) > MAX_NOTES:
            self.reasons.append(
                Note("{n} more columns are written in such a way", n=len(reasons) - MAX_NOTES)
            )
        names_in_doubt = [name for name in self.notations.doubts if name in self.table.names]
        self.doubts += [self.notations.doubts[name] for name in names_in_doubt[:MAX_NOTES]]


def note_assumed_id(name: str) -> Note:
    """Return the doubt about a column that is assumed to be the id."""
    return Note("no column is called id, and `{name}` is taken for it", name=name)


def note_assumed_target(name: str) -> Note:
    """Return the doubt about a column that is assumed to be the target."""
    return Note("no column is called target, and `{name}` is taken for it", name=name)


def note_single_steps() -> Note:
    """Return the doubt about a table without a sequence of several steps."""
    return Note("every sequence has one step; if several rows belong together, choose another id")


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
