"""How time and memory grow: with one endless sequence, and with the number of sequences."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.peers import Epoch, as_a_worker
from benchmarks.workloads import Workload, lengths_of, sequences

SIZES = (1_000, 10_000, 100_000)
SHORT, ENDLESS = 20_000, 10_000  # sequences; steps of the one that is long


def lengths_for(name: str) -> np.ndarray:
    if name.startswith("n="):
        return lengths_of("lognormal", int(name[2:]))
    short = lengths_of("lognormal", SHORT)
    return np.append(short, ENDLESS) if name == "with the endless one" else short


def _epoch(name: str) -> Epoch:
    as_a_worker()
    from core import train

    data = sequences(lengths_for(name))
    recipe = Workload("", "", (64, 32), {}).recipe(epochs=1)
    return lambda: {"seconds": train(data, recipe).history["seconds"][0]}


def _keras_batch() -> Epoch:
    """One batch of the usual way when one sequence is endless: all are padded to its length."""
    import keras

    values = np.zeros((64, ENDLESS, 8), np.float32)
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
SCALES = {name: partial(_epoch, name) for name in NAMES} | {"keras, one batch": _keras_batch}
