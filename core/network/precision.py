"""The precision of networks: float32, whatever the caller has set in Keras. Needs TensorFlow."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import keras


@contextlib.contextmanager
def use_float32() -> Iterator[None]:
    """Build layers in float32, and leave the policy of the caller as it was.

    It also decorates functions that build networks. A layer keeps the policy that it was built
    under. ``keras.Input`` follows ``floatx`` instead, so that its dtype is always given:
    ``floatx`` is shared by all threads, and the policy is not.
    """
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(policy)
