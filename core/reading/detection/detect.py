"""Which layout a table has, and which column plays which role.

A guess is only made where the table shows it; where it does not, the user is asked to
choose. Every guess leaves a reason to read.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...data.schema import LAYOUTS, Schema, TargetAt
from ...data.tokens import SPLIT_WORDS
from ...errors import DataError, Note
from ..table.column_names import GROUP_NAMES, TIME_NAMES, plain
from ..table.roles import codes
from ..table.table import Table
from .candidates import Clues
from .ids import find_id
from .lists import list_schema
from .long import long_schema
from .step_columns import numbered
from .wide import ends_blank, wide_schema


def detect_schema(
    table: Table,
    layout: str = "auto",
    id: str | None = None,
    time: str | None = None,
    target: str | None = None,
    features: Sequence[str] | None = None,
    split: str | None = None,
    group: str | None = None,
    target_at: TargetAt | None = None,
) -> Schema:
    """The layout of a table and the roles of its columns.

    layout    "auto", or one of "rows", "list", "long", "wide"
    id …      a column; None to find one; "" for none, also where one would be found
    features  columns, None to find them
    target_at "sequence", "step" or "end" (see Schema); None to find out

    Raises DataError for a column that does not exist or is given two roles, and where the
    table does not show its layout; ValueError for an unknown layout.
    """
    if layout not in ("auto", *LAYOUTS):
        raise ValueError(f"layout is {layout!r}; use 'auto' or one of {LAYOUTS}")
    given = {"id": id, "time": time, "target": target, "split": split, "group": group}
    told = {role: name for role, name in table.roles.items() if name not in (features or ())}
    given = {role: told.get(role) if name is None else name for role, name in given.items()}
    return _find(Clues(table, given, features, target_at), layout)


def _find(clues: Clues, layout: str) -> Schema:
    if layout == "auto":
        layout = _rows_or_list(clues)
    elif clues.table.ragged and layout != "rows":
        raise DataError(
            "The rows have unequal numbers of cells, so they are no {layout} table. Choose "
            'the layout "rows", or give every row the same number of cells.',
            layout=layout,
        )
    else:
        clues.reasons.append(Note("{layout} layout, as chosen", layout=layout))
    if layout == "rows":
        _refuse_roles(clues)
        clues.roles = dict.fromkeys(clues.roles, "")
        return clues.finish("rows", clues.table.names)
    _split_and_group(clues)
    if layout == "list":
        return list_schema(clues)
    clues.named("time", TIME_NAMES, unless=layout == "wide")
    find_id(clues, layout)
    if layout not in ("long", "wide"):
        layout = _long_or_wide(clues)
    return long_schema(clues) if layout == "long" else wide_schema(clues)


def _rows_or_list(clues: Clues) -> str:
    kinds = set(clues.kinds.values())
    if clues.table.ragged:
        clues.reasons.append(Note("rows of unequal length hold only numbers: rows layout"))
        return "rows"
    if "list" in kinds:
        return "list"
    if clues.table.files:
        clues.reasons.append(Note("the files of the archive hold a step a row: long layout"))
        return "long"
    chosen = any(clues.roles.values()) or clues.features
    if not clues.table.header and kinds <= {"number", "blank"} and not chosen:
        clues.reasons.append(Note("no header and only numbers: rows layout, a sequence a row"))
        return "rows"
    return "auto"


def _refuse_roles(clues: Clues) -> None:
    """In the rows layout every cell is a step."""
    chosen = [*filter(None, clues.roles.values()), *(clues.features or ())]
    if chosen:
        raise DataError(
            "The rows layout holds steps only, so {column!r} can play no other role. "
            'Choose the layout "wide" for rows that also hold an id or a target.',
            column=chosen[0],
        )


def _split_and_group(clues: Clues) -> None:
    if clues.roles["split"] is None:
        for name in clues.open("text"):
            words = {word.lower() for word in clues.distinct(name)} - {""}
            if plain(name) == "split" or words <= SPLIT_WORDS.keys():
                clues.roles["split"] = name
                clues.reasons.append(
                    Note("`{name}` says train, validation or test: split", name=name)
                )
                break
    clues.named("group", GROUP_NAMES)


def _long_or_wide(clues: Clues) -> str:
    id, time = clues.roles["id"], clues.roles["time"]
    run, _ = numbered(clues.open("number", "blank"))
    if id:
        repeats = len(codes(clues.table, id)[1]) < len(clues.table)
        if time and repeats:
            clues.reasons.append(
                Note("`{id}` repeats and `{time}` rises inside it: long layout", id=id, time=time)
            )
            return "long"
        if time and not (len(run) > 1 and ends_blank(clues, run)):
            clues.reasons.append(
                Note("`{id}` names sequences, `{time}` their steps: long layout", id=id, time=time)
            )
            return "long"
        if repeats and not ends_blank(clues, run):
            clues.reasons.append(Note("`{id}` repeats: long layout", id=id))
            return "long"
        clues.reasons.append(Note("`{id}` names one sequence a row: wide layout", id=id))
        return "wide"
    if len(run) > 1 and not time:
        clues.reasons.append(
            Note("`{first}` to `{last}` count steps: wide layout", first=run[0], last=run[-1])
        )
        return "wide"
    raise DataError(
        "The table does not show which rows belong to one sequence. Choose the column that "
        'holds the id of the sequence; or choose the layout "long" without an id if the '
        'whole table is one sequence, "wide" if every row is one. Columns: {columns}.',
        columns=", ".join(clues.table.names),
    )
