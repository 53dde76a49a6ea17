"""``Refusal``: what was not opened, with all that is needed to try again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from core import DataError
from core.reading import Schema, Table
from core.reading.grid import Grid, grid_of


@dataclass(frozen=True)
class Refusal:
    """Why something was not opened, and what is needed to try again in another way: ``read`` gives
    its content or raises DataError when that is gone; ``about`` it is the same for the same one,
    so that what belongs to it begins anew with another; whether it was ``edited`` in the page; and,
    as far as it could be read, its table and schema."""

    error: DataError
    name: str
    read: Callable[[], bytes]
    about: int
    table: Table | None = None
    schema: Schema | None = None
    edited: bool = False

    @cached_property
    def grid(self) -> Grid | None:
        """To be edited, if it can be."""
        try:
            return grid_of(self.table, self.read)
        except DataError:  # an upload that had to make room for others
            return None

    @property
    def rows(self) -> set[str]:
        """The rows in which something is wrong, as messages name them."""
        if self.error.report is None:
            return {str(self.error.values.get("row"))}
        return {str(problem.row) for problem in self.error.report.in_the_way.problems}
