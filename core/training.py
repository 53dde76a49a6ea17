"""The training loop. Needs TensorFlow.

Padding appears only in the engine's graph, batch by batch, behind the real steps and as short
as each group of rows allows, whatever padding the user chose to look at: padded steps are
inert, so this is exact, and it leaves out most of the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from core import engine
from core.batching import Plan, epoch_plan
from core.engine import Data, Engine, Kind
from core.errors import DataError
from core.evaluation.splits import training_and_validation
from core.model import TrainedModel
from core.network import build_network
from core.pace import Pace
from core.preprocessing import Preprocessing
from core.progress import History, Progress
from core.recipe import Recipe
from core.sequences import Sequences, require_sequences

REPORT_SECONDS = 0.2  # five reports a second; one costs well under a millisecond

OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def train(
    data: Sequences,
    recipe: Recipe,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> TrainedModel:
    """Train the recipe's network on the data's training rows.

    Rows whose split says *test* are never used. ``on_progress`` is called with a
    ``Progress`` about five times a second and once at the end; ``should_stop`` is asked
    about ten times a second, and when it answers True the model is returned as far as it
    has learned. The same data, recipe and machine give the same weights.

    Raises DataError when the data cannot be trained on: no targets, targets that do not
    fit the task, one class only, or a loss that stops being finite.
    """
    require_sequences(data)
    labels = _labels(data, recipe)
    training_rows, validation_rows = training_and_validation(data, recipe)
    training, validation = data[training_rows], data[validation_rows]
    if recipe.task == "classification":
        labels = np.unique(np.concatenate([labels[training_rows], labels[validation_rows]]))
        if len(labels) < 2:
            raise DataError(
                "Every training sequence has the class {label}. A classifier needs at least two.",
                label=labels[0],
            )
    preprocessing = Preprocessing.fit(training, recipe, labels)
    outputs = 1 if labels is None else len(labels)
    network = build_network(recipe, data.features, outputs)
    groups = engine.group_count()
    with engine.engine_for(Kind.of(recipe, data.features, outputs, groups)) as compiled:
        compiled.begin(network.get_weights())
        loop = _Loop(compiled, preprocessing, training, validation, on_progress, should_stop)
        stopped = loop.run()
        network.set_weights(loop.weights)
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        history=loop.history,
        notes=preprocessing.notes(training),
        stopped=stopped,
        best_epoch=loop.best_epoch,
        computed=engine.described(recipe, data.features, groups),
    )


class _Stopped(Exception):
    """``should_stop`` answered True, after so many batches of the epoch were learned from."""

    def __init__(self, batches: int) -> None:
        self.batches = batches


class _Loop:
    """One training: epochs, validation, early stopping, reports."""

    def __init__(
        self,
        compiled: Engine,
        preprocessing: Preprocessing,
        training: Sequences,
        validation: Sequences,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self.compiled = compiled
        self.recipe: Recipe = preprocessing.recipe
        self.unit = preprocessing.loss_unit

        def data(part: Sequences) -> Data:
            targets = preprocessing.encode(part.targets)
            return Data(preprocessing.prepare(part), targets)

        self.training = data(training)
        self.validation = data(validation) if len(validation) else None
        if self.validation is not None:
            self.validation_plan = compiled.forward_plan(self.validation.lengths)
        self.on_progress = on_progress or (lambda progress: None)
        self.should_stop = should_stop or (lambda: False)
        self.history: History = {}
        self.best_epoch: int | None = None
        self.batches = -(-len(training) // self.recipe.batch_size)
        self.paces: dict[str, Pace] = {}  # learning and validating have their own

    def run(self) -> bool:
        """Train to the last epoch, or to an early stop. True when ``should_stop`` ended it."""
        self.compiled.compile(judge=self.validation is not None)
        # The clock starts here: compiling says nothing about the pace of what follows.
        self.started = self.reported = time.perf_counter()
        best, self.weights, stopped, learned = np.inf, None, False, 0
        try:
            for epoch in range(self.recipe.epochs):
                began = time.perf_counter()
                figures = self._train_epoch(epoch) | self._validate(epoch)
                figures["seconds"] = time.perf_counter() - began
                for name, figure in figures.items():
                    self.history.setdefault(name, []).append(figure)
                if self.recipe.patience is None:
                    continue
                watched = figures.get("val_loss", figures["loss"])
                if watched < best:
                    best, self.weights = watched, self.compiled.network.get_weights()
                    self.best_epoch = epoch + 1
                elif epoch + 1 - self.best_epoch >= self.recipe.patience:
                    break
        except _Stopped as stop:
            stopped, learned = True, stop.batches
        if self.weights is None:
            self.weights = self.compiled.network.get_weights()
        self._report(self._finished_epochs, learned)
        return stopped

    @property
    def _finished_epochs(self) -> int:
        return len(self.history.get("loss", ()))

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        # The order of an epoch is a function of (seed, epoch) and of nothing that came before.
        rng = np.random.default_rng([self.recipe.seed, epoch])
        groups = self.compiled.kind.learning_groups
        plan = epoch_plan(self.training.lengths, self.recipe.batch_size, groups, rng)

        def learn(*part) -> np.ndarray:
            rate, seed = self.recipe.learning_rate, self.recipe.seed
            return self.compiled.learn(self.training, plan, *part, rate, seed, epoch)

        return self._pass(learn, plan, self.training, epoch, "")

    def _validate(self, epoch: int) -> dict[str, float]:
        if self.validation is None:
            return {}

        def judge(*part) -> np.ndarray:
            return self.compiled.judge(self.validation, self.validation_plan, *part)

        return self._pass(judge, self.validation_plan, self.validation, epoch, "val_")

    def _pass(
        self, call: Callable, plan: Plan, data: Data, epoch: int, prefix: str
    ) -> dict[str, float]:
        """Once over the plan's batches; mean loss and, for classes, accuracy."""
        sums = np.zeros(2)
        pace = self.paces.setdefault(prefix, Pace())
        for first, last in pace.calls(plan):
            if self.should_stop():
                raise _Stopped(self.batches if prefix else first)
            sums = call(first, last, sums)
            if time.perf_counter() - self.reported >= REPORT_SECONDS:
                self._report(epoch, self.batches if prefix else last)
        loss_mean, share_right = sums / len(data.lengths) * (self.unit, 1)
        if not np.isfinite(loss_mean):
            raise DataError(
                "The loss stopped being a finite number in epoch {epoch}. Use a smaller learning "
                "rate than {learning_rate}, or standardize the data.",
                epoch=epoch + 1,
                learning_rate=self.recipe.learning_rate,
            )
        figures = {f"{prefix}loss": float(loss_mean)}
        if self.recipe.task == "classification":
            figures[f"{prefix}accuracy"] = float(share_right)
        return figures

    def _report(self, epoch: int, batch: int) -> None:
        self.reported = time.perf_counter()
        self.on_progress(
            Progress(
                epoch=epoch,
                epochs=self.recipe.epochs,
                batch=batch,
                batches=self.batches,
                sequences=len(self.training.lengths),
                history={name: list(figures) for name, figures in self.history.items()},
                seconds=self.reported - self.started,
            )
        )


def _labels(data: Sequences, recipe: Recipe) -> np.ndarray | None:
    """Check that the targets fit the task; the labels for classification, else None."""
    if data.targets is None:
        raise DataError(
            "This data has no targets, so there is nothing to learn. Choose a target column."
        )
    if recipe.task == "classification":
        if data.targets.dtype.kind == "f":
            raise DataError(
                "The targets are numbers with decimals (such as {found}), not classes. Choose "
                "regression.",
                found=float(data.targets[0]),
            )
        return data.targets
    if data.targets.dtype.kind == "O":
        raise DataError(
            "The targets are words (such as {found!r}), not numbers. Choose classification.",
            found=data.targets[0],
        )
    return None
