"""Learning-rate schedules match those of Keras."""

import keras
import numpy as np
import pytest

from core import Recipe
from core.recipe.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR, compute_learning_rate


def test_a_constant_rate_does_not_change():
    assert compute_learning_rate(Recipe(learning_rate=0.3), [3, 2, 1]) == 0.3


def test_cosine_matches_keras_with_one_step_per_epoch():
    recipe = Recipe(schedule="cosine", learning_rate=0.02, epochs=30)
    expected = keras.optimizers.schedules.CosineDecay(0.02, 30)
    rates = [compute_learning_rate(recipe, [1.0] * epoch) for epoch in range(30)]
    np.testing.assert_allclose(rates, [float(expected(epoch)) for epoch in range(30)], rtol=1e-4)
    assert 0 < rates[-1] < 0.0001


@pytest.mark.parametrize("seed", range(5))
def test_plateau_matches_keras(seed):
    losses = np.random.default_rng(seed).normal(size=80).round(1) - np.arange(80) / 60
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.02))
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", factor=PLATEAU_FACTOR, patience=PLATEAU_EPOCHS, min_delta=0
    )
    callback.set_model(model)
    callback.on_train_begin()
    recipe = Recipe(schedule="plateau", learning_rate=0.02)
    rates, expected = [], []
    for epoch in range(len(losses)):
        rates.append(compute_learning_rate(recipe, losses[:epoch].tolist()))
        expected.append(float(model.optimizer.learning_rate.numpy()))
        callback.on_epoch_end(epoch, {"loss": losses[epoch]})
    np.testing.assert_allclose(rates, expected, rtol=1e-5)
    assert rates[-1] < 0.02 / 4
