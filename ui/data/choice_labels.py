"""Labels of choices about a table: on the button of a remedy, and in the list of answers."""

from __future__ import annotations

from core.i18n import N_
from core.reading import Choices
from core.reading.table.joined_columns import SEPARATOR
from ui.i18n import _, format_count, join_list, shorten

MISSING_NAMES = {
    "forward": N_("carry the last known value on, else take the mean"),
    "mean": N_("take the mean"),
    "drop": N_("leave the step out"),
    "refuse": N_("refuse the file"),
}
DUPLICATE_NAMES = {
    "keep": N_("keep all of them"),
    "first": N_("keep the first"),
    "last": N_("keep the last"),
    "mean": N_("take their mean"),
}
DATE_NAMES = {True: N_("day before month"), False: N_("month before day")}
MARK_NAMES = {
    ".": N_("the point separates decimals"),
    ",": N_("the comma separates decimals"),
}
TARGET_AT_NAMES = {
    "sequence": N_("one target for the whole sequence"),
    "step": N_("a target for each step"),
    "end": N_("the target of the last step"),
}
ACCEPTED = {  # by the code of the finding
    "padding": N_("it is data"),
    "single_steps": N_("each sequence has one step"),
    "split": N_("leave it out"),
    "incomplete": N_("leave these rows out"),
    "empty": N_("leave these sequences out"),
    "day_order": N_("the year comes first"),
}
ROLE_NAMES = {
    "id": N_("the id is {column}"),
    "time": N_("the time is {column}"),
    "target": N_("the target is {column}"),
    "split": N_("the split is {column}"),
    "group": N_("the group is {column}"),
}
NO_ROLE = {
    "id": N_("the whole table is one sequence"),
    "time": N_("the steps are in the order of the file"),
    "target": N_("there is no target"),
    "split": N_("there is no split"),
    "group": N_("there is no group"),
}
MAX_KEYS = 3  # of an answer; the form about the columns chooses more


def format_choices(choices: Choices) -> str:
    """Format a set of choices as a few words, which begin with a capital."""
    if len(choices) > MAX_KEYS:
        return _("Columns as chosen")
    parts = [_format_choice(name, value) for name, value in choices.items()]
    text = join_list(part for part in parts if part)
    return text[:1].upper() + text[1:]


def _format_choice(name: str, value: object) -> str:
    if name in ROLE_NAMES:
        if not value:
            return _(NO_ROLE[name])
        columns = (value,) if isinstance(value, str) else value
        column = shorten(SEPARATOR.join(columns))  # type: ignore[arg-type]  # names of columns
        return _(ROLE_NAMES[name]).format(column=f"“{column}”")
    match name, value:
        case "accept", [str(code), *_others]:
            return _(ACCEPTED.get(code, "")) if code in ACCEPTED else ""
        case "missing", str():
            return _(MISSING_NAMES[value])
        case "duplicates", str():
            return _(DUPLICATE_NAMES[value])
        case "target_at", str():
            return _(TARGET_AT_NAMES[value])
        case "dayfirst", bool():
            return _(DATE_NAMES[value])
        case "decimal", dict():
            return join_list(_(MARK_NAMES[mark]) for mark in value.values())
        case "padding", float() | int():
            return _("{value} only fills the rows").format(value=f"{value:g}")
        case "sheet", str():
            return _("sheet {name}").format(name=f"“{shorten(value)}”")
        case "layout", "long":
            return _("each row is one step")
        case "remaining_steps", int():
            return _("the target is the number of remaining steps, {most} at most").format(
                most=format_count(value)
            )
        case "features", [*names]:
            return _("features: {columns}").format(columns=shorten(", ".join(map(str, names))))
    return ""
