"""The features that the layers of a network read: its inputs, and what is derived from them.

The network derives them itself, from its inputs and its mask, so that the saved model and every
way of computing it follow the same rules. Does not need TensorFlow.
"""

from __future__ import annotations

from dataclasses import dataclass

from .network_shape import NetworkShape
from .recipe import Normalization, Recipe


@dataclass(frozen=True)
class DerivedFeatures:
    """Rules for the features of a network.

    Difference: the value minus that of the real step before, 0 at the first real step. Normalized
    over the data set: mean 0 and standard deviation 1 over the real training steps, which inputs
    have already. Normalized per sequence: the same over the real steps of the sequence; a constant
    gives 0. Inputs of 0 and 1 are neither subtracted nor normalized per sequence.

    Attributes:
        inputs: Inputs of the network per step.
        coded: Inputs of 0 and 1; see ``NetworkShape``.
        normalization: The recipe's normalization.
        differences: True if differences are features as well.
        difference_scaling: Mean and standard deviation of the difference of each numeric input in
            real training steps; () if the recipe does not standardize.
    """

    inputs: int
    coded: tuple[int, ...]
    normalization: Normalization
    differences: bool
    difference_scaling: tuple[tuple[float, float], ...]

    @classmethod
    def from_recipe(cls, recipe: Recipe, shape: NetworkShape) -> DerivedFeatures:
        """Choose the features of a recipe's network."""
        return cls(
            inputs=shape.inputs,
            coded=shape.coded,
            normalization=recipe.normalization,
            differences=recipe.differences,
            difference_scaling=shape.difference_scaling,
        )

    @property
    def numeric(self) -> tuple[int, ...]:
        """The other inputs."""
        return tuple(sorted(set(range(self.inputs)) - set(self.coded)))

    @property
    def are_inputs(self) -> bool:
        """True if the features are the inputs themselves."""
        is_plain = self.normalization == "data_set" and not self.differences
        return is_plain or not self.numeric

    @property
    def origins(self) -> tuple[int, ...]:
        """The input that each feature is derived from, in the order of the features."""
        if self.are_inputs:
            return tuple(range(self.inputs))
        differences = self.numeric if self.differences else ()
        over_data_set = (*range(self.inputs), *differences)
        per_sequence = (*self.numeric, *differences)
        return {
            "data_set": over_data_set,
            "both": over_data_set + per_sequence,
            "sequence": self.coded + per_sequence,
        }[self.normalization]
