"""Time and test accuracy on the Japanese vowels: 100 epochs of a bidirectional LSTM(64)."""

from __future__ import annotations

from statistics import mean, median

import numpy as np

from benchmarks.peers import Epoch, prepare_worker_process
from benchmarks.workloads import read_vowels
from core import LSTM, Recipe, pad

EPOCHS, BATCH_SIZE, UNITS = 100, 16, 64


def prepare_ours() -> Epoch:
    """Prepare ``core.train``."""
    prepare_worker_process()
    from core import train

    data = read_vowels()
    recipe = Recipe(
        task="classification",
        layers=(LSTM(UNITS, bidirectional=True),),
        epochs=EPOCHS,
        batch_size=BATCH_SIZE,
        validation_split=0.0,
    )

    def program() -> dict[str, float]:
        model = train(data, recipe)
        metrics = model.evaluate(data[data.split == "test"])
        return {"seconds": sum(model.history["seconds"]), "accuracy": metrics["accuracy"]}

    return program


def prepare_keras() -> Epoch:
    """Prepare ``Masking`` and ``fit``, with all sequences pre-padded to the longest."""
    import time

    import keras

    data = read_vowels()
    training_steps = data.values[np.repeat(data.split == "train", data.lengths)]
    mean_step, std_step = training_steps.mean(0), training_steps.std(0)
    scaled = data.with_steps((data.values - mean_step) / std_step, data.lengths)
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
        correct = model.predict(values[test], verbose=0).argmax(1) == labels[test]
        return {"seconds": seconds, "accuracy": float(correct.mean())}

    return program


COMPETITORS = {"ours": prepare_ours, "keras": prepare_keras}


def run(runs: int) -> dict[str, object]:
    """Compare time and accuracy over ``runs`` rounds."""
    from benchmarks.process import Competitor  # which imports this file
    from benchmarks.rounds import compute_ratios, run_interleaved

    competitors = {name: Competitor("vowels", name) for name in COMPETITORS}
    results = run_interleaved(competitors, runs)
    for competitor in competitors.values():
        competitor.end()
    return {
        **compute_ratios(results["seconds"], "ours", {"keras": 10}),
        "seconds": {name: round(median(times), 2) for name, times in results["seconds"].items()},
        "accuracy, mean": {
            name: round(mean(each), 4) for name, each in results["accuracy"].items()
        },
    }
