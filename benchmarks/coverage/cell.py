"""``Cell``: what the simulations of one setting found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from core.evaluation.estimate import Estimate
from core.evaluation.intervals import estimate_metrics
from core.evaluation.statistic import Statistic

SIMULATIONS = 4000
WIDTH_SIMULATIONS = 100  # whose bootstrap is computed too
DRAWS = 200


@dataclass
class Cell:
    """Intervals of one metric in one setting.

    Attributes:
        covered: Per simulation, whether the interval contains the true value.
        approximate: Per simulation, whether the interval is marked approximate.
        widths: Widths where the bootstrap's are known, too.
        bootstrap_widths: Widths of the plain percentile bootstrap.
    """

    covered: list[bool] = field(default_factory=list)
    approximate: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    bootstrap_widths: list[float] = field(default_factory=list)

    def add(self, estimate: Estimate, true: float) -> None:
        """Add the interval of one simulation."""
        low, high = estimate.limits
        self.covered.append(low <= true <= high)
        self.approximate.append(bool(estimate.approximate))

    def to_dict(self) -> dict[str, float]:
        """Return shares, and the mean width as a multiple of the bootstrap's."""
        row = {
            "coverage": round(float(np.mean(self.covered)), 3),
            "approximate": round(float(np.mean(self.approximate)), 3),
        }
        if self.bootstrap_widths:
            ratio = np.mean(self.widths) / np.mean(self.bootstrap_widths)
            row["width"] = round(float(ratio), 2)
        return row


def simulate(
    draw: Callable[[np.random.Generator], tuple[Statistic, np.ndarray]],
    true: dict[str, float],
    take: Callable[[Statistic, np.ndarray], Statistic],
) -> dict[str, dict[str, float]]:
    """Simulate one setting, with seed 0.

    Args:
        draw: Draws predictions, and the cluster of each row.
        true: True values by metric.
        take: Selects rows of a statistic, for the bootstrap.

    Returns:
        ``Cell.to_dict`` by metric.
    """
    rng = np.random.default_rng(0)
    cells = {name: Cell() for name in true}
    for number in range(SIMULATIONS):
        statistic, clusters = draw(rng)
        estimates = estimate_metrics(statistic, clusters)
        for name, cell in cells.items():
            cell.add(estimates[name], true[name])
        if number < WIDTH_SIMULATIONS:
            widths = dict(_measure_bootstrap_widths(statistic, clusters, take, rng))
            for name, cell in cells.items():
                low, high = estimates[name].limits
                cell.widths.append(high - low)
                cell.bootstrap_widths.append(widths[name])
    return {name: cell.to_dict() for name, cell in cells.items()}


def _measure_bootstrap_widths(
    statistic: Statistic,
    clusters: np.ndarray,
    take: Callable[[Statistic, np.ndarray], Statistic],
    rng: np.random.Generator,
) -> Iterator[tuple[str, float]]:
    count = int(clusters.max()) + 1
    members = [np.flatnonzero(clusters == unit) for unit in range(count)]
    draws: dict[str, list[float]] = {}
    for _ in range(DRAWS):
        rows = np.concatenate([members[unit] for unit in rng.integers(count, size=count)])
        for name, value in take(statistic, rows).compute().items():
            draws.setdefault(name, []).append(value)
    for name, values in draws.items():
        low, high = np.quantile(values, [0.025, 0.975])
        yield name, float(high - low)
