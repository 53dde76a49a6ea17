"""Announcement of what should be checked after a reading from Python."""

from __future__ import annotations

import warnings
from typing import Protocol

from ..data.read_report import ReadReport
from ..data.sequences import Sequences
from ..errors import DataError, DataWarning
from .formats.open import AnySource

MAX_NAMED = 3


class ReadsAlike(Protocol):
    """A trained model, which reads new data like its training data."""

    def as_sequences(self, new: AnySource) -> Sequences:
        """Read new data."""


def announce(report: ReadReport, strict: bool) -> None:
    """Warn of findings that should be checked.

    Raises:
        DataError: With ``strict``, for the first question.
    """
    questions, others = report.select("question"), report.select("warning")
    if strict and questions:
        template, values = questions[0].message.template, questions[0].message.values
        raise DataError(template, **values)
    to_check = [*questions, *others]
    if to_check:
        named = "; ".join(str(each.message).rstrip(".") for each in to_check[:MAX_NAMED])
        more = len(to_check) - MAX_NAMED
        warnings.warn(
            DataWarning(
                f"{_count(len(questions), 'question')} and {_count(len(others), 'warning')} "
                f"about this data: {named}"
                + (f"; and {more} more" if more > 0 else "")
                + ". See data.report."
            ),
            stacklevel=3,
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
