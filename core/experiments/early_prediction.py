"""``Early``: how early in a sequence the answer is as good as at its end. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..data.padding import erase
from ..data.sequences import Sequences, step_indices
from ..errors import DataError, Note
from ..evaluation.bootstrap import Figure, bootstrap, clusters_of, figure, statistic
from ..evaluation.report import FIGURES, MAIN
from ..fitted import FittedModel

SHARES = tuple(np.arange(1, 11) / 10)
MAX_SEQUENCES = 5000  # drawn once for all, of more


@dataclass(frozen=True)
class Early:
    """main    "rmse" or "accuracy"
    shares     of each sequence's steps that the network saw, rounded up, the last one 1
    figures    the main figure at each of them
    enough     the first share from which on nothing tells the answers from those at the end: the
               interval of the difference, drawn in pairs, holds 0 or lies on the better side
    sequences  measured on
    """

    main: str
    shares: tuple[float, ...]
    figures: tuple[Figure, ...]
    enough: float
    sequences: int

    @property
    def note(self) -> Note:
        """What follows, in words."""
        shown = {"figure": FIGURES[self.main]}
        form = "{:.4g}" if self.main == "rmse" else "{:.1%}"
        shown["whole"] = form.format(self.figures[-1].value)
        if self.enough == 1:
            return Note(
                "The answers get better to the very end of the sequences: {figure} {whole} there, "
                "{before} after nine tenths.",
                before=form.format(self.figures[-2].value),
                **shown,
            )
        return Note(
            "From {share} of a sequence on, the answers cannot be told from those after all of it: "
            "{figure} {there} there, {whole} at the end.",
            share=f"{self.enough:.0%}",
            there=form.format(self.figures[self.shares.index(self.enough)].value),
            **shown,
        )


def early(
    model: FittedModel, data: Sequences, on_progress: Callable[[float], None] | None = None
) -> Early:
    """Ask a model about growing beginnings of sequences whose targets are known; of those marked
    test, where some are.

    on_progress: called with the share that is done, 0 to 1. Raises DataError for data without
    targets, and for a model that answers at every step.
    """
    if data.targets is None:
        raise DataError("This data has no targets, so predictions cannot be compared to it.")
    if model.recipe.return_sequences or data.per_step:
        raise DataError(
            "The model answers at every step, and so early that there is nothing to find out here."
        )
    if data.split is not None and (data.split == "test").any():
        data = data[data.split == "test"]
    if model.recipe.mask == "value":  # what it erases has no part in any beginning
        data = erase(data, model.recipe.mask_value)
    if len(data) > MAX_SEQUENCES:
        rng = np.random.default_rng(0)
        data = data[np.sort(rng.choice(len(data), MAX_SEQUENCES, replace=False))]
    classes, main = model.classes, MAIN[model.recipe.task]
    clusters = clusters_of(data)
    count = int(clusters.max()) + 1
    figures, drawn = [], []
    for number, share in enumerate(SHARES):
        outputs = model.outputs(beginnings(data, share))
        answers = model.preprocessing.decode(outputs) if classes is None else outputs
        of_weights = statistic(data.targets, answers, classes)
        drawn.append(bootstrap(of_weights, clusters)[main])
        value = of_weights(np.ones(len(data)))[main]
        figures.append(figure(value, drawn[-1], count))
        if on_progress is not None:
            on_progress((number + 1) / len(SHARES))
    sign = 1 if main == "rmse" else -1
    enough = 1.0
    for share, here, there in zip(SHARES[-2::-1], figures[-2::-1], drawn[-2::-1], strict=True):
        worse = figure(sign * (here.value - figures[-1].value), sign * (there - drawn[-1]), count)
        if worse.low is None or worse.low > 0:
            break
        enough = float(share)
    return Early(main, tuple(map(float, SHARES)), tuple(figures), enough, len(data))


def beginnings(data: Sequences, share: float) -> Sequences:
    """The first steps of each sequence: this share of them, rounded up."""
    # 0.3 × 10 is a little more than 3, and no step more is meant
    lengths = np.maximum(np.ceil(np.round(data.lengths * share, 9)), 1).astype(np.int64)
    return data.take_steps(step_indices(data.offsets[:-1], lengths), lengths)
