"""The names of the target and of the time: those of their columns, on screen and in exports."""

from __future__ import annotations

from dataclasses import dataclass

from core import Recipe
from core.data.schema import Schema
from core.i18n import N_
from core.reading.new_data import Reading
from runs import RunSummary
from ui.i18n import _

TARGET = N_("target")


@dataclass(frozen=True)
class TargetName:
    """Names of the target.

    Attributes:
        label: Name on screen, as its owner wrote it; None for a target without a name.
        column: Name of its column in exports, which do not depend on the visitor's language.
    """

    label: str | None = None
    column: str = TARGET


UNNAMED = TargetName()


def get_target_name(schema: Schema | None, recipe: Recipe) -> TargetName:
    """Return the names of the target of a table; a column without a header has none."""
    if schema is None:
        return UNNAMED
    if schema.remaining_steps is not None:
        return TargetName(_("remaining steps"))
    if schema.target is None:
        return UNNAMED
    if schema.target.isdecimal():  # the number of a column without a header
        return TargetName(_("class") if recipe.task == "classification" else None)
    return TargetName(schema.target, schema.target)


def get_run_target_name(run: RunSummary) -> TargetName:
    """Return the names of the target of a run."""
    return get_target_name(Reading.from_dict(run.reading).schema, run.recipe)


def get_run_time_name(run: RunSummary) -> str | None:
    """Return the name of the column that orders the steps of a run's data; None without one."""
    schema = Reading.from_dict(run.reading).schema
    names = () if schema is None else schema.list_columns("time")
    return " ".join(names) if names and not names[0].isdecimal() else None
