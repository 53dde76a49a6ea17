"""The measurements behind the engine's constants: POOL_BATCHES and MIN_WIDE_SIZE.

``python -m benchmarks pools paths``; each runs as ``python -m benchmarks.choices NAME RUNS``, a
process of its own with the threads of a worker.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from statistics import mean, median

import numpy as np

from benchmarks.peers import as_a_worker
from benchmarks.workloads import lengths_of, vowels
from core import LSTM, Recipe, Sequences

POOLS = (1, 4, 16, 32, 64, 128)  # batches; 1 sorts inside a batch only: fully random batches
SEEDS = range(5)
UNITS = (32, 48, 64, 80, 96, 112, 128, 192, 256)
ROWS, STEPS = 32, 60


def pools(runs: int) -> dict[str, object]:
    """Time of an epoch and loss after equal epochs, against fully random batches."""
    return _in_own_process("pools", runs)


def paths(runs: int) -> dict[str, object]:
    """Microseconds a step, forward and back, of the fused and the wide way."""
    return _in_own_process("paths", runs)


def _in_own_process(name: str, runs: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.choices", name, str(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _data_sets() -> dict[str, tuple[Sequences, Recipe]]:
    """Three that can be learned: which speaker; the mean of a feature over lognormal lengths;
    and the sum of two marked values among uniform lengths (Hochreiter and Schmidhuber, 1997)."""
    rng = np.random.default_rng(2)
    shared = {"optimizer": "adam", "learning_rate": 0.003}
    classify = Recipe(task="classification", layers=(LSTM(32),), epochs=15, batch_size=16, **shared)
    number = Recipe(layers=(LSTM(32),), epochs=10, batch_size=32, **shared)
    lengths = lengths_of("lognormal")
    flat = (
        rng.normal(size=(lengths.sum(), 2))
        + np.repeat(rng.normal(size=len(lengths)), lengths)[:, None]
    )
    starts = np.cumsum(lengths) - lengths
    means = np.add.reduceat(flat[:, 0], starts) / lengths
    few = rng.integers(2, 60, 2000)
    adding = rng.uniform(size=(few.sum(), 2))
    adding[:, 1] = 0
    begin = np.cumsum(few) - few
    first = begin + (rng.uniform(size=len(few)) * (few // 2)).astype(int)
    second = begin + few // 2 + (rng.uniform(size=len(few)) * (few - few // 2)).astype(int)
    adding[first, 1] = adding[second, 1] = 1
    return {
        "japanese vowels": (vowels(), classify),
        "lognormal means": (Sequences(flat, lengths, targets=means), number),
        "adding": (Sequences(adding, few, targets=adding[first, 0] + adding[second, 0]), number),
    }


def _pools(runs: int) -> dict[str, object]:
    as_a_worker()
    from dataclasses import replace

    from core import train
    from core.engine.batching import plan_epoch
    from core.training import loop

    found: dict[str, object] = {}
    for name, (data, recipe) in _data_sets().items():
        seconds = {pool: [] for pool in POOLS}
        losses = {pool: [] for pool in POOLS}
        for seed in SEEDS:
            for pool in POOLS:
                loop.plan_epoch = partial(plan_epoch, pool_batches=pool)
                history = train(data, replace(recipe, seed=seed)).history
                seconds[pool].append(median(history["seconds"][1:]))
                losses[pool].append(history["val_loss"][-1])
        found[name] = {
            f"pools of {pool}": {
                "times as fast as random": round(median(seconds[1]) / median(seconds[pool]), 2),
                "validation loss": round(mean(losses[pool]), 5),
                "standard error": round(float(np.std(losses[pool], ddof=1) / len(SEEDS) ** 0.5), 5),
            }
            for pool in POOLS
        }
    return found


def _paths(runs: int) -> dict[str, object]:
    as_a_worker()
    import tensorflow as tf

    from core.engine import lstm

    def compiled(way: int, features: int, units: int):
        def both(x, kernel, recurrent, bias):
            lstm.MIN_WIDE_SIZE = way
            with tf.GradientTape() as tape:
                given = (x, kernel, recurrent, bias)
                tape.watch(given)
                loss = tf.reduce_sum(lstm.lstm(*given) ** 2)
            return tape.gradient(loss, given)

        shapes = ((STEPS, ROWS, features), (features, 4 * units), (units, 4 * units), (4 * units,))
        given = [tf.random.normal(shape) * 0.1 for shape in shapes]
        return partial(tf.function(both), *given)

    found: dict[str, object] = {}
    for units in UNITS:
        for features in (8, units):
            ways = {"fused": compiled(10**9, features, units), "wide": compiled(1, features, units)}
            seconds = {name: [] for name in ways}
            for number in range(runs + 1):
                for name, call in ways.items():
                    began = time.perf_counter()
                    call()
                    if number:  # the first one compiles
                        seconds[name].append(time.perf_counter() - began)
            found[f"{features} inputs, {units} units"] = {
                name: round(median(each) / STEPS * 1e6, 1) for name, each in seconds.items()
            } | {
                "fused / wide": round(
                    median(f / w for f, w in zip(seconds["fused"], seconds["wide"], strict=True)),
                    2,
                )
            }
    return found


if __name__ == "__main__":
    print(json.dumps({"pools": _pools, "paths": _paths}[sys.argv[1]](int(sys.argv[2]))))
