"""Declaration of a family, for forms, limits and estimates. Does not need TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..recipe.recipe import Recipe


@dataclass(frozen=True)
class EpochCost:
    """Cost of one epoch. Counts are steps of one layer.

    Attributes:
        real: Real steps.
        usual: Steps when every sequence is padded to one length.
        computed: Steps that are computed.
        seconds: Estimated time.
        slow_layers: Kinds of layers that only stock Keras layers compute.
    """

    real: int
    usual: int
    computed: int
    seconds: float
    slow_layers: tuple[str, ...] = ()

    @property
    def skipped(self) -> float:
        """Share of the usual steps that are not computed, 0 to 1."""
        return 1 - self.computed / self.usual


class Family(ABC):
    """The declaration of a family.

    Attributes:
        fields: Recipe fields that networks of the family have; forms show no others of the
            sections network, training and finer.
    """

    fields: ClassVar[frozenset[str]]

    @abstractmethod
    def count_weights(self, recipe: Recipe, inputs: int, outputs: int) -> int:
        """Count the parameters of the recipe's network, as ``keras.Model.count_params`` does.

        Args:
            recipe: The recipe.
            inputs: Inputs per step.
            outputs: 1 for regression, the number of classes for classification.
        """

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

    @abstractmethod
    def describe(self, recipe: Recipe) -> str:
        """Describe the network on one line, as in "LSTM(100) → Dropout(0.2) → Dense"."""
