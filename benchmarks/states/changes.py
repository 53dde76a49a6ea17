"""Declared differences after a reload while a job runs, each with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A part of a page that may differ.

    Attributes:
        name: Short name, which replaces the part.
        pattern: The part, in a line of ``screen.read_screen``. Its groups are numbers that may only
            grow.
        reason: Why it may differ.
    """

    name: str
    pattern: re.Pattern[str]
    reason: str


CHANGES = (
    Change(
        "the progress of a training",
        re.compile(r'^progress {"text": "Epoch ([\d,]+) of 9,000.*', re.DOTALL),
        "epochs, speed and time left of a running training",
    ),
    Change(
        "the progress of a comparison",
        re.compile(r'^progress {"text": "(\d+) of \d+ runs finished.*', re.DOTALL),
        "finished runs and time left of a running comparison",
    ),
    Change(
        "a curve that grows",
        re.compile(r'^plotly_chart {"alt": "Curve of the \w+ per epoch, (\d+) epochs? so far.*'),
        "every epoch adds a point; the number of epochs is in the text alternative",
    ),
    Change(
        "curves that grow",
        re.compile(r'^plotly_chart {"alt": "Loss per epoch of the recipes so far.*'),
        "every epoch of a comparison adds a point",
    ),
    Change(
        "epochs",
        re.compile(r"(?<=, )epoch ([\d,]+) of [\d,]+"),
        "epochs of the runs of a running comparison",
    ),
    Change(
        "an expected time",
        re.compile(r"under 1 min|about [\d.]+ (?:min|h)"),
        "follows the last measured speed of this server, which the trainings measure",
    ),
    Change(
        "a size",
        re.compile(r"(?<=Using )[\d.,]+ [kMG]?B(?= of)"),
        "a training stores checkpoints; a newer one may be smaller",
    ),
)
