"""Learning-rate schedules.

The rate is a function of the recipe and of the losses up to now, so that training resumed from a
checkpoint needs no further state.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from .recipe import Recipe

# ReduceLROnPlateau in Keras with these values and min_delta=0. Its defaults, a factor of 0.1 after
# 10 epochs, come too late for trainings of 60 epochs and end in steps too small to learn from.
PLATEAU_EPOCHS, PLATEAU_FACTOR = 5, 0.5


def compute_learning_rate(recipe: Recipe, losses: Sequence[float]) -> float:
    """Compute the learning rate of the next epoch.

    Schedule "plateau" multiplies it by ``PLATEAU_FACTOR`` after each ``PLATEAU_EPOCHS`` epochs
    without a smaller loss. "cosine" lowers it from the recipe's rate to nearly 0 in the last epoch,
    along half a cosine (Loshchilov and Hutter, 2017, without restarts).

    Args:
        recipe: its ``schedule``, ``epochs`` and learning rate are used.
        losses: monitored loss per finished epoch.
    """
    initial = recipe.initial_learning_rate
    if recipe.schedule == "cosine":
        return initial * (1 + math.cos(math.pi * len(losses) / recipe.epochs)) / 2
    if recipe.schedule == "plateau":
        return initial * PLATEAU_FACTOR ** _count_plateaus(losses)
    return initial


def _count_plateaus(losses: Sequence[float]) -> int:
    count, best, waited = 0, math.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
            continue
        waited += 1
        if waited == PLATEAU_EPOCHS:
            count, waited = count + 1, 0
    return count
