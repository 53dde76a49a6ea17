"""State of the detection: which columns of a table are assigned, and which are open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...data.notation import Notation
from ...data.read_report import Finding, Level
from ...data.schema import Columns, Schema, TargetAt, as_columns
from ...errors import DataError, Note
from ...i18n import N_
from ..table.cells import detect_kind
from ..table.joined_columns import join_columns
from ..table.number_notation import apply_notations
from ..table.roles import encode_values
from ..table.table import Table
from ..table.words.column_names import normalize_name
from ..table.words.missing_markers import is_missing
from .free_text import describe_text, refuse_text
from .number_notation import NotationFindings, detect_notations
from .row_numbers import find_row_numbers
from .step_columns import find_step_columns

MAX_VOCABULARY_SIZE = 500  # of a requested text feature: every category becomes a feature
# Usual cap of the target of engines: Heimes, "Recurrent neural networks for remaining useful life
# estimation", 2008, has 130, and most later work on C-MAPSS 125.
REMAINING_STEPS = 125
MAX_NOTES = 20  # columns with a note of their own
MAX_EXAMPLES = 3  # values in a preview


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
        dayfirst: In dates such as 01/02/2026, the day comes first; None to decide it.
        notations: How numbers are written; None to detect it.
        decimal: Decimal marks of columns whose notation is detected.

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
        decimal: Mapping[str, str] | None = None,
    ) -> None:
        self.steps_after = table.steps_after
        self.notations = (
            detect_notations(
                table,
                {
                    name
                    for role, columns in roles.items()
                    if role != "target"
                    for name in as_columns(columns)
                },
                decimal or {},
            )
            if notations is None
            else NotationFindings(tuple(notations), [])
        )
        table = apply_notations(table, self.notations.notations)
        self.table = table
        self.names = table.names
        self.roles: dict[str, str | None] = {}
        self.joined: dict[str, tuple[str, ...]] = {}  # columns that a column of the table joins
        self.row_numbers: set[str] = set()
        # Further columns that are not features.
        self.excluded: set[str] = {self.steps_after} if self.steps_after else set()
        self.dayfirst = dayfirst
        self.is_layout_chosen = False
        self.has_chosen_id = roles["id"] is not None
        self.given_roles = {role for role, name in roles.items() if name is not None}
        self.features = None if features is None else tuple(features)
        self.target_at = target_at
        self.findings: list[Finding] = []
        for note in table.notes:
            self.inform("file", note)
        for note in table.doubts:
            self.warn("file", note)
        if len(table.sheets) > 1 or table.is_sheet_chosen:
            self._note_sheets()
        role_columns = [name for columns in roles.values() for name in as_columns(columns)]
        _check_columns(table, [*role_columns, *(self.features or ()), *self.excluded])
        _check_columns(table, tuple(decimal or ()))
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

    def inform(
        self,
        code: str,
        message: Note,
        column: str | None = None,
        remedies: Sequence[Mapping[str, object]] = (),
    ) -> None:
        """State what was understood."""
        self._add("info", code, message, column, remedies, ())

    def warn(
        self,
        code: str,
        message: Note,
        column: str | None = None,
        remedies: Sequence[Mapping[str, object]] = (),
    ) -> None:
        """State what a person should check."""
        self._add("warning", code, message, column, remedies, ())

    def ask(
        self,
        code: str,
        message: Note,
        remedies: Sequence[Mapping[str, object]],
        column: str | None = None,
        examples: Sequence[Sequence[str]] = (),
    ) -> None:
        """Ask what could not be decided; the first remedy is what was assumed."""
        self._add("question", code, message, column, remedies, examples)

    def _add(
        self,
        level: Level,
        code: str,
        message: Note,
        column: str | None,
        remedies: Sequence[Mapping[str, object]],
        examples: Sequence[Sequence[str]],
    ) -> None:
        texts = tuple(tuple(values) for values in examples)
        self.findings.append(
            Finding(level, code, message, column, remedies=tuple(remedies), examples=texts)
        )

    def _note_sheets(self) -> None:
        """State which sheet of several was read."""
        table = self.table
        if table.is_sheet_chosen:
            note = Note("sheet “{sheet}” of the workbook, as chosen", sheet=table.sheet)
        else:
            note = Note(
                "“{sheet}” is the first sheet with a table of numbers, and the others are not "
                "read: {others}",
                sheet=table.sheet,
                others=", ".join(name for name in table.sheets if name != table.sheet),
            )
        remedies = [{"sheet": name} for name in table.sheets]
        level: Level = "info" if table.is_sheet_chosen else "warning"
        self._add(level, "sheet", note, None, remedies, ())

    def list_open_columns(self, *kinds: str) -> list[str]:
        """List the columns of these kinds without a role, in the order of the table."""
        assigned = {*self.list_role_columns(), *self.row_numbers, *self.excluded, *self.empty}
        assigned.update(self.features or ())
        return [name for name in self.names if name not in assigned and self.kinds[name] in kinds]

    def find_step_columns(self) -> tuple[list[str], tuple[str, ...]]:
        """Find the open columns of time steps, see ``find_step_columns``.

        The two numbers of a pair such as 120/80, bp (1) and bp (2), are at the same step.
        """
        pairs = {
            name
            for each in self.notations.notations
            if each.pair and not each.step
            for name in each.pair_columns
        }
        columns = self.list_open_columns("number", "blank")
        return find_step_columns(name for name in columns if name not in pairs)

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
                    "Column {column} has {words} different words; the limit is {most}. Leave "
                    "the column out, or merge words.",
                    column=name,
                    words=count,
                    most=MAX_VOCABULARY_SIZE,
                )
        for name, count in list(words.items())[:MAX_NOTES]:
            self.inform(
                "words",
                Note("`{name}` has {n} different words: one feature per word", name=name, n=count),
                name,
            )
        if len(words) > MAX_NOTES:
            n = len(words) - MAX_NOTES
            self.inform("words", Note("{n} more columns contain words: one feature per word", n=n))
        return tuple(words)

    def build_schema(
        self, layout: str, features: tuple[str, ...], channels: tuple[str, ...] = ()
    ) -> Schema:
        """Build the schema from the assigned roles, with notes about unused columns.

        Args:
            layout: Layout of the table.
            features: Feature columns.
            channels: Names of the features of a wide table.

        Raises:
            DataError: Without a feature.
        """
        if not features:
            # The only text may have been taken for the id.
            refuse_text(self.table, [n for n in self.table.names if self.kinds[n] == "text"])
            raise DataError(
                "No numeric column is left for the values of the steps. Columns: {columns}. "
                "Add a numeric column, or change the roles.",
                columns=", ".join(self.table.names),
            )
        if layout != "long":
            self.roles["time"] = None
        roles = {role: name or None for role, name in self.roles.items()}
        self._note_roles(roles)
        categories = self.list_categorical(features) if layout == "long" else ()
        used = {*self.list_role_columns(), *features, self.steps_after}
        unused = tuple(name for name in self.names if name not in used and name not in self.empty)
        texts = (name for name in unused[:MAX_NOTES] if self.kinds[name] == "text")
        for name, note in describe_text(self.table, texts):
            self.warn("text", note, name)
        explained = {finding.column for finding in self.findings}
        for name in unused[:MAX_NOTES]:
            if name in self.row_numbers:
                note = Note("`{name}` counts the rows: not used", name=name)
                self.inform("row_numbers", note, name)
            elif name not in explained:
                self.inform("unused", Note("`{name}` is not used", name=name), name)
        if len(unused) > MAX_NOTES:
            n = len(unused) - MAX_NOTES
            self.inform("unused", Note("{n} more columns are not used", n=n))
        if not roles["target"]:
            self._note_absent_target(layout)
        if self.steps_after:
            note = Note(
                "`{name}` has the steps between the last row of each sequence and its end",
                name=self.steps_after,
            )
            self.inform("steps_after", note, self.steps_after)
        notations = tuple(
            each
            for each in self.notations.notations
            # A target of true and false stays one of two classes.
            if {*each.columns} & {*features, None if each.boolean else self.roles["target"]}
        )
        self._note_notations(notations)
        has_step_targets = self.roles["target"] and layout in ("long", "list")
        return Schema(
            layout,
            features=features,
            target_at=self.target_at or "sequence" if has_step_targets else "sequence",
            steps_after=self.steps_after,
            channels=channels,
            categories=categories,
            notations=notations,
            unused=unused,
            sheet=self.table.sheet,
            findings=tuple(self.findings),
            dayfirst=self.dayfirst if roles["time"] else None,
            id=self.joined.get(roles["id"] or "", roles["id"]),
            time=self.joined.get(roles["time"] or "", roles["time"]),
            target=roles["target"],
            split=roles["split"],
            group=roles["group"],
        )

    def _note_roles(self, roles: Mapping[str, str | None]) -> None:
        """State the columns of the roles that no other finding explains, and why they have them."""
        explained = {finding.column for finding in self.findings}
        for role, name in roles.items():
            if not name or name in explained or name in self.joined:
                continue
            if self.table.roles.get(role) == name:
                template = N_("`{name}` is the {role}, as the format of the file says")
            elif role in self.given_roles:
                template = N_("`{name}` is the {role}, as chosen")
            else:
                template = N_("`{name}` is the {role}, by its name")
            self.inform("role", Note(template, name=name, role=Note(role)), name)

    def _note_absent_target(self, layout: str) -> None:
        """State that there is no target; the steps until the end may be it, as of a machine."""
        has_ends = layout == "long" and bool(self.roles["id"]) and len(self.table) > 1
        self.inform(
            "no_target",
            Note("no target column: choose one to train, or only predict"),
            remedies=[{"remaining_steps": REMAINING_STEPS}] if has_ends else [],
        )

    def _note_notations(self, notations: Sequence[Notation]) -> None:
        """Add the findings about the notations that are used, and about numbers not read."""
        names = {notation.column for notation in notations}
        used = [each for each in self.notations.findings if each.column in names]
        plain = [each for each in used if each.level == "info"]
        self.findings += plain[:MAX_NOTES]
        if len(plain) > MAX_NOTES:
            n = len(plain) - MAX_NOTES
            self.inform("notation", Note("{n} more columns are written in the same way", n=n))
        to_check = [
            each
            for each in self.notations.findings
            if each.level != "info" and each.column in self.table.names
        ]
        self.findings += to_check[:MAX_NOTES]


def ask_for_target(candidates: Candidates, names: Sequence[str]) -> None:
    """Ask which of several columns is the target; none is assumed."""
    shown = names[:MAX_NOTES]
    candidates.ask(
        "target",
        Note("no column is called target; it may be one of `{names}`", names=", ".join(names)),
        [{"target": ""}, *({"target": name} for name in shown)],
        examples=[(), *(candidates.list_categories(name)[:MAX_EXAMPLES] for name in shown)],
    )


def note_assumed_id(candidates: Candidates, name: str, is_certain: bool) -> None:
    """State which column is assumed to be the id, as a warning unless it is certain."""
    note = Note("no column is called id; `{name}` is used as the id", name=name)
    state = candidates.inform if is_certain else candidates.warn
    state("assumed_id", note, name)


def note_assumed_target(
    candidates: Candidates, name: str, is_certain: bool, others: Sequence[str] = ()
) -> None:
    """State which column is assumed to be the target, as a warning unless it is certain.

    Args:
        candidates: The table.
        name: The column.
        is_certain: No other column may be the target.
        others: Further columns that may be.
    """
    note = Note("no column is called target; `{name}` is used as the target", name=name)
    state = candidates.inform if is_certain else candidates.warn
    state("assumed_target", note, name, [{"target": each} for each in ("", *others[:MAX_NOTES])])


def ask_about_single_steps(
    candidates: Candidates, remedies: Sequence[Mapping[str, object]] = ()
) -> None:
    """Ask about a table without a sequence of several steps."""
    candidates.ask(
        "single_steps",
        Note("every sequence has one step: do several rows belong together?"),
        [{"accept": ["single_steps"]}, *remedies],
    )


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
                "The column {column!r} has two roles. Choose one column per role.", column=name
            )
        earlier.add(name)
