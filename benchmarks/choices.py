"""Measurements for the constants POOL_BATCHES, MIN_WIDE_SIZE and STEPS_PER_ITERATION.

Run with ``python -m benchmarks pools paths loops``. Each measurement runs in a separate process
with the threads of a worker, ``python -m benchmarks.choices NAME RUNS``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import mean, median

import numpy as np

from benchmarks.peers import prepare_worker_process
from benchmarks.workloads import draw_lengths, read_vowels
from core import LSTM, Recipe, Sequences

POOLS = (1, 4, 16, 32, 64, 128)  # batches; 1 sorts only within a batch: fully random batches
SEEDS = range(5)
UNITS = (32, 48, 64, 80, 96, 112, 128, 192, 256)
ROWS, STEPS = 32, 61
LOOPS = (1, 2, 4, 8)  # steps per iteration


def run_pools(runs: int) -> dict[str, object]:
    """Measure the time per epoch and the final loss per pool size, relative to random batches."""
    return _run_in_process("pools", runs)


def run_paths(runs: int) -> dict[str, object]:
    """Measure the microseconds per step, forward and backward, of the fused and the wide path."""
    return _run_in_process("paths", runs)


def run_loops(runs: int) -> dict[str, object]:
    """Measure the microseconds per step of a GRU, forward and backward, per length of its loop."""
    return _run_in_process("loops", runs)


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
    from core.layers.lstm import fast_lstm

    def make_path(min_wide_size: int) -> Callable:
        def run(*inputs):
            fast_lstm.MIN_WIDE_SIZE = min_wide_size  # read while the function is traced
            return fast_lstm.lstm(*inputs)

        return run

    paths = {"fused": make_path(10**9), "wide": make_path(1)}
    report: dict[str, object] = {}
    for units in UNITS:
        for features in (8, units):
            shapes = ((features, 4 * units), (units, 4 * units), (4 * units,))
            seconds = _time_interleaved(paths, features, shapes, runs)
            report[f"{features} inputs, {units} units"] = _describe_steps(seconds) | {
                "fused / wide": round(
                    median(f / w for f, w in zip(seconds["fused"], seconds["wide"], strict=True)),
                    2,
                )
            }
    return report


def _measure_loops(runs: int) -> dict[str, object]:
    prepare_worker_process()
    from core.layers.gru import fast_gru

    def make_loop(steps: int) -> Callable:
        def run(*inputs):
            fast_gru.STEPS_PER_ITERATION = steps  # read while the function is traced
            return fast_gru.gru(*inputs)

        return run

    loops = {f"{steps} per iteration": make_loop(steps) for steps in LOOPS}
    report: dict[str, object] = {}
    for features, units in ((8, 64), (64, 32), (256, 256)):
        shapes = ((features, 3 * units), (units, 3 * units), (2, 3 * units))
        seconds = _time_interleaved(loops, features, shapes, runs)
        report[f"{features} inputs, {units} units"] = _describe_steps(seconds)
    return report


def _time_interleaved(
    layers: dict[str, Callable], features: int, shapes: tuple[tuple[int, ...], ...], runs: int
) -> dict[str, list[float]]:
    """Time layers forward and backward, in seconds per run.

    Args:
        layers: Each a function of x and the weights.
        features: Features per step.
        shapes: Shapes of the weights.
        runs: Number of rounds.
    """
    import tensorflow as tf

    def compile_layer(layer: Callable) -> Callable:
        def run_forward_and_backward(*inputs):
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                loss = tf.reduce_sum(layer(*inputs) ** 2)
            return tape.gradient(loss, inputs)

        signature = [tf.TensorSpec((None, None, features)), *map(tf.TensorSpec, shapes)]
        inputs = [tf.random.normal(shape) * 0.1 for shape in ((STEPS, ROWS, features), *shapes)]
        return partial(tf.function(run_forward_and_backward, input_signature=signature), *inputs)

    compiled = {name: compile_layer(layer) for name, layer in layers.items()}
    seconds = {name: [] for name in compiled}
    for number in range(runs + 1):
        for name, call in compiled.items():
            began = time.perf_counter()
            call()
            if number:  # the first call compiles
                seconds[name].append(time.perf_counter() - began)
    return seconds


def _describe_steps(seconds: dict[str, list[float]]) -> dict[str, float]:
    """Return the median microseconds per step."""
    return {name: round(median(times) / STEPS * 1e6, 1) for name, times in seconds.items()}


MEASUREMENTS = {"pools": _measure_pools, "paths": _measure_paths, "loops": _measure_loops}
if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]](int(sys.argv[2]))))
