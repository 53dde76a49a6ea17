"""Measurements for the engine's constants POOL_BATCHES and MIN_WIDE_SIZE.

Run with ``python -m benchmarks pools paths``. Each measurement runs in a separate process with the
threads of a worker, ``python -m benchmarks.choices NAME RUNS``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from functools import partial
from statistics import mean, median

import numpy as np

from benchmarks.peers import prepare_worker_process
from benchmarks.workloads import draw_lengths, read_vowels
from core import LSTM, Recipe, Sequences

POOLS = (1, 4, 16, 32, 64, 128)  # batches; 1 sorts only within a batch: fully random batches
SEEDS = range(5)
UNITS = (32, 48, 64, 80, 96, 112, 128, 192, 256)
ROWS, STEPS = 32, 60


def run_pools(runs: int) -> dict[str, object]:
    """Measure the time per epoch and the final loss per pool size, relative to random batches."""
    return _run_in_process("pools", runs)


def run_paths(runs: int) -> dict[str, object]:
    """Measure the microseconds per step, forward and backward, of the fused and the wide path."""
    return _run_in_process("paths", runs)


def _run_in_process(name: str, runs: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.choices", name, str(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _make_data_sets() -> dict[str, tuple[Sequences, Recipe]]:
    """Make three data sets that can be learned, with their recipes.

    The targets are the speaker; the mean of a feature, with lognormal lengths; and the sum of two
    marked values, with uniform lengths (Hochreiter and Schmidhuber, 1997).
    """
    rng = np.random.default_rng(2)
    shared = {"optimizer": "adam", "learning_rate": 0.003}
    classification = Recipe(
        task="classification", layers=(LSTM(32),), epochs=15, batch_size=16, **shared
    )
    regression = Recipe(layers=(LSTM(32),), epochs=10, batch_size=32, **shared)
    lengths = draw_lengths("lognormal")
    values = (
        rng.normal(size=(lengths.sum(), 2))
        + np.repeat(rng.normal(size=len(lengths)), lengths)[:, None]
    )
    starts = np.cumsum(lengths) - lengths
    means = np.add.reduceat(values[:, 0], starts) / lengths
    short = rng.integers(2, 60, 2000)
    adding = rng.uniform(size=(short.sum(), 2))
    adding[:, 1] = 0
    starts = np.cumsum(short) - short
    half = short // 2
    first = starts + (rng.uniform(size=len(short)) * half).astype(int)
    second = starts + half + (rng.uniform(size=len(short)) * (short - half)).astype(int)
    adding[first, 1] = adding[second, 1] = 1
    sums = adding[first, 0] + adding[second, 0]
    return {
        "japanese vowels": (read_vowels(), classification),
        "lognormal means": (Sequences(values, lengths, targets=means), regression),
        "adding": (Sequences(adding, short, targets=sums), regression),
    }


def _measure_pools(runs: int) -> dict[str, object]:
    prepare_worker_process()
    from dataclasses import replace

    from core import train
    from core.engine.batching import plan_epoch
    from core.training import loop

    report: dict[str, object] = {}
    for name, (data, recipe) in _make_data_sets().items():
        seconds = {pool: [] for pool in POOLS}
        losses = {pool: [] for pool in POOLS}
        for seed in SEEDS:
            for pool in POOLS:
                loop.plan_epoch = partial(plan_epoch, pool_batches=pool)
                history = train(data, replace(recipe, seed=seed)).history
                seconds[pool].append(median(history["seconds"][1:]))
                losses[pool].append(history["val_loss"][-1])
        report[name] = {
            f"pools of {pool}": {
                "times as fast as random": round(median(seconds[1]) / median(seconds[pool]), 2),
                "validation loss": round(mean(losses[pool]), 5),
                "standard error": round(float(np.std(losses[pool], ddof=1) / len(SEEDS) ** 0.5), 5),
            }
            for pool in POOLS
        }
    return report


def _measure_paths(runs: int) -> dict[str, object]:
    prepare_worker_process()
    import tensorflow as tf

    from core.layers.lstm import fast_lstm

    def compile_path(min_wide_size: int, features: int, units: int):
        def run_forward_and_backward(x, kernel, recurrent, bias):
            fast_lstm.MIN_WIDE_SIZE = min_wide_size
            with tf.GradientTape() as tape:
                inputs = (x, kernel, recurrent, bias)
                tape.watch(inputs)
                loss = tf.reduce_sum(fast_lstm.lstm(*inputs) ** 2)
            return tape.gradient(loss, inputs)

        shapes = ((STEPS, ROWS, features), (features, 4 * units), (units, 4 * units), (4 * units,))
        inputs = [tf.random.normal(shape) * 0.1 for shape in shapes]
        return partial(tf.function(run_forward_and_backward), *inputs)

    report: dict[str, object] = {}
    for units in UNITS:
        for features in (8, units):
            compiled = {
                "fused": compile_path(10**9, features, units),
                "wide": compile_path(1, features, units),
            }
            seconds = {name: [] for name in compiled}
            for number in range(runs + 1):
                for name, call in compiled.items():
                    began = time.perf_counter()
                    call()
                    if number:  # the first call compiles
                        seconds[name].append(time.perf_counter() - began)
            report[f"{features} inputs, {units} units"] = {
                name: round(median(times) / STEPS * 1e6, 1) for name, times in seconds.items()
            } | {
                "fused / wide": round(
                    median(f / w for f, w in zip(seconds["fused"], seconds["wide"], strict=True)),
                    2,
                )
            }
    return report


if __name__ == "__main__":
    print(
        json.dumps(
            {"pools": _measure_pools, "paths": _measure_paths}[sys.argv[1]](int(sys.argv[2]))
        )
    )
