"""Declaration of a family, for forms, limits and estimates. Does not need TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import Note
from ..recipe.network_shape import NetworkShape
from ..recipe.recipe import Recipe


@dataclass(frozen=True)
class EpochCost:
    """Cost of one epoch, or of a fit in closed form. Counts are steps of one layer.

    Attributes:
        real: Real steps.
        usual: Steps when every sequence is padded to one length.
        computed: Steps that are computed.
        seconds: Estimated time.
        start_seconds: Estimated time of building and compiling the network, before the first epoch.
    """

    real: int
    usual: int
    computed: int
    seconds: float
    start_seconds: float

    @property
    def skipped(self) -> float:
        """Share of the usual steps that are not computed, 0 to 1."""
        return 1 - self.computed / self.usual


class Family(ABC):
    """The declaration of a family.

    Attributes:
        fields: Recipe fields that networks of the family have; forms show no others of the
            sections network, training and finer.
        has_epochs: True if networks are trained by gradient descent, epoch by epoch. Others are
            fitted in closed form: one pass, which can neither be resumed nor continued, and whose
            history has one value per penalty.
    """

    fields: ClassVar[frozenset[str]]
    has_epochs: ClassVar[bool] = True

    def summarize(self, recipe: Recipe) -> Note | None:
        """Describe the network in a few words; None where its layers say more."""
        return None

    def count_passes(self, recipe: Recipe) -> int:
        """Return the passes over the training sequences: the epochs, or one."""
        return recipe.epochs if self.has_epochs else 1

    def can_pause(self, recipe: Recipe, epoch: int) -> bool:
        """Return True if a fit can be paused without losing what it has done.

        Args:
            recipe: The recipe of the fit.
            epoch: Finished epochs, as in ``Progress``.
        """
        return self.has_epochs

    def is_differentiable(self, recipe: Recipe) -> bool:
        """Return True if gradients tell the influence of the inputs, else occlusion does."""
        return True

    def list_origins(self, recipe: Recipe, shape: NetworkShape) -> tuple[int, ...]:
        """List the input of each feature that the layers read, in the order of the features."""
        return tuple(range(shape.inputs))

    @abstractmethod
    def count_weights(self, recipe: Recipe, shape: NetworkShape) -> int:
        """Count the parameters of the recipe's network, as ``keras.Model.count_params`` does."""

    @abstractmethod
    def estimate_cost(
        self, lengths: np.ndarray, inputs: int, recipe: Recipe, groups: int = 2
    ) -> EpochCost:
        """Estimate the cost of one epoch.

        Args:
            lengths: (n,) steps per sequence, before maxlen and the mask mode are applied. Steps
                that mode ``value`` erases are counted as if they remained.
            inputs: Inputs per step.
            recipe: The recipe to train.
            groups: Parallel row groups, one per core.
        """

    def estimate_seconds(self, cost: EpochCost, recipe: Recipe) -> float:
        """Estimate the time of a whole training from the cost of one of its epochs."""
        return cost.start_seconds + cost.seconds * self.count_passes(recipe)

    @abstractmethod
    def describe(self, recipe: Recipe) -> str:
        """Describe the network on one line, as in "LSTM(100) → Dropout(0.2) → Dense"."""
