"""The training loop. Needs TensorFlow.

Padding appears only here, batch by batch, on the right and as short as the batch
allows, whatever padding the user chose to look at: padded steps are inert, so this
is exact, and it leaves out most of the work.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import keras
import numpy as np
import tensorflow as tf

from core.batching import epoch_batches, sorted_batches
from core.errors import DataError
from core.evaluation.splits import training_and_validation
from core.model import TrainedModel
from core.network import build_network
from core.padding import pad
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
    before every batch, and when it answers True the model is returned as far as it has
    learned. The same data, recipe and machine give the same weights.

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
    network = build_network(recipe, data.features, 1 if labels is None else len(labels))
    loop = _Loop(network, preprocessing, training, validation, on_progress, should_stop)
    stopped = loop.run()
    return TrainedModel(
        recipe=recipe,
        preprocessing=preprocessing,
        network=network,
        history=loop.history,
        notes=preprocessing.notes(training),
        stopped=stopped,
        best_epoch=loop.best_epoch,
    )


class _Stopped(Exception):
    """``should_stop`` answered True."""


class _Loop:
    """One training: epochs, validation, early stopping, reports."""

    def __init__(
        self,
        network: keras.Model,
        preprocessing: Preprocessing,
        training: Sequences,
        validation: Sequences,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> None:
        self.network = network
        self.recipe: Recipe = preprocessing.recipe
        self.unit = preprocessing.loss_unit
        self.training = preprocessing.prepare(training)
        self.training_targets = preprocessing.encode(training.targets)
        self.validation = preprocessing.prepare(validation) if len(validation) else None
        if self.validation is not None:
            self.validation_targets = preprocessing.encode(validation.targets)
        self.on_progress = on_progress or (lambda progress: None)
        self.should_stop = should_stop or (lambda: False)
        self.history: History = {}
        self.best_epoch: int | None = None
        self.batches = -(-len(training) // self.recipe.batch_size)
        self.learn, self.judge = _compiled(network, self.recipe)

    def run(self) -> bool:
        """Train to the last epoch, or to an early stop. True when ``should_stop`` ended it."""
        self.started = self.reported = time.perf_counter()
        best, best_weights, stopped = np.inf, None, False
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
                    best, best_weights = watched, self.network.get_weights()
                    self.best_epoch = epoch + 1
                elif epoch + 1 - self.best_epoch >= self.recipe.patience:
                    break
        except _Stopped:
            stopped = True
        if best_weights is not None:
            self.network.set_weights(best_weights)
        self._report(self._finished_epochs, 0)
        return stopped

    @property
    def _finished_epochs(self) -> int:
        return len(self.history.get("loss", ()))

    def _train_epoch(self, epoch: int) -> dict[str, float]:
        # The order of an epoch is a function of (seed, epoch) and of nothing that came before.
        rng = np.random.default_rng([self.recipe.seed, epoch])
        batches = epoch_batches(self.training.lengths, self.recipe.batch_size, rng)
        return self._pass(self.learn, self.training, self.training_targets, batches, epoch, "")

    def _validate(self, epoch: int) -> dict[str, float]:
        if self.validation is None:
            return {}
        batches = sorted_batches(self.validation.lengths)
        return self._pass(
            self.judge, self.validation, self.validation_targets, batches, epoch, "val_"
        )

    def _pass(
        self,
        compiled: Callable,
        data: Sequences,
        targets: np.ndarray,
        batches: Iterable[np.ndarray],
        epoch: int,
        prefix: str,
    ) -> dict[str, float]:
        """Run over the batches; mean loss and, for classes, accuracy."""
        loss_sum = correct = 0.0
        for number, rows in enumerate(batches, start=1):
            if self.should_stop():
                raise _Stopped
            padded = pad(data[rows], padding="post")
            loss, hits = compiled(padded.values, padded.mask, targets[rows])
            loss_sum += float(loss)
            correct += float(hits)
            if time.perf_counter() - self.reported >= REPORT_SECONDS:
                self._report(epoch, self.batches if prefix else number)
        loss_mean = loss_sum / len(data) * self.unit
        if not np.isfinite(loss_mean):
            raise DataError(
                "The loss stopped being a finite number in epoch {epoch}. Use a smaller learning "
                "rate than {learning_rate}, or standardize the data.",
                epoch=epoch + 1,
                learning_rate=self.recipe.learning_rate,
            )
        figures = {f"{prefix}loss": loss_mean}
        if self.recipe.task == "classification":
            figures[f"{prefix}accuracy"] = correct / len(data)
        return figures

    def _report(self, epoch: int, batch: int) -> None:
        self.reported = time.perf_counter()
        self.on_progress(
            Progress(
                epoch=epoch,
                epochs=self.recipe.epochs,
                batch=batch,
                batches=self.batches,
                history={name: list(figures) for name, figures in self.history.items()},
                seconds=self.reported - self.started,
            )
        )


def _compiled(network: keras.Model, recipe: Recipe) -> tuple[Callable, Callable]:
    """``learn`` and ``judge``: (values, mask, targets) → (summed loss, correct answers).

    Rows and steps are unknown in the signature, so that no batch shape traces again.
    """
    classify = recipe.task == "classification"
    loss_of = keras.losses.get(recipe.loss)
    optimizer = keras.optimizers.get(
        {"class_name": recipe.optimizer, "config": {"learning_rate": recipe.learning_rate}}
    )
    optimizer.build(network.trainable_variables)
    signature = [
        tf.TensorSpec((None, None, network.inputs[0].shape[-1]), tf.float32),
        tf.TensorSpec((None, None), tf.bool),
        tf.TensorSpec((None,), tf.int64 if classify else tf.float32),
    ]

    def figures(outputs, targets):
        if classify:
            hits = tf.reduce_sum(tf.cast(tf.equal(tf.argmax(outputs, axis=1), targets), tf.float32))
            return loss_of(targets, outputs), hits
        return loss_of(targets[:, None], outputs), tf.constant(0.0)

    @tf.function(input_signature=signature)
    def learn(values, mask, targets):
        with tf.GradientTape() as tape:
            losses, hits = figures(network([values, mask], training=True), targets)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return tf.reduce_sum(losses), hits

    @tf.function(input_signature=signature)
    def judge(values, mask, targets):
        losses, hits = figures(network([values, mask], training=False), targets)
        return tf.reduce_sum(losses), hits

    return learn, judge


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
