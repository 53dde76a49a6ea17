"""``compare``: is one recipe better than another on this data, or can nothing be told?

Each recipe is trained with the same seeds. A seed also draws the validation rows, so that in each
pair of trainings everything is equal but the recipe. Two things could have come out otherwise: the
seeds, and which sequences there are to measure on. The first is answered by Student's t over the
seeds' paired differences (a bootstrap over few seeds promises too much: over 3, intervals of 95 %
hold 73 %), the second by a bootstrap over the test sequences, of the mean over seeds. The interval
told is the wider of both on either side.

Where the seeds draw the sequences to measure on, both kinds of luck are in their differences,
but these are not independent: the trainings shared most of their sequences. Their variance is
corrected for it, by the share of sequences measured on (Nadeau and Bengio, "Inference for the
Generalization Error", Machine Learning 52, 2003).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ..data.sequences import Sequences
from ..errors import Note
from ..evaluation.bootstrap import (
    CONFIDENCE,
    Figure,
    Statistic,
    answered_by,
    bootstrap,
    figure,
    statistic,
)
from ..evaluation.predictions import Measured, measure, telling_part
from ..evaluation.report import FIGURES, MAIN
from ..i18n import N_
from ..recipe.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd

LOWER_IS_BETTER = ("mse", "rmse", "mae", "log_loss")
PARTS = {part: Note(part) for part in (N_("test"), N_("validation"), N_("training"))}


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of one training.

    measured  its answers
    learned   sequences it learned from
    curve     (epochs,) the validation loss, or the training loss where there is no validation part
    seconds   it took
    steps     of one layer that it computed, padding included
    """

    measured: Measured
    learned: int
    curve: np.ndarray
    seconds: float
    steps: int


@dataclass(frozen=True, eq=False)
class Entry:
    """One recipe.

    figures     by name: (seeds,)
    curves      (seeds, epochs) the losses, NaN behind the last epoch of a training
    difference  of the main figure from the first entry, in its unit; None of the first
    seconds, steps  means over the seeds
    """

    name: str
    figures: dict[str, np.ndarray]
    curves: np.ndarray
    difference: Figure | None
    seconds: float
    steps: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """part   of the data that was measured on: "test", "validation" or "training"
    main      the figure that is compared: "rmse" or "accuracy"
    seeds     the seeds
    rows      what the seeds measured: the "same" rows, rows "drawn" anew, which may be the same
              in part, or "each" row once, as in cross-validation
    entries   one a recipe; the first is what the others are compared to
    sentence  what can be concluded, and what cannot
    """

    part: str
    main: str
    seeds: tuple[int, ...]
    rows: str
    entries: tuple[Entry, ...]
    sentence: Note

    @property
    def table(self) -> pd.DataFrame:
        """A row a recipe: each figure's mean and standard deviation over the seeds, the difference
        of the main one from the first recipe with its interval, seconds and steps computed."""
        import pandas as pd

        rows = []
        for entry in self.entries:
            row: dict[str, object] = {"recipe": entry.name}
            for name, values in entry.figures.items():
                row[name] = float(values.mean())
                row[f"{name} sd"] = float(values.std(ddof=1)) if len(values) > 1 else np.nan
            apart = entry.difference or Figure(np.nan)
            row["difference"] = apart.value
            row["low"] = np.nan if apart.low is None else apart.low
            row["high"] = np.nan if apart.high is None else apart.high
            rows.append(row | {"seconds": entry.seconds, "steps": entry.steps})
        return pd.DataFrame(rows)


def compare(
    data: Sequences,
    recipes: Mapping[str, Recipe],
    seeds: Iterable[int] = range(5),
    on_progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Train each recipe with each seed, and compare what they answer for the test rows, or for the
    validation rows where none are marked test, with the first of the recipes.

    on_progress: called with the share that is done, 0 to 1. Raises ValueError for fewer than two
    recipes, no seeds, or recipes of different tasks, and DataError as ``train`` does.
    """
    from ..training.loop import train

    seeds = tuple(dict.fromkeys(int(seed) for seed in seeds))
    refuse_unlike(recipes, seeds)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in recipes}
    for number, seed in enumerate(seeds):
        for place, (name, recipe) in enumerate(recipes.items()):
            one = replace(recipe, seed=seed)
            model = train(data, one)
            measured = measure(model, *telling_part(data, one))
            outcomes[name].append(outcome_of(data, one, measured, model.history))
            if on_progress is not None:
                on_progress((number * len(recipes) + place + 1) / (len(seeds) * len(recipes)))
    return compared(outcomes, seeds)


def refuse_unlike(recipes: Mapping[str, Recipe], seeds: tuple[int, ...]) -> None:
    """Raises ValueError where there is nothing to compare."""
    if len(recipes) < 2:
        raise ValueError(f"recipes has {len(recipes)}; give at least two to compare")
    if not seeds:
        raise ValueError("seeds is empty; give at least one")
    for field in ("task", "return_sequences"):
        found = {getattr(recipe, field) for recipe in recipes.values()}
        if len(found) > 1:
            raise ValueError(f"the recipes differ in {field}: {sorted(map(repr, found))}")


def outcome_of(
    data: Sequences, recipe: Recipe, measured: Measured, history: Mapping[str, list[float]]
) -> Outcome:
    """Of a training of the recipe on this data."""
    from ..engine.cost import work
    from ..preprocessing.splits import training_and_validation

    training = data[training_and_validation(data, recipe)[0]]
    epoch = work(training.lengths, data.features, recipe)
    steps = epoch.computed * len(history["loss"])
    curve = np.array(history.get("val_loss") or history["loss"], np.float64)
    return Outcome(measured, len(training), curve, float(sum(history["seconds"])), steps)


def compared(outcomes: Mapping[str, list[Outcome]], seeds: tuple[int, ...]) -> Comparison:
    """outcomes: of each recipe, one a seed, in the order of the seeds."""
    first = next(iter(outcomes.values()))[0].measured
    main = MAIN["regression" if first.classes is None else "classification"]
    judged = {name: [_Judged.of(each) for each in of] for name, of in outcomes.items()}
    entries: list[Entry] = []
    base: list[_Judged] = []
    for name, of in judged.items():
        base = base or of
        entries.append(
            Entry(
                name,
                {key: np.array([each.figures[key] for each in of]) for key in of[0].figures},
                _side_by_side([each.curve for each in outcomes[name]]),
                None if of is base else _difference(of, base, main),
                float(np.mean([each.seconds for each in outcomes[name]])),
                float(np.mean([each.steps for each in outcomes[name]])),
            )
        )
    sentence = _sentence(entries, main, first.part, len(seeds))
    return Comparison(first.part, main, seeds, _rows(base), tuple(entries), sentence)


def _rows(of_seeds: list[_Judged]) -> str:
    if all(np.array_equal(each.ids, of_seeds[0].ids) for each in of_seeds):
        return "same"
    ids = np.concatenate([np.unique(each.ids) for each in of_seeds])
    return "each" if len(np.unique(ids)) == len(ids) else "drawn"


def _side_by_side(curves: list[np.ndarray]) -> np.ndarray:
    longest = max(map(len, curves))
    return np.stack([np.pad(c, (0, longest - len(c)), constant_values=np.nan) for c in curves])


@dataclass(frozen=True, eq=False)
class _Judged:
    """ids (rows,) of the sequences that each row belongs to; share: how many sequences were
    measured for each one that was learned from."""

    statistic: Statistic
    figures: dict[str, float]
    ids: np.ndarray
    share: float

    @classmethod
    def of(cls, outcome: Outcome) -> _Judged:
        measured, answers = outcome.measured, outcome.measured.answers
        answered = answered_by(answers)
        truth, answers = measured.targets[answered], answers[answered]
        of_weights = statistic(truth, answers, measured.classes)
        per_step = len(measured.targets) != len(measured.ids)
        ids = np.repeat(measured.ids, measured.lengths) if per_step else measured.ids
        figures = of_weights(np.ones(len(truth)))
        known = {name: value for name, value in figures.items() if np.isfinite(value)}
        share = len(measured.ids) / outcome.learned
        return cls(of_weights, known, ids[answered], share)


def _difference(ours: list[_Judged], theirs: list[_Judged], main: str) -> Figure:
    """Without limits of one seed: another may turn it round, however many rows there are."""
    apart = np.array([a.figures[main] - b.figures[main] for a, b in zip(ours, theirs, strict=True)])
    if len(apart) < 2:
        return Figure(float(apart.mean()))
    if _rows([*ours, *theirs]) != "same":
        return Figure(float(apart.mean()), *_over_seeds(apart, ours[0].share))
    limits = [_over_seeds(apart), _over_rows(ours, theirs, main)]
    lows, highs = zip(*[limit for limit in limits if limit], strict=True)
    return Figure(float(apart.mean()), min(lows), max(highs))


def _over_seeds(apart: np.ndarray, share: float = 0.0) -> tuple[float, float]:
    """share: of sequences that each seed drew anew to measure on, for each one learned from."""
    from scipy import stats

    reach = stats.t.ppf((1 + CONFIDENCE) / 2, len(apart) - 1)
    reach *= apart.std(ddof=1) * np.sqrt(1 / len(apart) + share)
    return float(apart.mean() - reach), float(apart.mean() + reach)


def _over_rows(ours: list[_Judged], theirs: list[_Judged], main: str) -> tuple[float, float] | None:
    clusters = np.unique(ours[0].ids, return_inverse=True)[1]

    def mean_difference(weights: np.ndarray) -> dict[str, float]:
        apart = [
            a.statistic(weights)[main] - b.statistic(weights)[main]
            for a, b in zip(ours, theirs, strict=True)
        ]
        return {main: float(np.mean(apart))}

    count = int(clusters.max()) + 1
    found = figure(0.0, bootstrap(mean_difference, clusters)[main], count)
    return None if found.low is None else (found.low, found.high)


def _sentence(entries: list[Entry], main: str, part: str, seeds: int) -> Note:
    """About the best entry that surely differs from the first, or the one that differs most."""
    base, *others = entries
    sign = -1 if main in LOWER_IS_BETTER else 1
    sure = [entry for entry in others if entry.difference.leaves_zero_out]
    if part == "training" or not sure:
        most = max(others, key=lambda entry: abs(entry.difference.value))
        shown = _values(most, base, main) | {"seeds": seeds, "part": PARTS[part]}
        if part == "training":
            return Note(
                "These are figures on the training sequences themselves, because none were set "
                "apart, and say nothing about new ones. “{name}”: {figure} {ours}, “{base}”: "
                "{theirs}.",
                **shown,
            )
        if seeds == 1:
            return Note(
                "One seed tells nothing of the recipes: another may turn it round. The largest "
                "difference from “{base}” is that of “{name}”: {part} {figure} {ours} against "
                "{theirs}.",
                **shown,
            )
        return Note(
            "No difference from “{base}” can be told with {seeds} seeds. The largest is that of "
            "“{name}”: {part} {figure} {ours} against {theirs}, a difference of {change} "
            "({limits}).",
            **shown,
        )
    best = max(sure, key=lambda entry: sign * entry.difference.value)
    shown = _values(best, base, main) | {"seeds": seeds, "part": PARTS[part]}
    if sign * best.difference.value > 0:
        return Note(
            "“{name}” is better than “{base}”: {part} {figure} {ours} against {theirs}, by {by} "
            "({interval}, {seeds} seeds).",
            **shown,
        )
    return Note(
        "“{name}” is worse than “{base}”: {part} {figure} {ours} against {theirs}, by {by} "
        "({interval}, {seeds} seeds).",
        **shown,
    )


def _values(entry: Entry, base: Entry, main: str) -> dict[str, object]:
    """Differences of RMSE in percent of the first's, of accuracy in percentage points: ``by`` and
    its ``interval`` in the direction of the difference, ``change`` and its ``limits`` signed."""
    ours, theirs = (float(each.figures[main].mean()) for each in (entry, base))
    apart, direction = entry.difference, -1 if entry.difference.value < 0 else 1
    scale = 100 if main != "rmse" else 100 / theirs if theirs else np.nan
    form = "{:.3g}" if main == "rmse" else "{:.1%}"

    def written(value: float, sign: str) -> str:
        return f"{scale * value:{sign}.1f}".replace("-", "−")

    def change(value: float, sign: str) -> Note:
        if main == "rmse":
            return Note("{n} %", n=written(value, sign))
        return Note("{n} points", n=written(value, sign))

    def interval(ends: list[float], sign: str) -> Note:
        low, high = (written(end, sign) for end in ends)
        return Note("95 % interval {low} to {high}", low=low, high=high)

    shown = {"interval": Note("no interval"), "limits": Note("no interval")}
    if apart.low is not None:
        ends = [apart.low, apart.high]
        shown["interval"] = interval(sorted(direction * end for end in ends), "")
        shown["limits"] = interval(ends, "+")
    return shown | {
        "name": entry.name,
        "base": base.name,
        "figure": FIGURES[main],
        "ours": form.format(ours),
        "theirs": form.format(theirs),
        "by": change(direction * apart.value, ""),
        "change": change(apart.value, "+"),
    }
