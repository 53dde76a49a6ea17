"""Errors for files with more time steps than a limit."""

from __future__ import annotations

from ...errors import DataError
from ...i18n import N_

TOO_MANY = N_(
    "The sequences have {found:,} steps in total; the limit is {most:,}. Leave some of the "
    "sequences out, or keep only every second step."
)
ABOUT_TOO_MANY = N_(
    "The file has about {found:,} steps; the limit is {most:,}. Leave some of the sequences "
    "out, or keep only every second step."
)
# An estimate may be wrong by a few percent; files near the limit are counted after reading.
ESTIMATE_TOLERANCE = 1.1


def refuse_many_steps(steps: int, limit: int) -> None:
    """Raise an error for more steps than ``limit``.

    Raises:
        DataError: If ``steps`` exceeds ``limit``.
    """
    if steps > limit:
        raise DataError(TOO_MANY, found=steps, most=limit)


def refuse_estimated_steps(steps: int, limit: int | None) -> None:
    """Raise an error if the estimated number of steps clearly exceeds ``limit``.

    Raises:
        DataError: If ``steps`` exceeds ``limit`` by more than the tolerance of the estimate. With
            limit None, any number is accepted.
    """
    if limit is not None and steps > ESTIMATE_TOLERANCE * limit:
        raise DataError(ABOUT_TOO_MANY, found=_round_to_two_digits(steps), most=limit)


def _round_to_two_digits(steps: int) -> int:
    """Round to two significant digits: 7,400,000."""
    return round(steps, 2 - len(str(steps)))
