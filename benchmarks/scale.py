"""Growth of time and memory with one very long sequence and with the number of sequences."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.peers import Epoch, prepare_worker_process
from benchmarks.workloads import Workload, draw_lengths, make_sequences

SIZES = (1_000, 10_000, 100_000)
SHORT, LONG_STEPS = 20_000, 10_000  # short sequences; steps of the long sequence


def draw_scale_lengths(name: str) -> np.ndarray:
    """Draw the lengths of a case, shape (n,), in steps."""
    if name.startswith("n="):
        return draw_lengths("lognormal", int(name[2:]))
    short = draw_lengths("lognormal", SHORT)
    return np.append(short, LONG_STEPS) if name == "with the endless one" else short


def _prepare_epoch(name: str) -> Epoch:
    prepare_worker_process()
    from core import train

    data = make_sequences(draw_scale_lengths(name))
    recipe = Workload("", "", (64, 32), {}).make_recipe(epochs=1)
    return lambda: {"seconds": train(data, recipe).history["seconds"][0]}


def _prepare_keras_batch() -> Epoch:
    """Prepare one batch of the usual method, which pads all sequences to the longest one."""
    import keras

    values = np.zeros((64, LONG_STEPS, 8), np.float32)
    values[:, -50:] = 1.0
    model = keras.Sequential([keras.Input(values.shape[1:]), keras.layers.Masking(0.0)])
    model.add(keras.layers.LSTM(64, return_sequences=True))
    model.add(keras.layers.LSTM(32))
    model.add(keras.layers.Dense(1))
    model.compile("adam", "mse")

    def batch() -> None:
        model.train_on_batch(values, np.zeros(64))

    return batch


NAMES = ("without it", "with the endless one", *(f"n={n}" for n in SIZES))
SCALES = {name: partial(_prepare_epoch, name) for name in NAMES} | {
    "keras, one batch": _prepare_keras_batch
}
