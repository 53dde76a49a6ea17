"""Recurrent layers that read padding, each in a way that the padding check must catch."""

import keras


def build_leaking_network(model, build) -> keras.Model:
    """Connect the two recurrent layers of a model by ``build(first, second, values, mask)``."""
    first, second = (each for each in model.network.layers if isinstance(each, keras.layers.RNN))
    values, mask = keras.Input((None, 2)), keras.Input((None,), dtype="bool")
    outputs = model.network.get_layer("output")(build(first, second, values, mask))
    network = keras.Model([values, mask], outputs)
    network.set_weights(model.network.get_weights())
    return network


def strip_mask(x):
    """Return the same numbers without Keras's implicit mask."""
    return keras.ops.multiply(x, 1.0)


def lose_mask_between_layers(first, second, values, mask):
    return second(strip_mask(first(values, mask=mask)))


def drop_mask(first, second, values, mask):
    return second(strip_mask(first(values)))


def shift_mask(first, second, values, mask):
    late = keras.ops.roll(mask, 1, axis=1)
    return second(first(values, mask=late), mask=late)
