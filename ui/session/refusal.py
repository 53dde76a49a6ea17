"""``Refusal``: why something was not opened, with everything needed to try again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.errors import UnpaddedError
from core.reading import Choices, Report
from core.reading.editable import Grid
from runs.reading.reading_jobs import Columns


@dataclass(frozen=True)
class Refusal:
    """Why something was not opened, and what is needed to try again.

    Attributes:
        error: The reason.
        name: Display name.
        read: Returns the content, or raises DataError if it has been deleted.
        checksum: Checksum of the content, so that widgets are reset for other content.
        grid: Cells, if they can be edited.
        columns: Columns, as far as they could be read.
        choices: What the visitor had chosen, one set per answer.
        is_edited: The content was edited in the page.
    """

    error: UnpaddedError
    name: str
    read: Callable[[], bytes]
    checksum: int
    grid: Grid | None = None
    columns: Columns | None = None
    choices: tuple[Choices, ...] = ()
    is_edited: bool = False

    @property
    def rows(self) -> set[str]:
        """Rows with a problem, as named in messages."""
        report = self.error.report
        if not isinstance(report, Report):
            return {str(self.error.values.get("row"))}
        return {str(problem.row) for problem in report.unresolved.problems}
