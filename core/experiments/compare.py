"""``compare``: compare recipes on the same data, with confidence intervals.

Each recipe is trained with the same seeds. A seed also draws the validation rows, so that the two
trainings of a pair differ only in the recipe. The result varies with the seeds and with the
sequences that are evaluated. The first is covered by Student's t over the paired differences per
seed (a bootstrap over few seeds is too narrow: over 3 seeds, 95 % intervals cover 73 %), the second
by the jackknife of the mean over the seeds, which leaves out a sequence wherever it is evaluated.
The reported interval is the wider of both on either side. Seeds may evaluate the same sequences,
draw them, or evaluate a fold each (``python -m benchmarks coverage`` measures all three).

The intervals of several recipes hold for all of them at once, so that the best of many equal
recipes is not taken for better: those over the seeds by Bonferroni's inequality, because a few
seeds don't tell how differences are correlated, those over the sequences by the distribution of the
largest difference (``core.evaluation.intervals``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd

from ..data.sequences import Sequences
from ..engine.progress import History, average_members
from ..errors import Note
from ..evaluation.estimate import CONFIDENCE, Estimate
from ..evaluation.evaluation_set import EvaluationSet, select_evaluation_rows
from ..evaluation.intervals import find_difference_limits
from ..evaluation.metric_formats import get_format
from ..evaluation.report import MAIN_METRICS, METRIC_NAMES
from ..evaluation.statistic import Metrics, Statistic, has_prediction, make_statistic
from ..i18n import N_
from ..preprocessing.input_encoder import estimate_inputs
from ..recipe.recipe import Recipe
from ..representation import shorten_repr

LOWER_IS_BETTER = ("mse", "rmse", "mae", "log_loss")
PARTS = {part: Note(part) for part in (N_("test"), N_("validation"), N_("training"))}


@dataclass(frozen=True, eq=False)
class Outcome:
    """The result of one training.

    Attributes:
        evaluation_set: the evaluated sequences with their predictions.
        curve: (epochs,) validation loss, or training loss without a validation set.
        seconds: duration of the training.
        steps: time steps computed per layer, padding included.
    """

    evaluation_set: EvaluationSet
    curve: np.ndarray
    seconds: float
    steps: int


@dataclass(frozen=True, eq=False)
class Entry:
    """The results of one recipe.

    Attributes:
        name: name of the recipe.
        figures: (seeds,) values by metric.
        curves: (seeds, epochs) losses, NaN after the last epoch of a training.
        difference: difference of the main metric from the first entry, in its unit; None for the
            first entry.
        seconds: mean duration of a training.
        steps: mean number of time steps computed per layer.
    """

    name: str
    figures: dict[str, np.ndarray]
    curves: np.ndarray
    difference: Estimate | None
    seconds: float
    steps: float


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """A comparison of recipes.

    Attributes:
        part: the evaluated part of the data, "test", "validation" or "training".
        main: the compared metric, "rmse" or "accuracy".
        seeds: the seeds.
        rows: evaluated rows per seed: "same" for all seeds, "drawn" per seed and possibly
            overlapping, or "each" row in exactly one seed, as in cross-validation.
        entries: one per recipe; the others are compared with the first.
        sentence: the conclusion.
    """

    part: str
    main: str
    seeds: tuple[int, ...]
    rows: str
    entries: tuple[Entry, ...]
    sentence: Note

    def __repr__(self) -> str:
        """Give the conclusion."""
        names = ", ".join(repr(entry.name) for entry in self.entries)
        return shorten_repr(f"Comparison({self.sentence} Recipes: {names}; seeds {self.seeds})")

    def _repr_html_(self) -> str:
        """Return the conclusion and the table, for notebooks."""
        return f"<p>{escape(self.sentence)}</p>{self.table.to_html(index=False)}"

    @property
    def percent_factor(self) -> float:
        """Factor that converts a difference to the unit in the conclusion.

        The unit is a percentage point of the accuracy, or a percent of the mean RMSE of the first
        recipe.
        """
        return _compute_percent_factor(self.entries[0], self.main)

    @property
    def table(self) -> pd.DataFrame:
        """One row per recipe.

        Columns: mean and standard deviation of each metric over the seeds; difference of the main
        metric from the first recipe, with its interval; mean seconds and computed steps.
        """
        rows = []
        for entry in self.entries:
            row: dict[str, object] = {"recipe": entry.name}
            for name, values in entry.figures.items():
                row[name] = float(values.mean())
                row[f"{name} sd"] = float(values.std(ddof=1)) if len(values) > 1 else np.nan
            difference = entry.difference or Estimate(np.nan)
            row["difference"] = difference.value
            row["low"] = np.nan if difference.low is None else difference.low
            row["high"] = np.nan if difference.high is None else difference.high
            rows.append(row | {"seconds": entry.seconds, "steps": entry.steps})
        return pd.DataFrame(rows)


def compare(
    data: Sequences,
    recipes: Mapping[str, Recipe],
    seeds: Iterable[int] = range(5),
    on_progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Train each recipe with each seed, and compare the recipes with the first one.

    The recipes are evaluated on the test set; without one on the validation set, else on the
    training set.

    Args:
        data: sequences with targets.
        recipes: at least two recipes by name, of the same task.
        seeds: replace the seed of each recipe.
        on_progress: called with the finished share, 0 to 1, after each training.

    Raises:
        ValueError: there are fewer than two recipes or no seeds, or the tasks differ.
        DataError: the data cannot be used for training.
    """
    # Both need TensorFlow.
    from ..evaluation.predict_evaluation_set import predict_evaluation_set
    from ..training.train import train

    seeds = tuple(dict.fromkeys(int(seed) for seed in seeds))
    check_comparable(recipes, seeds)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in recipes}
    for number, seed in enumerate(seeds):
        for place, (name, recipe) in enumerate(recipes.items()):
            seeded = replace(recipe, seed=seed)
            model = train(data, seeded)
            part, rows = select_evaluation_rows(data, seeded)
            evaluation_set = predict_evaluation_set(model, part, rows)
            outcomes[name].append(build_outcome(data, seeded, evaluation_set, model.history))
            if on_progress is not None:
                on_progress((number * len(recipes) + place + 1) / (len(seeds) * len(recipes)))
    return compare_outcomes(outcomes, seeds)


def check_comparable(recipes: Mapping[str, Recipe], seeds: tuple[int, ...]) -> None:
    """Check that there are two recipes, a seed, and one task; raise ValueError otherwise."""
    if len(recipes) < 2:
        raise ValueError(f"recipes has {len(recipes)}; give at least two to compare")
    if not seeds:
        raise ValueError("seeds is empty; give at least one")
    for field in ("task", "return_sequences"):
        values = {getattr(recipe, field) for recipe in recipes.values()}
        if len(values) > 1:
            raise ValueError(f"the recipes differ in {field}: {sorted(map(repr, values))}")


def build_outcome(
    data: Sequences,
    recipe: Recipe,
    evaluation_set: EvaluationSet,
    history: History,
) -> Outcome:
    """Collect the result of one training.

    Args:
        data: the data that was trained on.
        recipe: the recipe that was trained.
        evaluation_set: its predictions.
        history: ``TrainedModel.history``.
    """
    from ..families.registry import get_family
    from ..preprocessing.splits import split_rows

    training = data[split_rows(data, recipe)[0]]
    inputs = estimate_inputs(data)
    epoch = get_family(recipe).estimate_cost(training.lengths, inputs, recipe)
    curves = average_members(history)
    curve = np.array(curves.get("val_loss") or curves["loss"], np.float64)
    steps = epoch.computed * len(curve)
    return Outcome(evaluation_set, curve, float(sum(history["seconds"])), steps)


def compare_outcomes(outcomes: Mapping[str, list[Outcome]], seeds: tuple[int, ...]) -> Comparison:
    """Compare finished trainings.

    Args:
        outcomes: by recipe, one outcome per seed in the order of ``seeds``.
        seeds: the seeds.
    """
    first = next(iter(outcomes.values()))[0].evaluation_set
    main = MAIN_METRICS["regression" if first.classes is None else "classification"]
    scores = {
        name: [_Score.from_outcome(outcome) for outcome in per_seed]
        for name, per_seed in outcomes.items()
    }
    base, *others = scores.values()
    differences = [None, *_estimate_differences(base, others, main)]
    entries: list[Entry] = []
    for (name, per_seed), difference in zip(scores.items(), differences, strict=True):
        entries.append(
            Entry(
                name,
                {
                    key: np.array([score.metrics[key] for score in per_seed])
                    for key in per_seed[0].metrics
                },
                _stack_curves([outcome.curve for outcome in outcomes[name]]),
                difference,
                float(np.mean([outcome.seconds for outcome in outcomes[name]])),
                float(np.mean([outcome.steps for outcome in outcomes[name]])),
            )
        )
    sentence = _conclude(entries, main, first.part, len(seeds))
    return Comparison(first.part, main, seeds, _classify_rows(base), tuple(entries), sentence)


def _classify_rows(per_seed: list[_Score]) -> str:
    """Return "same", "each" or "drawn", see ``Comparison.rows``."""
    if all(np.array_equal(score.ids, per_seed[0].ids) for score in per_seed):
        return "same"
    ids = np.concatenate([np.unique(score.ids) for score in per_seed])
    return "each" if len(np.unique(ids)) == len(ids) else "drawn"


def _stack_curves(curves: list[np.ndarray]) -> np.ndarray:
    """Stack to (seeds, epochs), NaN after the end of shorter curves."""
    longest = max(map(len, curves))
    return np.stack([np.pad(c, (0, longest - len(c)), constant_values=np.nan) for c in curves])


@dataclass(frozen=True, eq=False)
class _Score:
    """Metrics of one training.

    Attributes:
        statistic: its predictions.
        metrics: finite metrics by name.
        ids: (rows,) id of the sequence of each row.
    """

    statistic: Statistic
    metrics: Metrics
    ids: np.ndarray

    @classmethod
    def from_outcome(cls, outcome: Outcome) -> _Score:
        """Compute the metrics of an outcome."""
        evaluated, predictions = outcome.evaluation_set, outcome.evaluation_set.predictions
        predicted = has_prediction(predictions)
        truth, predictions = evaluated.targets[predicted], predictions[predicted]
        statistic = make_statistic(truth, predictions, evaluated.classes)
        per_step = len(evaluated.targets) != len(evaluated.ids)
        ids = np.repeat(evaluated.ids, evaluated.lengths) if per_step else evaluated.ids
        return cls(statistic, statistic.compute(), ids[predicted])


def _estimate_differences(
    base: list[_Score], others: list[list[_Score]], main: str
) -> list[Estimate]:
    """Estimate the mean differences from the base, with intervals that hold for all of them.

    A single seed, which another may reverse, has no intervals.
    """
    ours = np.array([[score.metrics[main] for score in scores] for scores in others])
    differences = ours - [score.metrics[main] for score in base]  # (recipes, seeds)
    means = differences.mean(axis=1)
    if len(base) < 2:
        return [Estimate(float(mean)) for mean in means]
    lows, highs = _find_seed_limits(differences)
    row_lows, row_highs = _find_row_limits(base, others, main, means)
    lows, highs = np.minimum(lows, row_lows), np.maximum(highs, row_highs)
    return [
        Estimate(float(mean), float(low), float(high))
        for mean, low, high in zip(means, lows, highs, strict=True)
    ]


def _find_seed_limits(differences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return Student's t limits of (recipes, seeds) differences."""
    from scipy import stats

    recipes, seeds = differences.shape
    margin = stats.t.ppf(1 - (1 - CONFIDENCE) / 2 / recipes, seeds - 1)
    margin = margin * differences.std(axis=1, ddof=1) / np.sqrt(seeds)
    means = differences.mean(axis=1)
    return means - margin, means + margin


def _find_row_limits(
    base: list[_Score], others: list[list[_Score]], main: str, means: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return limits over the evaluated sequences, of the mean over the seeds.

    Leaving out a sequence changes nothing of a seed that does not evaluate it, and leaves out a
    seed that evaluates nothing else.
    """
    ids = np.unique(np.concatenate([score.ids for score in base]))
    if len(ids) < 2:
        return means, means

    def leave_out(scores: list[_Score]) -> np.ndarray:
        left_out = np.empty((len(scores), len(ids)))
        for values, score in zip(left_out, scores, strict=True):
            present, clusters = np.unique(score.ids, return_inverse=True)
            values[:] = score.metrics[main]
            rest = score.statistic.leave_out(clusters)[main] if len(present) > 1 else np.nan
            values[np.searchsorted(ids, present)] = rest
        return left_out

    without = np.stack([leave_out(scores) for scores in others]) - leave_out(base)
    return find_difference_limits(means, np.nanmean(without, axis=1), main == "accuracy")


def _conclude(entries: list[Entry], main: str, part: str, seeds: int) -> Note:
    """Describe the best entry with a significant difference, or else the largest difference."""
    base = entries[0]
    others = [(each, each.difference) for each in entries if each.difference is not None]
    sign = -1 if main in LOWER_IS_BETTER else 1
    significant = [(entry, difference) for entry, difference in others if difference.excludes_zero]
    if part == "training" or not significant:
        entry, difference = max(others, key=lambda other: abs(other[1].value))
        values = _format_values(entry, difference, base, main)
        values |= {"seeds": seeds, "part": PARTS[part]}
        if part == "training":
            return Note(
                "No validation set: these metrics are on the training set and say nothing about "
                "new data. “{name}”: {metric} {ours}. “{base}”: {theirs}.",
                **values,
            )
        if seeds == 1:
            return Note(
                "One seed cannot rank the recipes: another seed could reverse the order. Use at "
                "least two seeds.",
            )
        return Note(
            "Inconclusive with {seeds} seeds. Largest difference from “{base}”: {change} "
            "({limits}), of “{name}”. Its {metric} ({part}) is {ours}, not {theirs}.",
            **values,
        )
    entry, difference = max(significant, key=lambda other: sign * other[1].value)
    values = _format_values(entry, difference, base, main)
    values |= {"seeds": seeds, "part": PARTS[part]}
    if sign * difference.value > 0:
        return Note(
            "“{name}” is better than “{base}” by {by} ({interval}, {seeds} seeds). Its {metric} "
            "({part}) is {ours}, not {theirs}.",
            **values,
        )
    return Note(
        "“{name}” is worse than “{base}” by {by} ({interval}, {seeds} seeds). Its {metric} "
        "({part}) is {ours}, not {theirs}.",
        **values,
    )


def _compute_percent_factor(base: Entry, main: str) -> float:
    if main != "rmse":
        return 100.0
    theirs = float(base.figures[main].mean())
    return 100 / theirs if theirs else np.nan


def _format_values(entry: Entry, difference: Estimate, base: Entry, main: str) -> dict[str, object]:
    """Format the values of a sentence.

    Differences of RMSE are in percent of the base, those of accuracy in percentage points. ``by``
    and its ``interval`` are in the direction of the difference, ``change`` and its
    ``limits`` are signed.
    """
    ours, theirs = (float(each.figures[main].mean()) for each in (entry, base))
    direction = -1 if difference.value < 0 else 1
    scale = _compute_percent_factor(base, main)
    template = get_format(main)

    def format_number(value: float, sign: str) -> str:
        return f"{scale * value:{sign}.1f}".replace("-", "−")

    def format_change(value: float, sign: str) -> Note:
        if main == "rmse":
            return Note("{n}%", n=format_number(value, sign))
        return Note("{n} percentage points", n=format_number(value, sign))

    def format_interval(ends: Iterable[float], sign: str) -> Note:
        low, high = (format_number(end, sign) for end in ends)
        return Note("95% CI {low} to {high}", low=low, high=high)

    values: dict[str, object] = dict.fromkeys(("interval", "limits"), Note("no interval"))
    if (limits := difference.limits) is not None:
        values["interval"] = format_interval(sorted(direction * end for end in limits), "")
        values["limits"] = format_interval(limits, "+")
    return values | {
        "name": entry.name,
        "base": base.name,
        "metric": METRIC_NAMES[main],
        "ours": template.format(ours),
        "theirs": template.format(theirs),
        "by": format_change(direction * difference.value, ""),
        "change": format_change(difference.value, "+"),
    }
