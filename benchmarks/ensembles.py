"""Accuracy of ensembles and of their members alone, on the Japanese vowels.

    python -m benchmarks ensembles --json docs/ensembles.json      (six minutes on two cores)

Each recipe is trained with the same seeds on the 270 training utterances, as suggested, and
evaluated on the 370 utterances of the published test set. Nothing is chosen by these figures.
"""

from __future__ import annotations

import time
from dataclasses import replace
from statistics import mean, stdev

from benchmarks.workloads import read_vowels
from core import Recipe, Sequences

SEEDS = range(5)


def make_recipes(data: Sequences) -> dict[str, Recipe]:
    """Return the recipes by name."""
    recurrent = Recipe.suggest(data, "recurrent")
    convolutions = Recipe.suggest(data, "random_convolution")
    member = replace(recurrent, family="random_convolution", n_kernels=convolutions.n_kernels)
    return {
        "BiLSTM": recurrent,
        "5 × BiLSTM": replace(recurrent, members=5),
        "random convolutions": convolutions,
        "5 × random convolutions": replace(convolutions, members=5),
        "3 × BiLSTM + random convolutions": replace(recurrent, members=[recurrent] * 3 + [member]),
    }


def run() -> dict[str, object]:
    """Train and evaluate each recipe with each seed."""
    from core import train

    data = read_vowels()
    test = data[data.split == "test"]
    report: dict[str, object] = {}
    for name, recipe in make_recipes(data).items():
        scores, seconds = [], []
        for seed in SEEDS:
            start = time.perf_counter()
            model = train(data, replace(recipe, seed=seed))
            seconds.append(time.perf_counter() - start)
            scores.append(model.evaluate(test))
        accuracies = [score["accuracy"] for score in scores]
        report[name] = {
            "test accuracy": [round(accuracy, 4) for accuracy in accuracies],
            "mean": round(mean(accuracies), 4),
            "standard deviation": round(stdev(accuracies), 4),
            "log loss": round(mean(score["log_loss"] for score in scores), 4),
            "seconds": round(mean(seconds), 1),
        }
    return report
