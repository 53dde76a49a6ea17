"""Ensembles of networks: their size and their cost. Does not need TensorFlow."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import numpy as np

from ...recipe.network_shape import NetworkShape
from ...recipe.recipe import FIELDS, Recipe
from ..family import EpochCost, Family
from ..registry import get_family


class EnsembleFamily(Family):
    """The mean of several networks, each trained with a seed of its own.

    The history has one row per epoch of each member, one member after another. A member that is
    fitted in closed form has one row.
    """

    fields = frozenset(FIELDS)

    def count_passes(self, recipe: Recipe) -> int:
        return max(get_family(member).count_passes(member) for member in recipe.list_members())

    def can_pause(self, recipe: Recipe, epoch: int) -> bool:
        """Return False while a member is fitted in closed form, which would start over."""
        _, member, _ = locate_member(recipe, epoch)
        return get_family(member).has_epochs

    def is_differentiable(self, recipe: Recipe) -> bool:
        members = recipe.list_members()
        return all(get_family(member).is_differentiable(member) for member in members)

    def list_origins(self, recipe: Recipe, shape: NetworkShape) -> tuple[int, ...]:
        origins = (get_family(each).list_origins(each, shape) for each in recipe.list_members())
        return tuple(chain.from_iterable(origins))

    def count_weights(self, recipe: Recipe, shape: NetworkShape) -> int:
        members = recipe.list_members()
        return sum(get_family(member).count_weights(member, shape) for member in members)

    def estimate_cost(
        self, lengths: np.ndarray, inputs: int, recipe: Recipe, groups: int = 2
    ) -> EpochCost:
        """Estimate the cost of one epoch of all members; those with fewer epochs count for less."""
        passes = self.count_passes(recipe)
        costs = []
        for member in recipe.list_members():
            family = get_family(member)
            share = family.count_passes(member) / passes
            costs.append((share, family.estimate_cost(lengths, inputs, member, groups)))
        return EpochCost(
            real=round(sum(share * cost.real for share, cost in costs)),
            usual=round(sum(share * cost.usual for share, cost in costs)),
            computed=round(sum(share * cost.computed for share, cost in costs)),
            seconds=sum(share * cost.seconds for share, cost in costs),
            start_seconds=sum(cost.start_seconds for _, cost in costs),
        )

    def describe(self, recipe: Recipe) -> str:
        members = recipe.list_members()
        counts = Counter(get_family(member).describe(member) for member in members)
        return "mean of " + ", ".join(f"{n} × ({text})" for text, n in counts.items())


def locate_member(recipe: Recipe, epoch: int) -> tuple[int, Recipe, int]:
    """Locate the current member of an ensemble.

    Args:
        recipe: The recipe of the ensemble.
        epoch: Finished epochs, as in ``Progress``.

    Returns:
        The number of the member, from 1, its recipe and the epochs that it has finished. After the
        end, those of the last member.
    """
    members = recipe.list_members()
    for number, member in enumerate(members, start=1):
        planned = get_family(member).count_passes(member)
        if epoch < planned or number == len(members):
            break
        epoch -= planned
    return number, member, epoch


FAMILY = EnsembleFamily()
