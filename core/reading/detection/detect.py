"""Detect the layout of a table and the roles of its columns.

Detection requires evidence in the table; without it, an error asks the user to choose. Every
decision adds a finding for the user.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...data.notation import Notation
from ...data.schema import LAYOUTS, Columns, Schema, TargetAt
from ...errors import DataError, Note
from ..table.roles import ROLES, encode_values
from ..table.table import Table
from ..table.words.column_names import GROUP_NAMES
from .candidates import Candidates, ask_about_single_steps
from .free_text import refuse_text
from .headerless import detect_headerless
from .lists import detect_list_schema
from .long import detect_long_schema
from .roles.ids import find_id
from .roles.splits import detect_split, detect_split_words, note_divided_groups
from .roles.times import assign_named_time
from .wide import detect_wide_schema, examine_padding, has_blank_ends


def detect_schema(
    table: Table,
    layout: str = "auto",
    id: str | Sequence[str] | None = None,
    time: str | Sequence[str] | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
    target_at: TargetAt | None = None,
    dayfirst: bool | None = None,
    notations: Sequence[Notation] | None = None,
    decimal: Mapping[str, str] | None = None,
) -> Schema:
    """Detect the layout of a table and the roles of its columns.

    Args:
        table: The table.
        layout: "auto", or one of "rows", "list", "long", "wide".
        id: Column of the id; None to detect it, "" for no column. The same holds for ``time``,
            ``target``, ``split`` and ``group``. Several columns together are an id.
        time: Column of the time, or the columns of the date and the time of day.
        target: Column of the target.
        features: Columns of the values, None to detect them.
        split: Column of the split.
        group: Column of the group.
        target_at: "sequence", "step" or "end" (see ``Schema``); None to detect it.
        dayfirst: In dates such as 01/02/2026, the day comes first; None to decide it by all of
            them.
        notations: How the numbers of columns are written; None to detect it.
        decimal: Decimal marks, "." or ",", of some columns; those of others are detected.

    Returns:
        The schema, with findings.

    Raises:
        DataError: For a column that does not exist or has two roles, and for a table that does
            not show its layout.
        ValueError: For an unknown layout.
    """
    roles = {"id": id, "time": time, "target": target, "split": split, "group": group}
    return detect_with_roles(
        table, layout, roles, features, target_at, dayfirst, notations, decimal
    )


def detect_with_roles(
    table: Table,
    layout: str,
    roles: Mapping[str, str | Sequence[str] | None],
    features: Sequence[str] | None = None,
    target_at: TargetAt | None = None,
    dayfirst: bool | None = None,
    notations: Sequence[Notation] | None = None,
    decimal: Mapping[str, str] | None = None,
) -> Schema:
    """Detect as ``detect_schema``, with the columns of the roles in a dictionary."""
    if layout not in ("auto", *LAYOUTS):
        raise ValueError(f"layout is {layout!r}; use 'auto' or one of {LAYOUTS}")
    known: dict[str, Columns] = {
        role: name for role, name in table.roles.items() if name not in (features or ())
    }
    known |= {role: _as_role(columns) for role, columns in roles.items() if columns is not None}
    columns = {role: known.get(role) for role in ROLES}
    candidates = Candidates(table, columns, features, target_at, dayfirst, notations, decimal)
    return _detect(candidates, layout)


def _as_role(columns: str | Sequence[str] | None) -> Columns:
    """Convert a list of columns to a tuple, as a schema stores it."""
    return columns if columns is None or isinstance(columns, str) else tuple(columns)


def _detect(candidates: Candidates, layout: str) -> Schema:
    if layout == "auto":
        layout = _detect_rows_or_list(candidates)
    elif candidates.table.ragged and layout != "rows":
        raise DataError(
            "The rows have unequal numbers of cells, so the layout cannot be {layout}. "
            'Choose the layout "rows", or give every row the same number of cells.',
            layout=layout,
        )
    else:
        candidates.is_layout_chosen = True
        candidates.inform("layout", Note("{layout} layout, as chosen", layout=layout))
    if layout == "rows":
        _refuse_roles(candidates)
        candidates.roles = dict.fromkeys(candidates.roles, "")
        if not candidates.table.ragged:  # otherwise the only column holds whole lines
            examine_padding(candidates, candidates.table.names)
            if len(candidates.table) > len(candidates.table.names) == 1:
                ask_about_single_steps(candidates, [{"layout": "long", "id": ""}])
        return candidates.build_schema("rows", candidates.table.names)
    detect_split_words(candidates)
    candidates.assign_by_name("group", GROUP_NAMES)
    if layout == "list":
        detect_split(candidates, is_long=False)
        note_divided_groups(candidates)
        return detect_list_schema(candidates)
    if layout != "wide":
        assign_named_time(candidates)
    find_id(candidates, layout)
    if layout not in ("long", "wide"):
        layout = _detect_long_or_wide(candidates)
    detect_split(candidates, is_long=layout == "long")
    note_divided_groups(candidates)
    return detect_long_schema(candidates) if layout == "long" else detect_wide_schema(candidates)


def _detect_rows_or_list(candidates: Candidates) -> str:
    given = set(candidates.table.roles.values())  # by the format
    kinds = {kind for name, kind in candidates.kinds.items() if name not in given}
    if candidates.table.ragged:
        note = Note("rows of unequal length hold only numbers: rows layout")
        candidates.inform("layout", note)
        return "rows"
    if "list" in kinds:
        return "list"
    if candidates.table.files and "id" in candidates.table.roles:
        note = Note("the files of the archive have one step per row: long layout")
        candidates.inform("layout", note)
        return "long"
    has_choices = set(filter(None, candidates.roles.values())) - given or candidates.features
    if not candidates.table.header and kinds <= {"number", "blank"} and not has_choices:
        if (layout := detect_headerless(candidates)) is not None:
            return layout
        if given:
            note = Note("no header and only numbers: wide layout, one sequence per row")
            candidates.inform("layout", note)
            return "wide"
        note = Note("no header and only numbers: rows layout, one sequence per row")
        candidates.inform("layout", note)
        return "rows"
    return "auto"


def _refuse_roles(candidates: Candidates) -> None:
    """Raise an error for a role in the rows layout, in which every cell is a step."""
    columns = [*filter(None, candidates.roles.values()), *(candidates.features or ())]
    columns += candidates.excluded
    if columns:
        raise DataError(
            'The layout "rows" has only steps, so {column!r} cannot have another role. '
            'Choose the layout "wide" for rows with an id or a target.',
            column=columns[0],
        )


def _detect_long_or_wide(candidates: Candidates) -> str:
    id, time = candidates.roles["id"], candidates.roles["time"]
    if id == "" and time and not candidates.has_chosen_id:  # the table is one sequence
        return "long"
    step_columns, _ = candidates.find_step_columns()
    if id:
        repeats = len(encode_values(candidates.table, id)[1]) < len(candidates.table)
        if time and repeats:
            note = Note(
                "`{id}` repeats and `{time}` increases within it: long layout", id=id, time=time
            )
            candidates.inform("layout", note)
            return "long"
        if time and not (len(step_columns) > 1 and has_blank_ends(candidates, step_columns)):
            note = Note(
                "`{id}` names the sequences, `{time}` their steps: long layout", id=id, time=time
            )
            candidates.inform("layout", note)
            return "long"
        if repeats and not has_blank_ends(candidates, step_columns):
            candidates.inform("layout", Note("`{id}` repeats: long layout", id=id))
            return "long"
        note = Note("`{id}` names one sequence per row: wide layout", id=id)
        candidates.inform("layout", note)
        return "wide"
    if len(step_columns) > 1 and not time:
        candidates.inform(
            "layout",
            Note(
                "`{first}` to `{last}` count steps: wide layout",
                first=step_columns[0],
                last=step_columns[-1],
            ),
        )
        return "wide"
    if not candidates.list_open_columns("number"):
        refuse_text(candidates.table, candidates.list_open_columns("text"))
    raise DataError(
        "The table does not show which rows belong to one sequence. Choose the id column, or "
        'the layout: "long" if the table is one sequence, "wide" if every row is one. '
        "Columns: {columns}.",
        columns=", ".join(candidates.table.names),
    )
