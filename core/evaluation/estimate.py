"""``Estimate``: a metric with its confidence interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import Note

CONFIDENCE = 0.95
# Why an interval covers the true value less often than stated. See docs/coverage.md.
REASONS = {
    "tails": Note("a few large errors dominate the metric"),
    "groups": Note("there are fewer than 20 groups"),
    "series": Note("the windows are of one series, so their errors depend on each other"),
    "rare": Note("a class has fewer than 10 sequences"),
    "equal": Note("all errors are equal, so their spread is unknown"),
}


@dataclass(frozen=True)
class Estimate:
    """A metric with its confidence interval.

    Attributes:
        value: The metric.
        low: Lower end of the interval; None if fewer than two sequences, or groups, are evaluated.
        high: Upper end of the interval; None together with ``low``.
        approximate: Why the interval is only approximate, a key of ``REASONS``; "" if it is not.
    """

    value: float
    low: float | None = None
    high: float | None = None
    approximate: str = ""

    @property
    def limits(self) -> tuple[float, float] | None:
        """Both ends of the interval; None without one."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def excludes_zero(self) -> bool:
        """True when the interval does not contain 0."""
        return self.limits is not None and (self.limits[0] > 0 or self.limits[1] < 0)


def spread_estimates(metrics: Mapping[str, Estimate]) -> dict[str, float | str | None]:
    """Spread metrics over the columns of a table: "rmse", "rmse low", "rmse high", …

    "rmse approximate" has the reason where an interval is only approximate, else "".
    """
    columns: dict[str, float | str | None] = {}
    for name, estimate in metrics.items():
        columns |= {name: estimate.value}
        columns |= {f"{name} low": estimate.low, f"{name} high": estimate.high}
        reason = str(REASONS[estimate.approximate]) if estimate.approximate else ""
        columns |= {f"{name} approximate": reason}
    return columns
