"""``Evaluation``: metrics of a model on held-out sequences, compared with baselines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import pandas as pd

from ..data.sequences import Sequences
from ..errors import Note, as_note
from ..json_validation import (
    MAX_COUNT,
    integer,
    list_of,
    mapping_of,
    number,
    one_of,
    optional,
    record,
    text,
    unconverted,
)
from ..preprocessing.splits import split_rows
from ..recipe.recipe import Recipe
from ..representation import shorten_repr
from .baselines import CONSTANT, LENGTH, fit_baselines
from .estimate import REASONS, Estimate, spread_estimates
from .intervals import (
    assign_clusters,
    estimate_difference,
    estimate_metrics,
    find_dependence,
)
from .metric_formats import METRICS, format_metric, get_format
from .plot_data import BINS, MAX_CLASSES, MAX_POINTS, PlotData, compute_plot_data
from .statistic import Statistic, has_prediction, make_statistic

MAIN_METRICS = {"regression": "rmse", "classification": "accuracy"}
MAX_NOTES = 20  # per evaluation
MIN_GAIN = 0.1  # share of the constant's error by which lengths must improve on it for a warning
BASELINE_NAMES = {
    "constant": Note("always the mean or the most common class"),
    "length": Note("the length alone"),
    "last": Note("a linear model on the last step"),
    "linear": Note("a linear model on summaries"),
    "trees": Note("gradient-boosted trees"),
}
CONSTANT_NAMES = {  # by the main metric
    "rmse": Note("always the mean"),
    "accuracy": Note("always the most common class"),
}
METRIC_NAMES = {"rmse": Note("RMSE"), "accuracy": Note("accuracy")}  # for use in sentences
CURRENT_METHOD = "exact"
METHODS = {
    "exact": Note("95% intervals: exact for shares, jackknife for errors"),
    "bootstrap": Note(
        "95% intervals by the bootstrap of an earlier version, too narrow for few sequences or "
        "shares near 100%. Train again for better ones"
    ),
}
ANY_NUMBER = number(finite=False)  # a network may predict NaN or infinity
ROW_OF_NUMBERS = list_of(ANY_NUMBER, MAX_CLASSES)
LIMIT = optional(ANY_NUMBER)


@dataclass(frozen=True)
class BaselineResult:
    """Metrics of a baseline on the same rows.

    Attributes:
        name: name of the baseline, see ``core.evaluation.baselines``.
        figures: metrics by name.
        ahead: paired difference of the main metric, positive where the model is better.
    """

    name: str
    figures: dict[str, Estimate]
    ahead: Estimate


NETWORK = "network"  # its row in tables


@dataclass(frozen=True, repr=False)
class Evaluation:
    """Metrics of a model on one part of the data, compared with baselines.

    Attributes:
        part: "test", "validation" or "training".
        sequences: number of sequences in the part.
        main: the metric that models are compared by, "rmse" or "accuracy".
        figures: metrics of the model by name.
        rivals: the baselines; empty for the training set, which says nothing about new data.
        copies: sequences of the part that also appear in the training data, value for value.
        copied: id of one of them, or "".
        pictures: data of the plots, see ``core.evaluation.plot_data``.
        notes: conclusions.
        method: how the intervals were computed, a key of ``METHODS``.
    """

    part: str
    sequences: int
    main: str
    figures: dict[str, Estimate]
    rivals: tuple[BaselineResult, ...] = ()
    copies: int = 0
    copied: str = ""
    pictures: PlotData = field(default_factory=PlotData)
    notes: tuple[Note, ...] = field(default=())
    method: str = CURRENT_METHOD

    @property
    def strongest_rival(self) -> BaselineResult | None:
        """The baseline that the conclusion is about; None without baselines."""
        return find_strongest(self.rivals) if self.rivals else None

    @property
    def reasons(self) -> list[Note]:
        """Why some of the intervals are only approximate."""
        all_figures = [self.figures, *(each.figures for each in self.rivals)]
        found = {each.approximate for figures in all_figures for each in figures.values()}
        return [note for key, note in REASONS.items() if key in found]

    @property
    def table(self) -> pd.DataFrame:
        """One row per model: the network, then the baselines.

        Columns: model, and per metric its value, "low" and "high" of its 95 % interval, and why it
        is "approximate", or "".
        """
        models = {NETWORK: self.figures} | {each.name: each.figures for each in self.rivals}
        return pd.DataFrame(
            [{"model": name, **spread_estimates(figures)} for name, figures in models.items()]
        )

    def __repr__(self) -> str:
        """Give the metrics with their intervals, and the conclusions."""
        metrics = ", ".join(
            f"{name} {format_metric(name, value)}"
            for name, value in self.figures.items()
            if name in METRICS
        )
        text = f"Evaluation({self.part}, {self.sequences} sequences: {metrics}; "
        return shorten_repr(text + f"{' '.join(self.notes)})")

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON; ``Evaluation.from_dict`` reads them."""
        plain = asdict(self)
        plain["notes"] = [note.to_plain() for note in self.notes]
        return plain

    @classmethod
    def from_dict(cls, plain: object) -> Evaluation:
        """Rebuild an evaluation from the output of ``to_dict``.

        Raises:
            ValueError: for any other values.
        """
        if isinstance(plain, dict):  # before there was a choice, all were of the bootstrap
            plain = {"method": "bootstrap"} | plain
        return EVALUATION_CHECK(plain, "the evaluation")


def name_baseline(name: str, main: str) -> Note:
    """Name a baseline, by the main metric of the evaluation."""
    return CONSTANT_NAMES[main] if name == CONSTANT else BASELINE_NAMES[name]


def find_strongest(baselines: Sequence[BaselineResult]) -> BaselineResult:
    """Find the strongest baseline.

    A baseline that is significantly better than the model comes first, then one that is at least as
    good, then one whose difference is not significant.
    """
    as_good = [baseline for baseline in baselines if baseline.ahead.value <= 0]
    winners = [baseline for baseline in as_good if baseline.ahead.excludes_zero]
    unsure = [baseline for baseline in baselines if not baseline.ahead.excludes_zero]
    return min(winners or as_good or unsure or baselines, key=lambda each: each.ahead.value)


def _estimate(plain: object, where: str) -> Estimate:
    """Check a metric with its interval."""
    fields = {"value": ANY_NUMBER, "low": LIMIT, "high": LIMIT}
    estimate = record(Estimate, fields, {"approximate": one_of("", *REASONS)})(plain, where)
    if (estimate.low is None) != (estimate.high is None):
        raise ValueError(f"{where} has one limit; use two, or none")
    return estimate


BY_METRIC = mapping_of(_estimate, len(METRICS) + 1, one_of(*METRICS, "mse"))
EVALUATION_CHECK = record(
    Evaluation,
    {
        "part": one_of("test", "validation", "training"),
        "sequences": integer(0, MAX_COUNT),
        "main": one_of(*MAIN_METRICS.values()),
        "figures": BY_METRIC,
        "rivals": list_of(
            record(
                BaselineResult,
                {"name": one_of(*BASELINE_NAMES), "figures": BY_METRIC, "ahead": _estimate},
            ),
            len(BASELINE_NAMES),
        ),
        "copies": integer(0, MAX_COUNT),
        "copied": text(),
        "pictures": record(
            PlotData,
            {},
            {
                "points": unconverted(list_of(ROW_OF_NUMBERS, MAX_POINTS)),
                "classes": unconverted(list_of(text(), MAX_CLASSES)),
                "confusion": unconverted(list_of(ROW_OF_NUMBERS, MAX_CLASSES)),
                "class_counts": unconverted(list_of(ROW_OF_NUMBERS, MAX_CLASSES)),
                "confidence": unconverted(list_of(ROW_OF_NUMBERS, BINS)),
            },
        ),
        "notes": list_of(as_note, MAX_NOTES),
        "method": one_of(*METHODS),
    },
)


def evaluate_predictions(
    data: Sequences,
    recipe: Recipe,
    part: str,
    rows: Sequences,
    predictions: np.ndarray,
    classes: np.ndarray | None,
) -> Evaluation:
    """Evaluate the predictions of a model and compare it with baselines.

    Args:
        data: the data that the model was trained on, the evaluated rows included.
        recipe: the recipe that the model was trained by.
        part: "test", "validation" or "training", the part of the data that ``rows`` are.
        rows: n sequences.
        predictions: (n,) numbers or (n, k) probabilities; for per-step targets (total steps,) or
            (total steps, k), NaN at steps that the network does not see.
        classes: (k,) labels in the order of the probabilities; None for regression.
    """
    predicted = has_prediction(predictions)
    truth, clusters = rows.require_targets()[predicted], assign_clusters(rows, predicted)
    count, dependence = int(clusters.max()) + 1, find_dependence(rows)

    def build(values: np.ndarray) -> Statistic:
        return make_statistic(truth, values[predicted], classes)

    main = MAIN_METRICS[recipe.task]
    statistic = build(predictions)
    metrics = estimate_metrics(statistic, clusters, dependence=dependence)
    lengths = np.repeat(rows.lengths, rows.lengths) if rows.per_step else rows.lengths
    plot_data = compute_plot_data(truth, predictions[predicted], lengths[predicted], classes)
    if part == "training":
        return Evaluation(part, len(rows), main, metrics, pictures=plot_data)
    training_rows, validation_rows = split_rows(data, recipe)
    training = data[training_rows]
    baselines = []
    for baseline in fit_baselines(training, rows, recipe.task, classes):
        theirs = build(baseline.predictions)
        pair = (theirs, statistic) if main == "rmse" else (statistic, theirs)
        baselines.append(
            BaselineResult(
                baseline.name,
                estimate_metrics(theirs, clusters, dependence=dependence),
                estimate_difference(*pair, clusters, main, dependence),
            )
        )
    seen = np.concatenate([training_rows, validation_rows]) if part == "test" else training_rows
    copies = _find_copies(data[seen], rows)
    return Evaluation(
        part=part,
        sequences=len(rows),
        main=main,
        figures=metrics,
        rivals=tuple(baselines),
        copies=len(copies),
        copied=str(rows.ids[copies[0]]) if copies else "",
        pictures=plot_data,
        notes=tuple(
            _conclude(main, metrics, baselines, count, rows.groups is not None and not dependence)
        ),
    )


def _find_copies(seen: Sequences, rows: Sequences) -> list[int]:
    """Return the numbers of the rows whose values equal those of a sequence in ``seen``."""
    known = {seen[i].tobytes() for i in range(len(seen))}
    return [i for i in range(len(rows)) if rows[i].tobytes() in known]


def _conclude(
    main: str,
    metrics: dict[str, Estimate],
    baselines: list[BaselineResult],
    count: int,
    has_groups: bool,
) -> Iterator[Note]:
    """Compare the model with its strongest baseline, and warn if lengths predict the target."""
    by_name = {baseline.name: baseline for baseline in baselines}
    best = find_strongest(baselines)
    values: dict[str, str] = {"figure": METRIC_NAMES[main], "model": name_baseline(best.name, main)}
    values |= {"ours": format_main(main, metrics), "theirs": format_main(main, best.figures)}
    if best.ahead.value <= 0 and best.ahead.excludes_zero:
        yield Note(
            "A baseline is better than this network: {figure} {theirs} against {ours} ({model}).",
            **values,
        )
    elif best.ahead.value <= 0:
        yield Note(
            "This network is not better than a baseline: {figure} {ours} against {theirs} "
            "({model}).",
            **values,
        )
    elif not best.ahead.excludes_zero:
        too_few = Note(
            "{count} evaluation sequences are too few to tell whether this network beats a "
            "baseline: {figure} {ours} against {theirs} ({model}).",
            count=count,
            **values,
        )
        if has_groups:
            too_few = Note(
                "{count} evaluation groups are too few to tell whether this network beats a "
                "baseline: {figure} {ours} against {theirs} ({model}).",
                count=count,
                **values,
            )
        yield too_few
    else:
        yield Note(
            "This network is better than every baseline: {figure} {ours} against {theirs} "
            "({model}).",
            **values,
        )
    length = by_name.get(LENGTH)
    if length is not None and _is_better(main, length, by_name[CONSTANT]):
        yield Note(
            "The length of a sequence alone predicts the target: {figure} {theirs}, against "
            "{constant} without it. Make sure that lengths mean the same in new data.",
            figure=values["figure"],
            theirs=format_main(main, length.figures),
            constant=format_main(main, by_name[CONSTANT].figures),
        )


def _is_better(main: str, length: BaselineResult, constant: BaselineResult) -> bool:
    """Tell if the interval of "length" is better than "constant" by at least ``MIN_GAIN``."""
    ours, theirs = length.figures[main], constant.figures[main]
    if main == "rmse":
        return ours.high is not None and ours.high < (1 - MIN_GAIN) * theirs.value
    return ours.low is not None and 1 - ours.low < (1 - MIN_GAIN) * (1 - theirs.value)


def format_main(main: str, metrics: dict[str, Estimate]) -> str:
    """Format the main metric, for use in sentences."""
    return get_format(main).format(metrics[main].value)
