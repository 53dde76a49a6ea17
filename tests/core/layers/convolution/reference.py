"""Convolutional layers on each unpadded sequence alone, by stock Keras layers: slow and obvious."""

import keras
import tensorflow as tf

from core.layers.convolution.steps import Steps, compute_padding


class AloneSteps(Steps):
    """Every sequence is an array of its own, (1, steps, channels); none is padded.

    In training, batch normalization reads all sequences as one, one behind the other.
    """

    def __init__(self, get_layer, training):
        self.get_layer, self.training = get_layer, training

    def convolve(
        self,
        x,
        name,
        filters,
        kernel_size,
        *,
        strides=1,
        dilation_rate=1,
        causal=False,
        use_bias=False,
    ):
        layer = self.get_layer(name)
        assert (layer.padding, layer.strides, layer.dilation_rate) == (
            "valid",
            (strides,),
            (dilation_rate,),
        )
        zeros = keras.layers.ZeroPadding1D(compute_padding(kernel_size, dilation_rate, causal))
        return [layer(zeros(each)) for each in x]

    def normalize(self, x, name):
        layer = self.get_layer(name)
        if not self.training:
            return [layer(each, training=False) for each in x]
        together = layer(tf.concat(x, 1), training=True)
        return tf.split(together, [each.shape[1] for each in x], axis=1)

    def pool(self, x, pool_size, *, strides=1, causal=False):
        zeros = keras.layers.ZeroPadding1D(compute_padding(pool_size, 1, causal))
        return [keras.layers.MaxPooling1D(pool_size, strides)(zeros(each)) for each in x]

    def add(self, x, y):
        return [a + b for a, b in zip(x, y, strict=True)]

    def concatenate(self, parts):
        return [tf.concat(each, -1) for each in zip(*parts, strict=True)]

    def rectify(self, x):
        return [tf.nn.relu(each) for each in x]
