import keras
import numpy as np
import pytest
import tensorflow as tf

from core.engine.optimizers import SLOTS, apply_update
from core.recipe.recipe import OPTIMIZERS


def test_every_optimizer_of_a_recipe_is_there():
    assert set(SLOTS) == set(OPTIMIZERS)


@pytest.mark.parametrize("name", SLOTS)
def test_a_hundred_updates_are_those_of_keras(name):
    rng = np.random.default_rng(0)
    start = rng.normal(size=(7, 5)).astype("f4")
    weight, stock = tf.Variable(start), keras.Variable(start)
    slots = [tf.Variable(tf.zeros_like(weight)) for _ in range(SLOTS[name])]
    optimizer = keras.optimizers.get({"class_name": name, "config": {"learning_rate": 0.01}})
    for updates in range(1, 101):
        gradient = tf.constant(rng.normal(size=start.shape) * 10.0 ** rng.uniform(-4, 1), "float32")
        apply_update(name, weight, slots, gradient, tf.constant(0.01), tf.constant(float(updates)))
        optimizer.apply([gradient], [stock])
    np.testing.assert_allclose(weight.numpy(), stock.numpy(), rtol=1e-5, atol=1e-6)
    assert np.abs(weight.numpy() - start).max() > 0.1
