"""Data, recipes and models shared by the tests of the library."""

import dataclasses

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, train


@pytest.fixture(scope="session")
def example() -> Sequences:
    return Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])


@pytest.fixture(scope="session")
def example_model(example):
    return train(example, Recipe.example())


@pytest.fixture(scope="session")
def words() -> Sequences:
    """60 sequences of two features; the class, a string, is the sign of the first one's mean."""
    rng = np.random.default_rng(11)
    names = np.array(["falling", "rising"])[np.arange(60) % 2]
    return Sequences.from_lists(
        [
            rng.normal([1.0 if name == "rising" else -1.0, 0.0], 0.7, (rng.integers(1, 12), 2))
            for name in names
        ],
        targets=names,
        split=["test" if i % 5 == 4 else "train" for i in range(60)],
        feature_names=["slope", "noise"],
    )


@pytest.fixture(scope="session")
def quick_recipe() -> Recipe:
    return Recipe(
        task="classification",
        layers=(LSTM(8),),
        epochs=12,
        batch_size=8,
        optimizer="adam",
        learning_rate=0.02,
    )


@pytest.fixture(scope="session")
def words_model(words, quick_recipe):
    return train(words, dataclasses.replace(quick_recipe, epochs=15))
