"""False alarms of the padding check: ``python -m benchmarks checks``.

200 models that do not leak, with random recipes of every family and random data, are checked on
the data they were trained on, as it was or in another form: as lists, without targets, or with
another split. None of them may be found to leak, and at most 4 may remain undecided. The report
counts the verdicts by family and by form, and names the recipes of all models that did not hold.
"""

from __future__ import annotations

import itertools
import warnings
from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from core import GRU, LSTM, Conv1D, DataError, Inception, Recipe, Sequences, train
from core.invariance.report import Proof

MODELS, MAX_UNDECIDED = 200, 4
FAMILIES = ("recurrent", "convolution", "random_convolution", "ensemble")
FORMS = ("as trained on", "as lists", "without targets", "with another split")
MASK_VALUE = -9.0
SECONDS = 1.0  # per check, as after a short training in the app


@dataclass(frozen=True)
class Case:
    """A model to train, and the form of its data for the check.

    Attributes:
        number: The seed that everything was drawn by.
        family: One of ``FAMILIES``.
        form: One of ``FORMS``.
        data: The training data.
        recipe: The recipe, with a mask.
    """

    number: int
    family: str
    form: str
    data: Sequences
    recipe: Recipe

    def give(self) -> Sequences | list[np.ndarray]:
        """Return the data in the form of the check."""
        if self.form == "as lists":
            return list(self.data)
        if self.form == "without targets":
            return self.data.with_targets(None)
        if self.form == "with another split":
            rng = np.random.default_rng([self.number, 1])
            data = self.data
            return Sequences(
                values=data.values,
                lengths=data.lengths,
                targets=data.targets,
                per_step=data.per_step,
                split=_draw_split(rng, len(data)),
                missing=data.missing,
            )
        return self.data


def draw_case(number: int) -> Case:
    """Draw the case of this number; every four have a model of each family."""
    rng = np.random.default_rng(number)
    family = FAMILIES[number % len(FAMILIES)]
    form = FORMS[number // len(FAMILIES) % len(FORMS)]
    task = str(rng.choice(["regression", "classification"]))
    per_step = family != "random_convolution" and bool(rng.random() < 0.25)
    data = _draw_data(rng, task, per_step)
    kind = family if family != "ensemble" else str(rng.choice(["recurrent", "convolution"]))
    recipe = Recipe(task=task, return_sequences=per_step).adapt(
        **_draw_network(rng, kind, per_step), **_draw_training(rng)
    )
    recipe = recipe.adapt(**_draw_features(rng, recipe))
    if family == "ensemble":
        other = {} if per_step or rng.random() < 0.5 else {"family": "random_convolution"}
        small = {"n_kernels": 84} if other else {}
        recipe = replace(recipe, members=[recipe, recipe.adapt(**other, **small)])
    return Case(number, family, form, data, recipe)


def _draw_network(rng: np.random.Generator, family: str, per_step: bool) -> dict[str, object]:
    if family == "random_convolution":
        return {
            "family": family,
            "n_kernels": int(rng.choice([84, 168, 500])),
            "n_groups": int(rng.choice([0, 0, 2])),
        }
    layers: list[object] = []
    if family == "convolution":
        for _ in range(rng.integers(1, 3)):
            layers.append(_draw_convolution(rng, per_step))
    if family == "recurrent" or rng.random() < 0.25:
        for _ in range(rng.integers(1, 4)):
            kind = LSTM if rng.random() < 0.5 else GRU
            layers.append(
                kind(
                    int(rng.integers(1, 17)),
                    bidirectional=bool(rng.random() < 0.3),
                    dropout=float(rng.choice([0, 0, 0.3])),
                    layer_normalization=bool(rng.random() < 0.3),
                )
            )
    pools = rng.permutation(["last", "mean", "max", "std", "attention"])[: rng.integers(1, 4)]
    return {
        "family": family,
        "layers": tuple(layers),
        "pooling": "last" if per_step else tuple(pools.tolist()),
        "dense": tuple(rng.integers(1, 9, rng.integers(0, 2)).tolist()),
        "patch_size": int(rng.choice([1, 1, 1, 4]))
        if family == "recurrent" and not per_step
        else 1,
    }


def _draw_convolution(rng: np.random.Generator, per_step: bool) -> Conv1D | Inception:
    if rng.random() < 0.3:
        return Inception(int(rng.integers(1, 5)), int(rng.choice([4, 9, 40])))
    strides = 1 if per_step else int(rng.choice([1, 1, 2]))
    return Conv1D(
        int(rng.integers(1, 9)),
        int(rng.choice([1, 2, 3, 8])),
        dilation_rate=1 if strides > 1 else int(rng.choice([1, 2, 5])),
        strides=strides,
        pool_size=1 if per_step else int(rng.choice([1, 1, 2])),
        batch_normalization=bool(rng.random() < 0.6),
        residual=bool(rng.random() < 0.3),
    )


def _draw_training(rng: np.random.Generator) -> dict[str, object]:
    mask = str(rng.choice(["lengths", "lengths", "value"]))
    return {
        "mask": mask,
        "mask_value": MASK_VALUE,
        "padding": str(rng.choice(["pre", "post"])),
        "maxlen": None if rng.random() < 0.8 else 9,
        "truncating": str(rng.choice(["pre", "post"])),
        "epochs": int(rng.integers(1, 9)),
        "batch_size": int(rng.choice([1, 4, 16])),
        "optimizer": str(rng.choice(["adam", "rmsprop", "sgd"])),
        "learning_rate": float(rng.choice([0.001, 0.01, 0.1, 1.0, 10.0])),
        "clip_norm": 1.0,
        "validation_split": float(rng.choice([0.0, 0.2])),
        "validation_rows": str(rng.choice(["random", "last", "folds"])),
        "seed": int(rng.integers(1000)),
    }


def _draw_features(rng: np.random.Generator, recipe: Recipe) -> dict[str, object]:
    if rng.random() < 0.2:
        return {"standardize": False, "normalization": "data_set"}
    choices = ["data_set"] if recipe.return_sequences else ["data_set", "sequence", "both"]
    return {
        "normalization": str(rng.choice(choices)),
        "differences": bool(rng.random() < 0.3),
    }


def _draw_data(rng: np.random.Generator, task: str, per_step: bool) -> Sequences:
    """Draw sequences of unequal length, with the units, gaps and constants of real data."""
    lengths = np.clip(rng.lognormal(2, 1, rng.integers(12, 60)), 1, 120).astype(np.int64)
    features = int(rng.integers(1, 4))
    scale = 10 ** rng.uniform(-3, 4, features)
    values = (rng.normal(size=(lengths.sum(), features)) + rng.normal(0, 3, features)) * scale
    if rng.random() < 0.2:
        values[:, 0] = np.round(values[:, 0])
    if rng.random() < 0.1:
        values[:, -1] = scale[-1]
    if rng.random() < 0.3:
        values[rng.random(values.shape) < 0.05] = np.nan
    ends = np.cumsum(lengths) - 1
    if rng.random() < 0.3:  # steps that a mask by value skips, but for the last ones
        skipped = rng.random(len(values)) < 0.1
        skipped[ends] = False
        values[skipped] = MASK_VALUE
    known = np.nan_to_num(values[:, 0]) / scale[0]
    targets = known if per_step else known[ends] + 0.1 * rng.normal(size=len(ends))
    if task == "classification":
        targets = np.digitize(targets, np.quantile(targets, [0.4, 0.7]))
    return Sequences(
        values=values.astype(np.float32),
        lengths=lengths,
        targets=targets,
        per_step=per_step,
        split=_draw_split(rng, len(lengths)) if rng.random() < 0.3 else None,
        missing=str(rng.choice(["mean", "forward"])),
    )


def _draw_split(rng: np.random.Generator, n: int) -> np.ndarray:
    split = rng.choice(["train", "train", "validation", "test"], n).astype(object)
    split[:2] = "train"
    return split


def check_case(case: Case) -> Proof:
    """Train the model of a case and check it.

    Raises:
        DataError: The training fails, as some drawn learning rates make it.
    """
    return train(case.data, case.recipe).prove(case.give(), SECONDS)


def run() -> dict[str, object]:
    """Check ``MODELS`` models.

    Returns:
        Verdicts by family and by form, the longest check, and every model that did not hold.
    """
    warnings.simplefilter("ignore")
    by_family = {family: Counter[str]() for family in FAMILIES}
    by_form = {form: Counter[str]() for form in FORMS}
    others, untrained, longest = [], 0, 0.0
    for number in itertools.count():
        if number - untrained == MODELS:
            break
        case = draw_case(number)
        try:
            proof = check_case(case)
        except DataError:  # the loss stopped being finite
            untrained += 1
            continue
        by_family[case.family][proof.verdict] += 1
        by_form[case.form][proof.verdict] += 1
        longest = max(longest, proof.seconds)
        if not proof.passed:
            others.append(f"{number}, {case.form}: {proof!r}, {case.recipe!r}")
    verdicts = sum(by_family.values(), Counter())
    return {
        "models": MODELS,
        "not trained, since the loss was not finite": untrained,
        "verdicts": dict(verdicts),
        "by family": {name: dict(counts) for name, counts in by_family.items()},
        "by form of the data": {name: dict(counts) for name, counts in by_form.items()},
        "longest check, seconds": round(longest, 1),
        "not holding": others,
        "reached": not verdicts["leaks"] and verdicts["undecided"] <= MAX_UNDECIDED,
    }
