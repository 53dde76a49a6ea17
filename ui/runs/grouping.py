"""Runs in the order of the list, those of a comparison as one group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runs import RunLine


@dataclass(frozen=True)
class Group:
    """One entry of the list: a run, or the runs of a comparison.

    Attributes:
        comparison: Id of the comparison; None for a single run.
        runs: Ids of the runs.
    """

    comparison: str | None
    runs: tuple[str, ...]


def group_lines(lines: Iterable[RunLine]) -> list[Group]:
    """Group lines, each group at the place of its first line."""
    ids: dict[tuple[str | None, str], list[str]] = {}
    for line in lines:
        key = (None, line.id) if line.comparison is None else (line.comparison, "")
        ids.setdefault(key, []).append(line.id)
    return [Group(comparison, tuple(runs)) for (comparison, _), runs in ids.items()]


def complete_comparisons(found: Sequence[RunLine], lines: Sequence[RunLine]) -> list[RunLine]:
    """Add the other runs of each comparison, whose conclusion and title need all of them.

    Args:
        found: Lines that match a search.
        lines: All lines.

    Returns:
        The lines that match, or belong to a comparison with a line that matches, in their order.
    """
    ids, comparisons = {line.id for line in found}, {line.comparison for line in found}
    comparisons.discard(None)
    return [line for line in lines if line.id in ids or line.comparison in comparisons]
