"""``Evaluation``: what a model is worth on sequences it has not seen, beside simple models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ..data.sequences import Sequences
from ..errors import Note, as_note
from ..json_validation import (
    MAX_COUNT,
    as_it_is,
    by_name,
    many,
    number,
    one_of,
    optional,
    record,
    text,
    whole,
)
from ..preprocessing.splits import training_and_validation
from ..recipe.recipe import Recipe
from .baselines import CONSTANT, LENGTH, baselines
from .bootstrap import Figure, Statistic, answered_by, bootstrap, clusters_of, figure, statistic
from .metric_formats import METRICS
from .plot_data import BINS, MAX_CLASSES, MAX_POINTS, pictures

MAIN = {"regression": "rmse", "classification": "accuracy"}
RELEVANT = 0.1  # of the constant's error: less is not worth a warning about lengths
NAMES = {
    "constant": Note("the mean, or the commonest class"),
    "length": Note("the length alone"),
    "last": Note("a linear model on the last step"),
    "linear": Note("a linear model on summaries"),
}
FIGURES = {"rmse": Note("RMSE"), "accuracy": Note("accuracy")}  # the main ones, in a sentence
ANY_NUMBER = number(finite=False)  # of a network that answers anything
ROW_OF_NUMBERS = many(ANY_NUMBER, MAX_CLASSES)
LIMIT = optional(ANY_NUMBER)


def _figure(plain: Any, where: str) -> Figure:
    """A check of a figure of merit."""
    made = Figure(**record({"value": ANY_NUMBER, "low": LIMIT, "high": LIMIT})(plain, where))
    if (made.low is None) != (made.high is None):
        raise ValueError(f"{where} has one limit; use two, or none")
    return made


BY_METRIC = by_name(_figure, len(METRICS) + 1, one_of(*METRICS, "mse"))
PLAIN = record(
    {
        "part": one_of("test", "validation", "training"),
        "sequences": whole(0, MAX_COUNT),
        "main": one_of(*MAIN.values()),
        "figures": BY_METRIC,
        "rivals": many(
            record({"name": one_of(*NAMES), "figures": BY_METRIC, "ahead": _figure}), len(NAMES)
        ),
        "copies": whole(0, MAX_COUNT),
        "copied": text(),
        "pictures": record(
            {},
            {
                "points": as_it_is(many(ROW_OF_NUMBERS, MAX_POINTS)),
                "classes": as_it_is(many(text(), MAX_CLASSES)),
                "confusion": as_it_is(many(ROW_OF_NUMBERS, MAX_CLASSES)),
                "confidence": as_it_is(many(ROW_OF_NUMBERS, BINS)),
            },
        ),
        "notes": many(as_note, 20),
    }
)


@dataclass(frozen=True)
class Rival:
    """A baseline on the same rows. ahead: by how much the model is better in the main figure,
    drawn in pairs; above zero where it is."""

    name: str
    figures: dict[str, Figure]
    ahead: Figure


@dataclass(frozen=True)
class Evaluation:
    """part        of the data: "test", "validation" or "training"
    sequences   in it
    main        the figure that models are compared by: "rmse" or "accuracy"
    figures     of the model, by name
    rivals      the baselines; none on training rows, which say nothing about other ones
    copies      sequences of the part that training saw too, value for value
    copied      the id of one of them
    pictures    what its pictures show: see ``core.evaluation.plot_data``
    notes       what follows, in words
    """

    part: str
    sequences: int
    main: str
    figures: dict[str, Figure]
    rivals: tuple[Rival, ...] = ()
    copies: int = 0
    copied: str = ""
    pictures: dict[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        plain = asdict(self)
        plain["notes"] = [note.to_plain() for note in self.notes]
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Evaluation:
        """From ``to_dict``'s values; raises ValueError for others."""
        made = PLAIN(plain, "the evaluation")
        return cls(**made | {"rivals": tuple(Rival(**each) for each in made["rivals"])})


def judge(
    data: Sequences,
    recipe: Recipe,
    part: str,
    rows: Sequences,
    answers: np.ndarray,
    classes: np.ndarray | None,
) -> Evaluation:
    """Of a model that was trained on ``data`` by the recipe.

    part     what the rows are of the data: "test", "validation" or "training"
    answers  of the model about the rows: (n,) numbers or (n, k) probabilities; of targets a step
             (total steps,) or (total steps, k), NaN where it did not look
    classes  (k,) the labels in the order of the probabilities; None for regression
    """
    answered = answered_by(answers)
    truth, clusters = rows.targets[answered], clusters_of(rows, answered)
    count = int(clusters.max()) + 1

    def of(found: np.ndarray) -> Statistic:
        return statistic(truth, found[answered], classes)

    main = MAIN[recipe.task]
    ours = of(answers)
    even = np.ones(len(truth))
    drawn = bootstrap(ours, clusters)
    figures = {name: figure(value, drawn[name], count) for name, value in ours(even).items()}
    figures = {name: each for name, each in figures.items() if np.isfinite(each.value)}
    lengths = np.repeat(rows.lengths, rows.lengths) if rows.per_step else rows.lengths
    shown = pictures(truth, answers[answered], lengths[answered], classes)
    if part == "training":
        return Evaluation(part, len(rows), main, figures, pictures=shown)
    learned, watched = training_and_validation(data, recipe)
    training = data[learned]
    rivals = []
    for baseline in baselines(training, rows, recipe.task, classes):
        theirs = of(baseline.answers)
        values, theirs_drawn = theirs(even), bootstrap(theirs, clusters)
        sign = -1 if main == "rmse" else 1
        ahead = sign * (drawn[main] - theirs_drawn[main])
        rivals.append(
            Rival(
                baseline.name,
                {
                    name: figure(value, theirs_drawn[name], count)
                    for name, value in values.items()
                    if np.isfinite(value)
                },
                figure(sign * (figures[main].value - values[main]), ahead, count),
            )
        )
    seen = np.concatenate([learned, watched]) if part == "test" else learned
    copies = _copies(data[seen], rows)
    return Evaluation(
        part=part,
        sequences=len(rows),
        main=main,
        figures=figures,
        rivals=tuple(rivals),
        copies=len(copies),
        copied=str(rows.ids[copies[0]]) if copies else "",
        pictures=shown,
        notes=tuple(_notes(main, figures, rivals, count)),
    )


def _copies(seen: Sequences, rows: Sequences) -> list[int]:
    """The numbers of the rows whose values are those of a sequence that training saw."""
    known = {seen[i].tobytes() for i in range(len(seen))}
    return [i for i in range(len(rows)) if rows[i].tobytes() in known]


def _notes(
    main: str, figures: dict[str, Figure], rivals: list[Rival], count: int
) -> Iterator[Note]:
    """What follows, in words."""
    known = {rival.name: rival for rival in rivals}
    unsure = [rival for rival in rivals if not rival.ahead.leaves_zero_out]
    best = min(unsure or rivals, key=lambda rival: rival.ahead.value)
    if (ahead := min(rivals, key=lambda rival: rival.ahead.value)).ahead.value <= 0:
        best = ahead
    shown = {"figure": FIGURES[main]}
    shown |= {"ours": _shown(main, figures), "theirs": _shown(main, best.figures)}
    if best.ahead.value <= 0:
        yield Note(
            "The network is no better than {model}: {figure} {ours} against {theirs}.",
            model=NAMES[best.name],
            **shown,
        )
    elif not best.ahead.leaves_zero_out:
        yield Note(
            "Whether the network is better than {model} cannot be told with {count} to measure "
            "on: {figure} {ours} against {theirs}.",
            model=NAMES[best.name],
            count=count,
            **shown,
        )
    else:
        yield Note(
            "The network is better than every simple model; the best of them is {model}: "
            "{figure} {ours} against {theirs}.",
            model=NAMES[best.name],
            **shown,
        )
    length = known.get(LENGTH)
    if length is not None and _tells(main, length, known[CONSTANT]):
        yield Note(
            "The length of a sequence alone tells much about its target: {figure} {theirs}, "
            "against {constant} without it. Make sure that lengths will mean the same in new data, "
            "and do not come from how the data was collected.",
            figure=shown["figure"],
            theirs=_shown(main, length.figures),
            constant=_shown(main, known[CONSTANT].figures),
        )


def _tells(main: str, length: Rival, constant: Rival) -> bool:
    """Beyond what chance does to either."""
    ours, theirs = length.figures[main], constant.figures[main]
    if main == "rmse":
        return ours.high is not None and ours.high < (1 - RELEVANT) * theirs.value
    return ours.low is not None and 1 - ours.low < (1 - RELEVANT) * (1 - theirs.value)


def _shown(main: str, figures: dict[str, Figure]) -> str:
    value = figures[main].value
    return f"{value:.1%}" if main == "accuracy" else f"{value:.3g}"
