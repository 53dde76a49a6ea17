"""A short sequence to trace, and small models that trace it."""

from core import Recipe, Sequences, train
from core.trained_model import TrainedModel

ONE = [[1.0, -2.0], [4.0, 0.5], [0.0, 3.0]]


def train_model(data: Sequences, **changes) -> TrainedModel:
    """Train for two epochs, unless the changes of the recipe say otherwise."""
    defaults = {"epochs": 2, "batch_size": 2, "validation_split": 0.0}
    return train(data, Recipe(**defaults | changes))
