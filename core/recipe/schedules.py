"""The learning rate of each epoch: a function of the recipe and of the losses so far, so that a
training that goes on from a checkpoint needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .recipe import Recipe

# As Keras's ReduceLROnPlateau with these figures and min_delta=0: its own, 0.1 after 10 epochs,
# come too late for trainings of 60, and end in steps too small to learn from.
PLATEAU_EPOCHS, PLATEAU_FACTOR = 5, 0.5


def rate(recipe: Recipe, losses: Sequence[float]) -> float:
    """The learning rate of the epoch after those with these watched losses.

    plateau  times PLATEAU_FACTOR after each PLATEAU_EPOCHS epochs without a smaller loss
    cosine   from the recipe's rate down to nearly 0 in its last epoch, along half a cosine
             (Loshchilov and Hutter, 2017, without restarts)
    """
    if recipe.schedule == "cosine":
        return recipe.learning_rate * (1 + math.cos(math.pi * len(losses) / recipe.epochs)) / 2
    if recipe.schedule == "plateau":
        return recipe.learning_rate * PLATEAU_FACTOR ** _plateaus(losses)
    return recipe.learning_rate


def _plateaus(losses: Sequence[float]) -> int:
    found, best, waited = 0, math.inf, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
            continue
        waited += 1
        if waited == PLATEAU_EPOCHS:
            found, waited = found + 1, 0
    return found
