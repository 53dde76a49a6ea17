"""Speed of this server: how long its trainings take, relative to their estimates."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import median

from core.recipe.recipe import Recipe

LAST = 10  # finished trainings per family
LOW, HIGH = 0.05, 50.0  # a factor outside of this is an accident, such as a suspended machine
ENSEMBLE = "ensemble"


@dataclass(frozen=True)
class Timing:
    """Duration of one training.

    Attributes:
        family: Its family, or ``ENSEMBLE``.
        modelled: Estimated seconds on two idle cores of the machine that the estimate is for.
        measured: Seconds that it took here, start-up included.
    """

    family: str
    modelled: float
    measured: float


def name_family(recipe: Recipe) -> str:
    """Name what the speed of a recipe is measured for."""
    return ENSEMBLE if recipe.members else recipe.family


def measure_speeds(timings: Iterable[Timing]) -> dict[str, float]:
    """Measure the factor by which trainings take longer than estimated, per family.

    Args:
        timings: Timings, the newest first.
    """
    factors: dict[str, list[float]] = {}
    for timing in timings:
        if timing.modelled > 0 and timing.measured > 0:
            factors.setdefault(timing.family, []).append(timing.measured / timing.modelled)
    return {family: min(max(median(each[:LAST]), LOW), HIGH) for family, each in factors.items()}


def get_speed(speeds: Mapping[str, float], family: str) -> float:
    """Return the factor of a family; one without a training has the mean one of the others."""
    if family in speeds:
        return speeds[family]
    if not speeds:
        return 1.0
    return math.exp(sum(map(math.log, speeds.values())) / len(speeds))
