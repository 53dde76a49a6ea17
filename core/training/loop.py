"""The training loop. Needs TensorFlow.

Padding appears only in the engine's graph, batch by batch, behind the real steps and as short
as each group of rows allows, whatever padding the user chose to look at: padded steps are
inert, so this is exact, and it leaves out most of the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from ..data.sequences import Sequences, require_sequences
from ..data.summary import Facts
from ..engine import compiled as engine
from ..engine.batching import Plan, epoch_plan
from ..engine.chunking import Pace
from ..engine.compiled import Data, Engine, Kind
from ..engine.progress import History, Progress
from ..errors import DataError, Note
from ..network.keras_network import build_network
from ..preprocessing.splits import too_few, training_and_validation
from ..preprocessing.transform import Preprocessing
from ..reading.to_csv import example, schema_for
from ..recipe.recipe import Recipe
from ..recipe.schedules import rate
from ..trained_model import TrainedModel
from .checkpoint import Best, Checkpoint

REPORT_SECONDS = 0.2  # five reports a second; one costs well under a millisecond
CHECKPOINT_SECONDS = 3.0  # what a kill may cost …
CHECKPOINT_SHARE = 0.05  # … and keeping it, of the time of a large network's training

OnCheckpoint = Callable[[Checkpoint], None]
OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


def train(
    data: Sequences,
    recipe: Recipe,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
    *,
    resume: Checkpoint | None = None,
    on_checkpoint: OnCheckpoint | None = None,
) -> TrainedModel:
    """Train the recipe's network on the data's training rows.

    Rows whose split says *test* are never used. ``on_progress`` is called with a
    ``Progress`` about five times a second and once at the end; ``should_stop`` is asked
    about ten times a second, and when it answers True the model is returned as far as it
    has learned. The same data, recipe and machine give the same weights.

    ``on_checkpoint`` is called with a ``Checkpoint`` every few seconds and at the end. A training
    of the same data that is given it as ``resume`` goes on from there and ends bit-identical. With
    more epochs it is one that was asked for more at first; ``Checkpoint.anew`` lets patience count
    from there, without which a training that has run out of it ends at once.

    Raises DataError when the data cannot be trained on: no targets, targets that do not
    fit the task, one class only, or a loss that stops being finite; ValueError when ``resume``
    is of another recipe or other data.
    """
    require_sequences(data)
    _refuse_targets(data, recipe)
    labels = None
    training_rows, validation_rows = training_and_validation(data, recipe)
    training, validation = data[training_rows], data[validation_rows]
    if recipe.task == "classification":
        labels = np.unique(np.concatenate([training.targets, validation.targets]))
        if len(labels) < 2:
            raise DataError(
                "Every training sequence has the class {label}. A classifier needs at least two.",
                label=labels[0],
            )
    preprocessing = Preprocessing.fit(training, recipe, labels)
    outputs = 1 if labels is None else len(labels)
    network = build_network(recipe, data.features, outputs)
    notes = preprocessing.notes(training)
    notes += too_few(data, recipe, training_rows, validation_rows)
    groups = engine.group_count()
    if resume is not None:
        resume.refuse_other(recipe, preprocessing.to_dict())
        groups = resume.groups
    with engine.engine_for(Kind.of(recipe, data.features, outputs, groups)) as compiled:
        loop = _Loop(compiled, preprocessing, training, validation, on_progress, should_stop)
        if on_checkpoint is not None:
            loop.on_checkpoint, loop.notes = on_checkpoint, tuple(notes)
        if resume is None:
            compiled.begin(network.get_weights())
        else:
            compiled.go_on(resume.weights, resume.slots, resume.updates)
            loop.go_on(resume)
        if recipe.class_weight == "balanced":
            compiled.weigh(balanced(preprocessing.encode(training), outputs))
        stopped = loop.run()
        network.set_weights(loop.weights)
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        history=loop.history,
        notes=notes,
        stopped=stopped,
        best_epoch=None if loop.best is None else loop.best.epoch,
        computed=engine.described(recipe, data.features, groups),
        schema=data.schema,
        trained_on=data.digest(),
        facts=Facts.of(data, len(training), len(validation)),
        table=schema_for(data),
        example=example(data),
    )


def model_of(checkpoint: Checkpoint) -> TrainedModel:
    """The model as it stood at a checkpoint, as of a training that was stopped there."""
    recipe = checkpoint.recipe
    preprocessing = Preprocessing.from_dict(recipe, checkpoint.preprocessing)
    features, classes = len(preprocessing.feature_names), preprocessing.classes
    network = build_network(recipe, features, 1 if classes is None else len(classes))
    best = checkpoint.best
    network.set_weights(checkpoint.weights if best is None else best.weights)
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        history=checkpoint.history,
        notes=list(checkpoint.notes),
        stopped=True,
        best_epoch=None if best is None else best.epoch,
        computed=engine.described(recipe, features, checkpoint.groups),
    )


def balanced(targets: np.ndarray, classes: int) -> np.ndarray:
    """(classes,) what a target of each class weighs, n / (classes × those of the class), as
    scikit-learn has it; 0 for a class that is not among targets (n,), numbers from 0, or -1 for
    none."""
    counts = np.bincount(targets[targets >= 0], minlength=classes)
    return np.where(counts > 0, counts.sum() / (classes * np.maximum(counts, 1)), 0.0)


class _Stopped(Exception):
    """``should_stop`` answered True."""


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
            return Data(preprocessing.prepare(part), preprocessing.encode(part))

        self.training = data(training)
        self.validation = data(validation) if len(validation) else None
        if self.validation is not None:
            self.validation_plan = compiled.forward_plan(self.validation.lengths)
        self.on_progress = on_progress or (lambda progress: None)
        self.should_stop = should_stop or (lambda: False)
        self.preprocessing = preprocessing
        self.history: History = {}
        self.best: Best | None = None
        self.patience_from = 0
        self.batches = -(-len(training) // self.recipe.batch_size)
        self.paces: dict[str, Pace] = {}  # learning and validating have their own
        # What was learned from: so many epochs, so many batches of the next, and their sums.
        self.position = (0, 0, np.zeros(3))
        self.before = 0.0  # seconds, in trainings this one goes on from
        self.on_checkpoint: OnCheckpoint | None = None
        self.notes: tuple[Note, ...] = ()

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Begin where the checkpoint is; the compiled network has its weights already."""
        self.history = {name: list(figures) for name, figures in checkpoint.history.items()}
        self.position = (checkpoint.epoch, checkpoint.batch, checkpoint.sums)
        self.before, self.best = checkpoint.seconds, checkpoint.best
        self.patience_from = checkpoint.patience_from

    def run(self) -> bool:
        """Train to the last epoch, or to an early stop. True when ``should_stop`` ended it."""
        self.started = self.reported = self.kept = time.perf_counter()
        stopped = False
        try:
            self._obey()
            self.compiled.compile(judge=self.validation is not None)
            # The clock starts here: compiling says nothing about the pace of what follows.
            self.started = self.reported = self.kept = time.perf_counter()
            self.keep_after = CHECKPOINT_SECONDS
            for epoch in range(self.position[0], self.recipe.epochs):
                if self._is_patience_over(epoch):
                    break
                began = time.perf_counter()
                figures = self._train_epoch(epoch) | self._validate(epoch)
                figures["seconds"] = time.perf_counter() - began
                for name, figure in figures.items():
                    self.history.setdefault(name, []).append(figure)
                self.position = (epoch + 1, 0, np.zeros(3))
                self._note_best(epoch + 1, figures.get("val_loss", figures["loss"]))
        except _Stopped:
            stopped = True
        best = None if self.recipe.patience is None else self.best
        self.weights = self.compiled.network.get_weights() if best is None else best.weights
        self._report(self._finished_epochs, self.position[1] if stopped else 0)
        if self.on_checkpoint is not None:
            self.on_checkpoint(self._checkpoint())
        return stopped

    @property
    def _finished_epochs(self) -> int:
        return len(self.history.get("loss", ()))

    def _note_best(self, epoch: int, loss: float) -> None:
        patient = self.recipe.patience is not None
        if patient and (self.best is None or loss < self.best.loss):
            self.best = Best(epoch, loss, self.compiled.network.get_weights())

    def _is_patience_over(self, epochs: int) -> bool:
        """Whether, after so many epochs, too many went by without a better one."""
        if self.recipe.patience is None or self.best is None:
            return False
        return epochs - max(self.best.epoch, self.patience_from) >= self.recipe.patience

    def _obey(self) -> None:
        if self.should_stop():
            raise _Stopped

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        # The order of an epoch is a function of (seed, epoch) and of nothing that came before.
        rng = np.random.default_rng([self.recipe.seed, epoch])
        groups = self.compiled.kind.learning_groups
        plan = epoch_plan(self.training.lengths, self.recipe.batch_size, groups, rng)

        watched = self.history.get("loss" if self.validation is None else "val_loss", [])
        now = rate(self.recipe, watched)

        def learn(first: int, last: int, sums: np.ndarray) -> np.ndarray:
            part = (first, last, sums, now, self.recipe.seed, epoch)
            sums = self.compiled.learn(self.training, plan, *part)
            self.position = (epoch, last, sums)
            return sums

        return self._pass(learn, plan, epoch, "", *self.position[1:])

    def _validate(self, epoch: int) -> dict[str, float]:
        if self.validation is None:
            return {}

        def judge(*part) -> np.ndarray:
            return self.compiled.judge(self.validation, self.validation_plan, *part)

        return self._pass(judge, self.validation_plan, epoch, "val_")

    def _pass(
        self,
        call: Callable,
        plan: Plan,
        epoch: int,
        prefix: str,
        done: int = 0,
        sums: np.ndarray | None = None,
    ) -> dict[str, float]:
        """Once over the plan's batches, of which so many are ``done``, with these ``sums``; mean
        loss and, for classes, accuracy."""
        sums = np.zeros(3) if sums is None else sums
        pace = self.paces.setdefault(prefix, Pace())
        for first, last in pace.calls(plan, done):
            self._obey()
            sums = call(first, last, sums)
            now = time.perf_counter()
            if now - self.reported >= REPORT_SECONDS:
                self._report(epoch, self.position[1])
            if self.on_checkpoint is not None and now - self.kept >= self.keep_after:
                self._keep()
        loss_mean, share_right = sums[:2] / max(sums[2], 1) * (self.unit, 1)
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

    def _keep(self) -> None:
        began = time.perf_counter()
        self.on_checkpoint(self._checkpoint())
        self.kept = time.perf_counter()
        self.keep_after = max(CHECKPOINT_SECONDS, (self.kept - began) / CHECKPOINT_SHARE)

    def _checkpoint(self) -> Checkpoint:
        """Shares no array that the training still changes: somebody else stores it meanwhile."""
        epoch, batch, sums = self.position
        return Checkpoint(
            recipe=self.recipe,
            preprocessing=self.preprocessing.to_dict(),
            groups=self.compiled.kind.groups,
            epoch=epoch,
            batch=batch,
            sums=sums,
            best=self.best,
            patience_from=self.patience_from,
            history={name: list(figures) for name, figures in self.history.items()},
            seconds=self._seconds(),
            batches=self.batches,
            sequences=len(self.training.lengths),
            notes=self.notes,
            **self.compiled.state(),
        )

    def _seconds(self) -> float:
        return self.before + time.perf_counter() - self.started

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
                seconds=self._seconds(),
            )
        )


def _refuse_targets(data: Sequences, recipe: Recipe) -> None:
    """Raises DataError for targets that do not fit the recipe."""
    if data.targets is None:
        raise DataError(
            "This data has no targets, so there is nothing to learn. Choose a target column."
        )
    if data.per_step != recipe.return_sequences:
        raise DataError(
            "Every step has a target of its own, and the recipe's network answers once a "
            "sequence. Set return_sequences to True."
            if data.per_step
            else "Every sequence has one target, and the recipe's network answers at every step. "
            "Set return_sequences to False, or give targets one a step."
        )
    if recipe.task == "classification":
        if data.targets.dtype.kind == "f":
            raise DataError(
                "The targets are numbers with decimals (such as {found}), not classes. Choose "
                "regression.",
                found=float(data.targets[0]),
            )
    elif data.targets.dtype.kind == "O":
        raise DataError(
            "The targets are words (such as {found!r}), not numbers. Choose classification.",
            found=data.targets[0],
        )
