"""Weight updates, each as one fused TensorFlow operation. Needs TensorFlow.

The results equal ``keras.optimizers`` with default settings, which spell the same formulas out in
about ten operations per weight. With a batch of one short sequence those cost more than the
gradient (python -m benchmarks optimizers).
"""

from __future__ import annotations

import tensorflow as tf

# Keras's defaults: Adam (Kingma and Ba, 2014) and RMSprop (Hinton, 2012).
BETA_1, BETA_2, RHO, EPSILON = 0.9, 0.999, 0.9, 1e-7
SLOTS = {"adam": 2, "rmsprop": 2, "sgd": 0}  # optimizer arrays per weight, of the weight's shape


def apply_update(
    optimizer: str,
    weight: tf.Variable,
    slots: list[tf.Variable],
    gradient: tf.Tensor,
    learning_rate: tf.Tensor,
    updates: tf.Tensor,
) -> None:
    """Update a weight and its slots in place.

    Args:
        optimizer: A key of SLOTS.
        weight: The weight to change.
        slots: SLOTS[optimizer] variables of the weight's shape.
        gradient: The gradient, of the weight's shape.
        learning_rate: () float32.
        updates: () float32, number of updates from 1, this one included.
    """
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
            mom=slots[1].handle,  # holds the last change: Keras's default is no momentum
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
