"""Measurements for NOISES, MAX_VARIANCE, MIN_WIDE_SIZE and STEPS_PER_ITERATION, and of patches.

Run with ``python -m benchmarks pools paths loops patches``. Each measurement runs in a separate
process with the threads of a worker, ``python -m benchmarks.choices NAME RUNS``.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import pairwise
from statistics import mean, median

import numpy as np

from benchmarks.peers import prepare_worker_process
from benchmarks.workloads import WORKLOADS, draw_lengths, make_sequences, read_vowels
from core import LSTM, Recipe, Sequences
from core.engine.batching import Plan, choose_noise, plan_noisy_lengths, plan_pools

PlanFunction = Callable[[np.ndarray, int, int, np.random.Generator, float], Plan]
PLANS: dict[str, PlanFunction] = {
    "random": lambda *arguments: plan_pools(*arguments[:4], pool_batches=1),
    "version 1": lambda *arguments: plan_pools(*arguments[:4]),
    "version 2": plan_noisy_lengths,
    "version 2, least noise": lambda *arguments: plan_noisy_lengths(*arguments[:4]),
}
SEEDS = range(5)
UNITS = (32, 48, 64, 80, 96, 112, 128, 192, 256)
ROWS, STEPS = 32, 61
LOOPS = (1, 2, 4, 8)  # steps per iteration
PATCH_SIZES = (1, 4, 8, 16)


def run_pools(runs: int) -> dict[str, object]:
    """Compare the plans of an epoch: time, padding, recurring batches and final metrics."""
    return _run_in_process("pools", runs)


def run_paths(runs: int) -> dict[str, object]:
    """Measure the microseconds per step, forward and backward, of the fused and the wide path."""
    return _run_in_process("paths", runs)


def run_loops(runs: int) -> dict[str, object]:
    """Measure the microseconds per step of a GRU, forward and backward, per length of its loop."""
    return _run_in_process("loops", runs)


def run_patches(runs: int) -> dict[str, object]:
    """Measure how many times as fast an epoch of long sequences is with patches."""
    return _run_in_process("patches", runs)


def _run_in_process(name: str, runs: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.choices", name, str(runs)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _make_data_sets() -> dict[str, tuple[Callable[[int], Sequences], Recipe]]:
    """Return five kinds of data that can be learned, as functions of a seed, with their recipes.

    The targets are a class that depends on the length, with uniform and lognormal lengths; the
    speaker; the mean of a feature, with lognormal lengths; and the sum of two marked values, with
    uniform lengths (Hochreiter and Schmidhuber, 1997).
    """
    shared = {"optimizer": "adam", "learning_rate": 0.003}
    classification = Recipe(
        task="classification", layers=(LSTM(32),), epochs=15, batch_size=16, **shared
    )
    regression = Recipe(layers=(LSTM(32),), epochs=10, batch_size=32, **shared)
    length_and_sign = replace(classification, epochs=25, batch_size=32, learning_rate=0.001)
    return {
        "length and sign, uniform": (partial(_make_length_and_sign, "uniform"), length_and_sign),
        "length and sign, lognormal": (
            partial(_make_length_and_sign, "lognormal"),
            length_and_sign,
        ),
        "japanese vowels": (lambda seed: read_vowels(), classification),
        "lognormal means": (_make_lognormal_means, regression),
        "adding": (_make_adding, regression),
    }


def _make_length_and_sign(kind: str, seed: int) -> Sequences:
    """Make sequences whose class is (length group + sign) mod 4.

    The length groups are quarters of the data, and the sign is that of the mean of the noise. There
    are 640 sequences to train on, 20 batches, and 640 to validate.
    """
    rng = np.random.default_rng([3, seed])
    n = 1280
    if kind == "uniform":
        lengths = rng.integers(4, 44, n)
    else:
        lengths = rng.lognormal(np.log(20), 0.8, n).astype(np.int64).clip(1, 150)
    group = np.searchsorted(np.quantile(lengths, (0.25, 0.5, 0.75)), lengths)
    sign = rng.integers(2, size=n)
    values = rng.normal(np.repeat(np.where(sign == 1, 0.5, -0.5), lengths))
    split = np.where(np.arange(n) < n // 2, "train", "validation").astype(object)
    return Sequences(values[:, None], lengths, targets=(group + sign) % 4, split=split)


def _make_lognormal_means(seed: int) -> Sequences:
    rng = np.random.default_rng([2, seed])
    lengths = draw_lengths("lognormal")
    values = (
        rng.normal(size=(lengths.sum(), 2))
        + np.repeat(rng.normal(size=len(lengths)), lengths)[:, None]
    )
    means = np.add.reduceat(values[:, 0], np.cumsum(lengths) - lengths) / lengths
    return Sequences(values, lengths, targets=means)


def _make_adding(seed: int) -> Sequences:
    rng = np.random.default_rng([4, seed])
    lengths = rng.integers(2, 60, 2000)
    values = rng.uniform(size=(lengths.sum(), 2))
    values[:, 1] = 0
    starts, half = np.cumsum(lengths) - lengths, lengths // 2
    first = starts + (rng.uniform(size=len(lengths)) * half).astype(int)
    second = starts + half + (rng.uniform(size=len(lengths)) * (lengths - half)).astype(int)
    values[first, 1] = values[second, 1] = 1
    return Sequences(values, lengths, targets=values[first, 0] + values[second, 0])


def _measure_pools(runs: int) -> dict[str, object]:
    prepare_worker_process()
    from core import train
    from core.families.recurrent import fit

    report: dict[str, object] = {}
    for name, (make_data, recipe) in _make_data_sets().items():
        histories: dict[str, list[dict[str, list[float]]]] = {plan: [] for plan in PLANS}
        for seed in SEEDS:
            data = make_data(seed)
            for plan, function in PLANS.items():
                fit.plan_epoch = _drop_version(function)
                histories[plan].append(train(data, replace(recipe, seed=seed)).history)
        seconds = {
            plan: median(median(history["seconds"][1:]) for history in each)
            for plan, each in histories.items()
        }
        epochs = {plan: _list_epochs(data, recipe, function) for plan, function in PLANS.items()}
        report[name] = {
            plan: {
                "times as fast as random": round(seconds["random"] / seconds[plan], 2),
                "computed steps": round(_count_steps(each) / _count_steps(epochs["version 1"]), 3),
                "recurring batches": _measure_recurrence(each),
            }
            | _summarize(histories[plan])
            for plan, each in epochs.items()
        }
    return report


def _drop_version(plan: PlanFunction) -> Callable[..., Plan]:
    return lambda lengths, batch_size, groups, rng, version, noise: plan(
        lengths, batch_size, groups, rng, noise
    )


def _summarize(histories: list[dict[str, list[float]]]) -> dict[str, str]:
    """Return mean and standard error of the last validation metrics over the seeds."""
    summary = {}
    for metric in ("val_loss", "val_accuracy"):
        if metric in histories[0]:
            values = [history[metric][-1] for history in histories]
            error = float(np.std(values, ddof=1)) / len(values) ** 0.5
            summary[metric] = f"{mean(values):.4g} ± {error:.2g}"
    return summary


def _list_epochs(data: Sequences, recipe: Recipe, plan: PlanFunction) -> list[Plan]:
    """Plan ten epochs with two row groups."""
    training = data if data.split is None else data[data.split == "train"]
    targets = training.targets
    if recipe.task == "classification":
        targets = np.unique(targets, return_inverse=True)[1]
    noise = choose_noise(training.lengths, targets, recipe.batch_size, 2)
    generators = (np.random.default_rng([0, epoch]) for epoch in range(10))
    return [plan(training.lengths, recipe.batch_size, 2, rng, noise) for rng in generators]


def _count_steps(epochs: list[Plan]) -> int:
    return sum(int(plan.steps.sum()) for plan in epochs)


def _measure_recurrence(epochs: list[Plan]) -> float:
    """Return the share of batches that the next epoch has as well."""
    batches = [
        {frozenset(plan.order[first:last].tolist()) for first, *_, last in plan.cuts}
        for plan in epochs
    ]
    return round(mean(len(one & other) / len(one) for one, other in pairwise(batches)), 3)


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


def _measure_patches(runs: int) -> dict[str, object]:
    prepare_worker_process()
    from core import train

    data = make_sequences(np.random.default_rng(0).integers(500, 2001, 256))
    seconds: dict[int, list[float]] = {size: [] for size in PATCH_SIZES}
    for _ in range(runs):
        for size, times in seconds.items():
            recipe = replace(WORKLOADS[0].make_recipe(epochs=2), patch_size=size)
            times.append(train(data, recipe).history["seconds"][-1])
    return {
        "seconds per epoch": {size: round(median(times), 2) for size, times in seconds.items()},
        "times as fast as without": {
            size: round(median(a / b for a, b in zip(seconds[1], times, strict=True)), 2)
            for size, times in seconds.items()
        },
    }


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


MEASUREMENTS = {
    "pools": _measure_pools,
    "paths": _measure_paths,
    "loops": _measure_loops,
    "patches": _measure_patches,
}
if __name__ == "__main__":
    print(json.dumps(MEASUREMENTS[sys.argv[1]](int(sys.argv[2]))))
