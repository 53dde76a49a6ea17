"""``Refusal``: what was not opened, with all that is needed to try again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core import DataError
from core.reading import Schema
from core.reading.editable import Grid
from runs.reading.jobs import Columns, Refused


@dataclass(frozen=True)
class Refusal:
    """Why something was not opened, and what is needed to try again in another way: ``read`` gives
    its content or raises DataError when that is gone; ``about`` it is the same for the same one,
    so that what belongs to it begins anew with another; whether it was ``edited`` in the page; its
    cells, where they can be edited; and, as far as it could be read, its columns and schema."""

    error: DataError
    name: str
    read: Callable[[], bytes]
    about: int
    grid: Grid | None = None
    columns: Columns | None = None
    schema: Schema | None = None
    edited: bool = False

    @classmethod
    def of(
        cls, refused: Refused, name: str, read: Callable[[], bytes], about: int, edited: bool
    ) -> Refusal:
        seen = refused.grid, refused.columns, refused.schema
        return cls(refused.error, name, read, about, *seen, edited)

    @property
    def rows(self) -> set[str]:
        """The rows in which something is wrong, as messages name them."""
        if self.error.report is None:
            return {str(self.error.values.get("row"))}
        return {str(problem.row) for problem in self.error.report.in_the_way.problems}
