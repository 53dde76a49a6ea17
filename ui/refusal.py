"""``Refusal``: what was not opened, with all that is needed to try again."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import cached_property

from core import DataError
from core.reading import Schema
from core.reading.grid import Grid
from runs.reading.jobs import Columns, Refused


@dataclass(frozen=True)
class Refusal:
    """Why something was not opened, and what is needed to try again in another way: its content,
    whether that was ``edited`` in the page, its cells, where they can be edited, and, as far as it
    could be read, its columns and schema."""

    error: DataError
    name: str
    content: bytes
    grid: Grid | None = None
    columns: Columns | None = None
    schema: Schema | None = None
    edited: bool = False

    @classmethod
    def of(cls, refused: Refused, name: str, content: bytes, edited: bool) -> Refusal:
        return cls(
            refused.error, name, content, refused.grid, refused.columns, refused.schema, edited
        )

    @cached_property
    def about(self) -> int:
        """Of this content: what belongs to it begins anew with another."""
        return zlib.crc32(self.content)

    @property
    def rows(self) -> set[str]:
        """The rows in which something is wrong, as messages name them."""
        if self.error.report is None:
            return {str(self.error.values.get("row"))}
        return {str(problem.row) for problem in self.error.report.in_the_way.problems}
