"""Fitting by gradient descent: epochs, validation, early stopping, checkpoints. Needs TensorFlow.

Padding appears only in the engine's graph, batch by batch, after the real steps and as short as
each group of rows allows, whatever padding the user chose to look at. Padded steps are inert, so
this is exact, and it avoids most of the computation.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import keras
import numpy as np
import numpy.typing as npt

from ...engine.batching import (
    NOISES,
    PLAN_VERSION,
    Plan,
    choose_noise,
    plan_epoch,
    summarize_targets,
)
from ...engine.checkpoint import BestEpoch, Checkpoint, CheckpointTimer
from ...engine.chunking import CallPacer
from ...engine.class_weights import compute_class_weights
from ...engine.compiled import Engine, RaggedTensors, borrow_engine
from ...engine.progress import History, Progress
from ...engine.spec import EngineSpec, count_groups, describe_computation
from ...errors import DataError, Note
from ...preprocessing.masking import MaskedSequences
from ...preprocessing.transform import Preprocessing
from ...recipe.recipe import Recipe
from ...recipe.schedules import compute_learning_rate
from ..network import Fit, OnCheckpoint, OnProgress, ShouldStop
from .keras_network import build_with_features, compute_features, get_body

Sums = npt.NDArray[np.float64]  # (3,), see ``Engine.train_batches``
REPORT_SECONDS = 0.2  # five reports per second; one costs well under a millisecond


def fit_network(
    preprocessing: Preprocessing,
    training: MaskedSequences,
    validation: MaskedSequences,
    *,
    on_progress: OnProgress | None,
    should_stop: ShouldStop | None,
    resume: Checkpoint | None,
    on_checkpoint: OnCheckpoint | None,
    notes: tuple[Note, ...],
) -> Fit:
    """Fit a network; see ``FamilyNetwork.fit``."""
    recipe = preprocessing.recipe
    network = build_with_features(recipe, preprocessing.shape)
    body = get_body(network)
    inputs, outputs = body.inputs[0].shape[-1], body.outputs[0].shape[-1]
    groups = count_groups() if resume is None else resume.groups
    spec = EngineSpec.from_recipe(recipe, inputs, outputs, groups)
    with borrow_engine(spec) as compiled:
        loop = _Loop(
            compiled, network, preprocessing, training, validation, on_progress, should_stop
        )
        if on_checkpoint is not None:
            loop.on_checkpoint, loop.notes = on_checkpoint, notes
        if resume is None or not resume.weights:
            compiled.set_weights(network.get_weights())
        else:
            compiled.restore(resume.weights, resume.slots, resume.updates)
        if resume is not None:
            loop.resume(resume)
        if recipe.class_weight == "balanced":
            targets = np.asarray(loop.training.targets)
            compiled.set_class_weights(compute_class_weights(targets, outputs))
        stopped = loop.run()
        network.set_weights(loop.weights)
    return Fit(
        network=network,
        history=loop.history,
        stopped=stopped,
        best_epoch=None if loop.best is None else loop.best.epoch,
        computed=describe_computation(recipe, inputs, groups),
    )


class _Stopped(Exception):
    """Raised inside the loop when ``should_stop`` returns True."""


class _Loop:
    """One training run: epochs, validation, early stopping, reports."""

    def __init__(
        self,
        compiled: Engine,
        network: keras.Model,
        preprocessing: Preprocessing,
        training: MaskedSequences,
        validation: MaskedSequences,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self.compiled = compiled
        self.recipe: Recipe = preprocessing.recipe
        self.unit = preprocessing.loss_unit

        def to_tensors(part: MaskedSequences) -> RaggedTensors:
            prepared = preprocessing.prepare(part)
            sequences = compute_features(network, prepared.sequences)
            return RaggedTensors(sequences, preprocessing.encode(prepared))

        self.training = to_tensors(training)
        self.noise: float | None = None  # not known before the first epoch
        self.validation = to_tensors(validation) if len(validation.original) else None
        if self.validation is not None:
            self.validation_plan = compiled.plan_forward(self.validation.lengths)
        self.on_progress = on_progress or (lambda progress: None)
        self.should_stop = should_stop or (lambda: False)
        self.preprocessing = preprocessing
        self.history: History = {}
        self.best: BestEpoch | None = None
        self.patience_from = 0
        self.plan_version = PLAN_VERSION
        self.batches = -(-len(training.original) // self.recipe.batch_size)
        self.pacers: dict[str, CallPacer] = {}  # training and validation have different speeds
        # Finished epochs, finished batches of the next epoch, and the sums of those batches.
        self.position: tuple[int, int, Sums] = (0, 0, np.zeros(3))
        self.previous_seconds = 0.0  # in the runs that this one resumes
        self.on_checkpoint: OnCheckpoint | None = None
        self.notes: tuple[Note, ...] = ()

    def resume(self, checkpoint: Checkpoint) -> None:
        """Continue from a checkpoint, whose weights the compiled network already has."""
        self.history = {name: list(values) for name, values in checkpoint.history.items()}
        self.position = (checkpoint.epoch, checkpoint.batch, checkpoint.sums)
        self.previous_seconds, self.best = checkpoint.seconds, checkpoint.best
        self.patience_from = checkpoint.patience_from
        self.plan_version = checkpoint.plan_version

    def run(self) -> bool:
        """Train to the last epoch or to an early stop.

        Returns:
            True if ``should_stop`` ended the run.
        """
        self.start_time = self.report_time = time.perf_counter()
        stopped = False
        try:
            self._check_stop()
            self.compiled.compile(evaluate=self.validation is not None)
            # The clock starts here: compilation says nothing about the speed of training.
            self.start_time = self.report_time = time.perf_counter()
            self.checkpoint_timer = CheckpointTimer()
            for epoch in range(self.position[0], self.recipe.epochs):
                if self._is_patience_over(epoch):
                    break
                start = time.perf_counter()
                metrics = self._train_epoch(epoch) | self._validate(epoch)
                metrics["seconds"] = time.perf_counter() - start
                for name, value in metrics.items():
                    self.history.setdefault(name, []).append(value)
                self.position = (epoch + 1, 0, np.zeros(3))
                self._update_best(epoch + 1, metrics.get("val_loss", metrics["loss"]))
        except _Stopped:
            stopped = True
        best = None if self.recipe.patience is None else self.best
        self.weights = self.compiled.network.get_weights() if best is None else best.weights
        self._report(self._finished_epochs, self.position[1] if stopped else 0)
        if self.on_checkpoint is not None:
            self.on_checkpoint(self._make_checkpoint())
        return stopped

    @property
    def _finished_epochs(self) -> int:
        return len(self.history.get("loss", ()))

    def _update_best(self, epoch: int, loss: float) -> None:
        has_patience = self.recipe.patience is not None
        if has_patience and (self.best is None or loss < self.best.loss):
            self.best = BestEpoch(epoch, loss, self.compiled.network.get_weights())

    def _is_patience_over(self, epochs: int) -> bool:
        """Return True if ``patience`` epochs passed without improvement after ``epochs``."""
        if self.recipe.patience is None or self.best is None:
            return False
        return epochs - max(self.best.epoch, self.patience_from) >= self.recipe.patience

    def _check_stop(self) -> None:
        if self.should_stop():
            raise _Stopped

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        # The order of an epoch is a function of (seed, epoch) and of nothing that came before.
        rng = np.random.default_rng([self.recipe.seed, epoch])
        plan = self._plan_epoch(rng)

        watched = self.history.get("loss" if self.validation is None else "val_loss", [])
        learning_rate = compute_learning_rate(self.recipe, watched)

        def train_batches(first: int, last: int, sums: Sums) -> Sums:
            arguments = (first, last, sums, learning_rate, self.recipe.seed, epoch)
            sums = self.compiled.train_batches(self.training, plan, *arguments)
            self.position = (epoch, last, sums)
            return sums

        return self._run_pass(train_batches, plan, epoch, "", *self.position[1:])

    def _plan_epoch(self, rng: np.random.Generator) -> Plan:
        lengths, groups = self.training.lengths, self.compiled.spec.training_groups
        if self.noise is None and not self.compiled.recurrent:
            # Packed steps need no padding, so batches are almost random: the moments of batches of
            # similar length differ from those of all sequences, which predictions use.
            self.noise = NOISES[-1]
        elif self.noise is None:
            targets = summarize_targets(np.asarray(self.training.targets), lengths)
            self.noise = choose_noise(lengths, targets, self.recipe.batch_size, groups)
        arguments = (lengths, self.recipe.batch_size, groups, rng)
        return plan_epoch(*arguments, self.plan_version, self.noise)

    def _validate(self, epoch: int) -> dict[str, float]:
        validation = self.validation
        if validation is None:
            return {}
        plan = self.validation_plan

        def evaluate_batches(first: int, last: int, sums: Sums) -> Sums:
            return self.compiled.evaluate_batches(validation, plan, first, last, sums)

        return self._run_pass(evaluate_batches, plan, epoch, "val_")

    def _run_pass(
        self,
        call: Callable[[int, int, Sums], Sums],
        plan: Plan,
        epoch: int,
        prefix: str,
        done: int = 0,
        sums: Sums | None = None,
    ) -> dict[str, float]:
        """Run ``call`` over the plan's batches once and return loss and accuracy.

        The first ``done`` batches are finished already, and ``sums`` are theirs.
        """
        sums = np.zeros(3) if sums is None else sums
        pacer = self.pacers.setdefault(prefix, CallPacer())
        for first, last in pacer.split(plan, done):
            self._check_stop()
            sums = call(first, last, sums)
            if time.perf_counter() - self.report_time >= REPORT_SECONDS:
                self._report(epoch, self.position[1])
            if self.on_checkpoint is not None and self.checkpoint_timer.is_due:
                self._store_checkpoint(self.on_checkpoint)
        loss_mean, accuracy = sums[:2] / max(sums[2], 1) * (self.unit, 1)
        if not np.isfinite(loss_mean):
            raise DataError(
                "The loss stopped being a finite number in epoch {epoch}. Use a smaller learning "
                "rate than {learning_rate}, or standardize the data.",
                epoch=epoch + 1,
                learning_rate=self.recipe.initial_learning_rate,
            )
        metrics = {f"{prefix}loss": float(loss_mean)}
        if self.recipe.task == "classification":
            metrics[f"{prefix}accuracy"] = float(accuracy)
        return metrics

    def _store_checkpoint(self, on_checkpoint: OnCheckpoint) -> None:
        start = time.perf_counter()
        on_checkpoint(self._make_checkpoint())
        self.checkpoint_timer.restart(time.perf_counter() - start)

    def _make_checkpoint(self) -> Checkpoint:
        """Copy every array that training changes: the caller may store it in another thread."""
        epoch, batch, sums = self.position
        return Checkpoint(
            recipe=self.recipe,
            preprocessing=self.preprocessing.to_dict(),
            groups=self.compiled.spec.groups,
            plan_version=self.plan_version,
            epoch=epoch,
            batch=batch,
            sums=sums,
            best=self.best,
            patience_from=self.patience_from,
            history={name: list(values) for name, values in self.history.items()},
            seconds=self._elapsed_seconds(),
            batches=self.batches,
            sequences=len(self.training.lengths),
            notes=self.notes,
            **self.compiled.get_state(),
        )

    def _elapsed_seconds(self) -> float:
        return self.previous_seconds + time.perf_counter() - self.start_time

    def _report(self, epoch: int, batch: int) -> None:
        self.report_time = time.perf_counter()
        self.on_progress(
            Progress(
                epoch=epoch,
                epochs=self.recipe.epochs,
                batch=batch,
                batches=self.batches,
                sequences=len(self.training.lengths),
                history={name: list(values) for name, values in self.history.items()},
                seconds=self._elapsed_seconds(),
            )
        )
