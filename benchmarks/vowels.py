"""Japanese vowels, 100 epochs of a bidirectional LSTM(64): time, and accuracy on the test rows."""

from __future__ import annotations

from statistics import mean, median

import numpy as np

from benchmarks.peers import Epoch, as_a_worker
from benchmarks.workloads import vowels
from core import LSTM, Recipe, pad

EPOCHS, BATCH_SIZE, UNITS = 100, 16, 64


def ours() -> Epoch:
    as_a_worker()
    from core import train

    data = vowels()
    recipe = Recipe(
        task="classification",
        layers=(LSTM(UNITS, bidirectional=True),),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        validation_split=0.0,
    )

    def program() -> dict[str, float]:
        model = train(data, recipe)
        found = model.evaluate(data[data.split == "test"])
        return {"seconds": sum(model.history["seconds"]), "accuracy": found["accuracy"]}

    return program


def keras() -> Epoch:
    """Masking and ``fit``, everything padded in front to the longest."""
    import time

    import keras

    data = vowels()
    training = np.repeat(data.split == "train", data.lengths)
    known = data.values[training]
    scaled = data.with_steps((data.values - known.mean(0)) / known.std(0), data.lengths)
    values, labels = pad(scaled).values, data.targets - 1
    train, test = data.split == "train", data.split == "test"

    def program() -> dict[str, float]:
        layers = [
            keras.Input(values.shape[1:]),
            keras.layers.Masking(0.0),
            keras.layers.Bidirectional(keras.layers.LSTM(UNITS)),
            keras.layers.Dense(9, activation="softmax"),
        ]
        model = keras.Sequential(layers)
        model.compile("adam", "sparse_categorical_crossentropy")
        began = time.perf_counter()
        model.fit(values[train], labels[train], batch_size=BATCH_SIZE, epochs=EPOCHS, verbose=0)
        seconds = time.perf_counter() - began
        right = model.predict(values[test], verbose=0).argmax(1) == labels[test]
        return {"seconds": seconds, "accuracy": float(right.mean())}

    return program


COMPETITORS = {"ours": ours, "keras": keras}


def run(runs: int) -> dict[str, object]:
    from benchmarks.process import Competitor  # which imports this file
    from benchmarks.rounds import in_turn, ratios

    competitors = {name: Competitor("vowels", name) for name in COMPETITORS}
    found = in_turn(competitors, runs)
    for competitor in competitors.values():
        competitor.end()
    return {
        **ratios(found["seconds"], "ours", {"keras": 10}),
        "seconds": {name: round(median(each), 2) for name, each in found["seconds"].items()},
        "accuracy, mean": {name: round(mean(each), 4) for name, each in found["accuracy"].items()},
    }
