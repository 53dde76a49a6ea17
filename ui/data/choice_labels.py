"""Labels of choices about a table: on the button of a remedy, and in the list of answers."""

from __future__ import annotations

from core.i18n import N_
from core.reading import Choices
from core.reading.table.joined_columns import SEPARATOR
from ui.i18n import _, format_count, join_list, shorten

MISSING_NAMES = {
    "forward": N_("fill with the last known value, else the mean"),
    "mean": N_("fill with the training mean"),
    "drop": N_("drop the step"),
    "refuse": N_("stop and show them"),
}
DUPLICATE_NAMES = {
    "keep": N_("keep all"),
    "first": N_("keep the first"),
    "last": N_("keep the last"),
    "mean": N_("use their mean"),
}
DATE_NAMES = {True: N_("day before month"), False: N_("month before day")}
MARK_NAMES = {
    ".": N_("decimal point"),
    ",": N_("decimal comma"),
}
TARGET_AT_NAMES = {
    "sequence": N_("one target per sequence"),
    "step": N_("one target per step"),
    "end": N_("target at the last step"),
}
ACCEPTED = {  # by the code of the finding
    "padding": N_("keep it as data"),
    "single_steps": N_("each sequence has one step"),
    "split": N_("ignore the column"),
    "incomplete": N_("drop these rows"),
    "empty": N_("drop these sequences"),
    "none": N_("these values are missing"),
    "step_names": N_("the columns are steps"),
    "day_order": N_("year first"),
}
ROLE_NAMES = {
    "id": N_("ID: {column}"),
    "time": N_("time: {column}"),
    "target": N_("target: {column}"),
    "split": N_("split: {column}"),
    "group": N_("group: {column}"),
}
NO_ROLE = {
    "id": N_("the whole table is one sequence"),
    "time": N_("steps in file order"),
    "target": N_("no target"),
    "split": N_("no split"),
    "group": N_("no group"),
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
            return _("{value} is padding").format(value=f"{value:g}")
        case "sheet", str():
            return _("sheet {name}").format(name=f"“{shorten(value)}”")
        case "layout", "long":
            return _("one row per step")
        case "cut", "windows":
            return _("split into windows")
        case "remaining_steps", int():
            return _("target: remaining steps, at most {most}").format(most=format_count(value))
        case "features", [*names]:
            return _("features: {columns}").format(columns=shorten(", ".join(map(str, names))))
    return ""
