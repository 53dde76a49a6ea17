"""The most steps that a file may hold, where somebody sets a limit."""

from __future__ import annotations

from ...errors import DataError
from ...i18n import N_

TOO_MANY = N_(
    "The sequences have {found:,} steps in all, and at most {most:,} are taken. Leave some of the "
    "sequences out, or keep only every second step."
)
ABOUT_TOO_MANY = N_(
    "The file holds about {found:,} steps, and at most {most:,} are taken. Leave some of the "
    "sequences out, or keep only every second step."
)
CLEARLY = 1.1  # an estimate may be wrong by a few percent; what is left is counted once it is read


def refuse_many_steps(steps: int, most: int) -> None:
    """Raises DataError for more steps than are taken."""
    if steps > most:
        raise DataError(TOO_MANY, found=steps, most=most)


def refuse_about(steps: int, most: int | None) -> None:
    """Raises DataError for clearly more steps than are taken; None: any number is taken."""
    if most is not None and steps > CLEARLY * most:
        raise DataError(ABOUT_TOO_MANY, found=_rounded(steps), most=most)


def _rounded(steps: int) -> int:
    """To two digits: 7,400,000."""
    return round(steps, 2 - len(str(steps)))
