"""Weight updates, each as the one fused operation TensorFlow has for it. Needs TensorFlow.

Equal to ``keras.optimizers`` with its defaults, which spell the same formulas out in some ten
operations a weight; with a batch of one short sequence those cost more than its gradient does
(python -m benchmarks optimizers).
"""

from __future__ import annotations

import tensorflow as tf

# Keras's defaults: Adam (Kingma and Ba, 2014) and RMSprop (Hinton, 2012).
BETA_1, BETA_2, RHO, EPSILON = 0.9, 0.999, 0.9, 1e-7
SLOTS = {"adam": 2, "rmsprop": 2, "sgd": 0}  # arrays kept beside each weight, of its shape


def update(
    optimizer: str,
    weight: tf.Variable,
    slots: list[tf.Variable],
    gradient: tf.Tensor,
    learning_rate: tf.Tensor,
    updates: tf.Tensor,
) -> None:
    """Change the weight and its slots in place. ``updates`` counts from 1, this one included."""
    if optimizer == "adam":
        tf.raw_ops.ResourceApplyAdam(
            var=weight.handle,
            m=slots[0].handle,
            v=slots[1].handle,
            beta1_power=tf.pow(BETA_1, updates),
            beta2_power=tf.pow(BETA_2, updates),
            lr=learning_rate,
            beta1=BETA_1,
            beta2=BETA_2,
            epsilon=EPSILON,
            grad=gradient,
        )
    elif optimizer == "rmsprop":
        tf.raw_ops.ResourceApplyRMSProp(
            var=weight.handle,
            ms=slots[0].handle,
            mom=slots[1].handle,  # stays the last change: Keras's default is no momentum
            lr=learning_rate,
            rho=RHO,
            momentum=0.0,
            epsilon=EPSILON,
            grad=gradient,
        )
    else:
        tf.raw_ops.ResourceApplyGradientDescent(
            var=weight.handle, alpha=learning_rate, delta=gradient
        )
