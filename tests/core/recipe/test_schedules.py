"""Learning-rate schedules against those of Keras."""

import keras
import numpy as np
import pytest

from core import Recipe
from core.recipe.schedules import PLATEAU_EPOCHS, PLATEAU_FACTOR, rate


def test_a_constant_rate_stays():
    assert rate(Recipe(learning_rate=0.3), [3, 2, 1]) == 0.3


def test_cosine_is_that_of_keras_with_one_step_an_epoch():
    recipe = Recipe(schedule="cosine", learning_rate=0.02, epochs=30)
    right = keras.optimizers.schedules.CosineDecay(0.02, 30)
    found = [rate(recipe, [1.0] * epoch) for epoch in range(30)]
    np.testing.assert_allclose(found, [float(right(epoch)) for epoch in range(30)], rtol=1e-4)
    assert 0 < found[-1] < 0.0001


@pytest.mark.parametrize("seed", range(5))
def test_plateau_is_that_of_keras(seed):
    losses = np.random.default_rng(seed).normal(size=80).round(1) - np.arange(80) / 60
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.02))
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor="loss", factor=PLATEAU_FACTOR, patience=PLATEAU_EPOCHS, min_delta=0
    )
    callback.set_model(model)
    callback.on_train_begin()
    recipe = Recipe(schedule="plateau", learning_rate=0.02)
    found, right = [], []
    for epoch in range(len(losses)):
        found.append(rate(recipe, losses[:epoch].tolist()))
        right.append(float(model.optimizer.learning_rate.numpy()))
        callback.on_epoch_end(epoch, {"loss": losses[epoch]})
    np.testing.assert_allclose(found, right, rtol=1e-5)
    assert found[-1] < 0.02 / 4
