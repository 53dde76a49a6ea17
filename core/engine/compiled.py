"""Compiled train, evaluate and predict functions for one network. Needs TensorFlow.

An ``Engine`` takes ragged data (flat steps and lengths) and builds its batches inside the graph:
nothing is padded in Python, one compiled function serves every number of rows and steps, and one
call covers many batches. LSTM and GRU layers run on ``core.layers.lstm.fast_lstm`` and
``core.layers.gru.fast_gru``. Recurrent layers of another kind, and all of them on a GPU, run as
their stock Keras layers with an explicit mask, on the same batches. Convolutional layers run on the
packed steps of all row groups together, which share the statistics of batch normalization.

Everything random is a function of (seed, epoch, batch), so a result depends neither on where calls
are cut nor on the padding that a user looks at.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypedDict

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from ..data.sequences import Sequences
from ..layers.convolution.packed_steps import PackedGroup, pack_group
from ..layers.recurrent.declaration import Recurrent
from ..layers.recurrent.fast_layer import release_gradients
from ..layers.recurrent.network import run_stock_layer
from ..layers.registry import get_network
from ..network.keras_network import NORMALIZATION, build_network, list_dense, name_weights
from ..network.pooling import ATTENTION
from .batching import Plan, plan_forward
from .convolutions import drop_outputs, pack_padded, run_convolutions
from .memory import release_memory
from .optimizers import SLOTS, apply_update
from .patches import make_patches
from .pooling import pool_packed, pool_padded, read_directions
from .spec import MAX_GROUPS, EngineSpec, uses_stock_layers

LoopVariables = tuple[tf.Tensor, tf.Tensor | tf.TensorArray]  # next batch, what is carried
MAX_IDLE = 2  # compiled engines kept for the next training or prediction with the same spec


class EngineState(TypedDict):
    """Weights and optimizer state, the keyword arguments of ``Engine.restore``."""

    weights: list[npt.NDArray[np.float32]]
    slots: list[list[npt.NDArray[np.float32]]]
    updates: int


class RaggedTensors:
    """Sequences as tensors, the input of the compiled functions.

    Attributes:
        lengths: (n,) int64 array, steps per sequence.
        steps: Flat values (total steps, features) float32, the offset of each sequence's first
            step (n,) int64, and lengths (n,) int64.
        targets: As returned by ``Preprocessing.encode``: (n,), or (total steps,) for per-step
            targets, where NaN and -1 mark a step without a target. None for prediction.
    """

    def __init__(self, prepared: Sequences, targets: np.ndarray | None = None) -> None:
        self.lengths = prepared.lengths
        self.steps: tuple[tf.Tensor, ...] = tuple(
            map(tf.constant, (prepared.values, prepared.offsets[:-1], prepared.lengths))
        )
        self.targets = None if targets is None else tf.constant(targets)


class Engine:
    """Weights, optimizer state and the compiled functions over both."""

    def __init__(self, spec: EngineSpec) -> None:
        self.spec, self.recipe = spec, spec.recipe
        self.network = build_network(spec.recipe, spec.features, spec.outputs)
        self.weights = [weight.value for weight in self.network.trainable_variables]
        self.slots = [
            [tf.Variable(tf.zeros_like(weight)) for _ in range(SLOTS[self.recipe.optimizer])]
            for weight in self.weights
        ]
        self.updates = tf.Variable(0, dtype=tf.int64)
        self.class_weights = tf.Variable(tf.ones([spec.outputs]))
        self.recurrent = [
            layer
            for layer in self.network.layers
            if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)
        ]
        self.has_convolutions = self.recipe.family == "convolution"
        self.dense = list_dense(self.network)
        self.loss_function = keras.losses.get(self.recipe.loss_name)
        classify = self.recipe.task == "classification"
        numbers, scalar = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.int64)
        steps = [tf.TensorSpec((None, spec.features), tf.float32), numbers, numbers]
        targets = tf.TensorSpec((None,), tf.int64 if classify else tf.float32)
        sums = tf.TensorSpec((3,), tf.float64)
        rate, seed_and_epoch = tf.TensorSpec((), tf.float32), tf.TensorSpec((2,), tf.int64)

        def plan_signature(groups: int) -> list[tf.TensorSpec]:
            return [numbers, tf.TensorSpec((None, groups + 1), tf.int64), scalar, scalar]

        def compiled(
            function: Callable[..., tf.Tensor], *signature: tf.TensorSpec
        ) -> tf.types.experimental.PolymorphicFunction:
            return tf.function(function, input_signature=signature, autograph=False)

        # Separate functions: traced once, however many groups call them.
        self._training_outputs = compiled(self._gather_outputs, *steps, numbers, seed_and_epoch)
        self._inference_outputs = compiled(self._gather_outputs, *steps, numbers)
        forward, training = plan_signature(spec.groups), plan_signature(spec.training_groups)
        self.train_function = compiled(
            self._train_step, *steps, targets, *training, sums, rate, seed_and_epoch
        )
        self._evaluate = compiled(self._evaluate_step, *steps, targets, *forward, sums)
        self._predict = compiled(self._predict_step, *steps, *forward)

    def compile(self, evaluate: bool) -> None:
        """Trace the training function, and the evaluation function if ``evaluate``.

        Later calls return at once.
        """
        self.train_function.get_concrete_function()
        if evaluate:
            self._evaluate.get_concrete_function()

    def set_weights(self, weights: list[npt.NDArray[np.float32]]) -> None:
        """Set the weights and reset the optimizer.

        Args:
            weights: As returned by ``keras.Model.get_weights``.
        """
        self.network.set_weights(weights)
        for slot in (slot for slots in self.slots for slot in slots):
            slot.assign(tf.zeros_like(slot))
        self.updates.assign(0)

    def set_class_weights(self, class_weights: np.ndarray) -> None:
        """Set the weight of each class in the loss, (outputs,).

        It has an effect only if the recipe's ``class_weight`` is not "none".
        """
        self.class_weights.assign(class_weights)

    def restore(
        self,
        weights: Sequence[npt.NDArray[np.float32]],
        slots: Sequence[Sequence[npt.NDArray[np.float32]]],
        updates: int,
    ) -> None:
        """Set the weights and the optimizer state to those of a checkpoint."""
        self.network.set_weights(weights)
        for variables, arrays in zip(self.slots, slots, strict=True):
            for variable, array in zip(variables, arrays, strict=True):
                variable.assign(array)
        self.updates.assign(updates)

    def get_state(self) -> EngineState:
        """Copy the weights and the optimizer state, as keyword arguments of ``restore``."""
        return {
            "weights": [np.array(weight) for weight in self.network.get_weights()],
            "slots": [[np.array(slot.numpy()) for slot in slots] for slots in self.slots],
            "updates": int(self.updates.numpy()),
        }

    def plan_forward(self, lengths: np.ndarray) -> Plan:
        """Plan the batches for evaluation and prediction on sequences of these lengths, (n,)."""
        units = max(layer.outputs for layer in self.recipe.layers)
        return plan_forward(lengths, self.spec.groups, units)

    def train_batches(
        self,
        data: RaggedTensors,
        plan: Plan,
        first: int,
        last: int,
        sums: npt.NDArray[np.float64],
        rate: float,
        seed: int,
        epoch: int,
    ) -> npt.NDArray[np.float64]:
        """Train on the batches ``first`` to ``last`` (excluded) of a plan.

        Args:
            data: Sequences with targets.
            plan: Batches, as returned by ``plan_epoch`` for ``spec.training_groups``.
            first: First batch.
            last: End of the batches.
            sums: (3,) float64 totals of the batches before ``first``: the sum of the losses, the
                number of correct predictions, and the number of targets (one per sequence or one
                per step) compared with predictions.
            rate: Learning rate.
            seed: Seed of dropout.
            epoch: Number of the epoch, from 0.

        Returns:
            (3,) float64, ``sums`` with those of these batches added.
        """
        randomness = (np.float32(rate), np.array([seed, epoch]))
        where = _make_plan_arguments(plan, first, last)
        sums = self.train_function(*data.steps, data.targets, *where, sums, *randomness).numpy()
        return sums

    def evaluate_batches(
        self,
        data: RaggedTensors,
        plan: Plan,
        first: int,
        last: int,
        sums: npt.NDArray[np.float64],
    ) -> npt.NDArray[np.float64]:
        """Compute the sums of ``train_batches`` without training, by a ``plan_forward`` plan."""
        where = _make_plan_arguments(plan, first, last)
        sums = self._evaluate(*data.steps, data.targets, *where, sums).numpy()
        return sums

    def predict_batches(
        self, data: RaggedTensors, plan: Plan, first: int, last: int
    ) -> npt.NDArray[np.float32]:
        """Compute the network outputs of the batches ``first`` to ``last`` (excluded).

        Returns:
            (rows, outputs) in the plan's order. With per-step targets (steps of these rows,
            outputs).
        """
        where = _make_plan_arguments(plan, first, last)
        outputs: npt.NDArray[np.float32] = self._predict(*data.steps, *where).numpy()
        return outputs

    def _train_step(
        self,
        flat: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        targets: tf.Tensor,
        order: tf.Tensor,
        cuts: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
        sums: tf.Tensor,
        rate: tf.Tensor,
        seed_and_epoch: tf.Tensor,
    ) -> tf.Tensor:
        def train_batch(batch: tf.Tensor, sums: tf.Tensor) -> LoopVariables:
            with tf.GradientTape() as tape:
                numbers = range(self.spec.training_groups)
                groups = [_select_group(order, cuts[batch], number) for number in numbers]
                seeds = [
                    tf.stack(
                        [
                            seed_and_epoch[0] * MAX_GROUPS + number,
                            seed_and_epoch[1] * 2**32 + batch,
                        ]
                    )
                    for number in numbers
                ]
                outputs = self._compute_training_outputs(flat, starts, lengths, groups, seeds)
                parts = [
                    self._compute_sums(each, targets, starts, lengths, *group)
                    for each, group in zip(outputs, groups, strict=True)
                ]
                batch_sums = tf.add_n(parts)  # (3,)
                loss = batch_sums[0] / tf.maximum(batch_sums[2], 1)
            gradients = tape.gradient(loss, self.weights)
            if self.recipe.clip_norm is not None:
                gradients, _ = tf.clip_by_global_norm(gradients, self.recipe.clip_norm)
            updates = tf.cast(self.updates.assign_add(1), tf.float32)
            for weight, slots, gradient in zip(self.weights, self.slots, gradients, strict=True):
                if self.recipe.weight_decay:  # decoupled, before the update, as in Keras
                    weight.assign_sub(weight * (self.recipe.weight_decay * rate))
                apply_update(self.recipe.optimizer, weight, slots, gradient, rate, updates)
            return batch + 1, sums + tf.cast(batch_sums, tf.float64)

        return _loop_over_batches(train_batch, first, last, sums)

    def _evaluate_step(
        self,
        flat: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        targets: tf.Tensor,
        order: tf.Tensor,
        cuts: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
        sums: tf.Tensor,
    ) -> tf.Tensor:
        def evaluate_batch(batch: tf.Tensor, sums: tf.Tensor) -> LoopVariables:
            parts = []
            for group in range(self.spec.groups):
                rows, is_real = _select_group(order, cuts[batch], group)
                outputs = self._inference_outputs(flat, starts, lengths, rows)
                parts.append(self._compute_sums(outputs, targets, starts, lengths, rows, is_real))
            return batch + 1, sums + tf.cast(tf.add_n(parts), tf.float64)

        return _loop_over_batches(evaluate_batch, first, last, sums)

    def _predict_step(
        self,
        flat: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        order: tf.Tensor,
        cuts: tf.Tensor,
        first: tf.Tensor,
        last: tf.Tensor,
    ) -> tf.Tensor:
        results = tf.TensorArray(
            tf.float32,
            tf.cast(last - first, tf.int32),
            element_shape=[None, self.spec.outputs],
            infer_shape=False,
        )

        def predict_batch(batch: tf.Tensor, results: tf.TensorArray) -> LoopVariables:
            parts = []
            for group in range(self.spec.groups):
                rows, is_real = _select_group(order, cuts[batch], group)
                outputs = self._inference_outputs(flat, starts, lengths, rows)
                if self.recipe.return_sequences:
                    steps = tf.range(tf.shape(outputs, tf.int64)[0])
                    mask = steps < tf.gather(lengths, rows)[:, None]  # (rows, steps)
                    outputs = tf.boolean_mask(tf.transpose(outputs, [1, 0, 2]), mask)
                parts.append(outputs[: tf.where(is_real, tf.shape(outputs)[0], 0)])
            return batch + 1, results.write(tf.cast(batch - first, tf.int32), tf.concat(parts, 0))

        return _loop_over_batches(predict_batch, first, last, results).concat()

    def _compute_sums(
        self,
        outputs: tf.Tensor,
        targets: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        rows: tf.Tensor,
        is_real: tf.Tensor,
    ) -> tf.Tensor:
        """Sum losses, correct predictions (0 for regression) and targets, (3,); 0 if not real."""
        classify = self.recipe.task == "classification"
        has_target = is_real
        if self.recipe.return_sequences:
            lengths = tf.gather(lengths, rows)
            targets = tf.gather(targets, _compute_step_indices(tf.gather(starts, rows), lengths))
            has_target &= tf.range(tf.shape(targets, tf.int64)[0])[:, None] < lengths
            has_target &= targets >= 0 if classify else tf.math.is_finite(targets)
            # Any value with a finite loss will do where there is no target: it is not counted.
            targets = tf.where(has_target, targets, tf.zeros_like(targets))  # (steps, rows)
        else:
            targets = tf.gather(targets, rows)  # (rows,)
        if classify:
            correct = tf.cast(tf.argmax(outputs, axis=-1) == targets, tf.float32)
            losses = self.loss_function(targets, outputs)
            if self.recipe.class_weight != "none":
                losses *= tf.gather(self.class_weights, targets)
        else:
            correct = tf.zeros_like(targets)
            losses = self.loss_function(targets[..., None], outputs)
        terms = tf.stack([losses, correct, tf.ones_like(losses)])  # (3, rows) or (3, steps, rows)
        terms = tf.where(has_target, terms, tf.zeros_like(terms))
        return tf.reduce_sum(terms, axis=list(range(1, len(terms.shape))))

    def _compute_training_outputs(
        self,
        flat: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        groups: list[tuple[tf.Tensor, tf.Tensor]],
        seeds: list[tf.Tensor],
    ) -> list[tf.Tensor]:
        """Compute the outputs of each group; see ``_select_group`` and ``compute_outputs``."""
        if not self.has_convolutions:
            return [
                self._training_outputs(flat, starts, lengths, rows, seed)
                for (rows, _), seed in zip(groups, seeds, strict=True)
            ]
        packed = [
            pack_group(flat, tf.gather(starts, rows), tf.gather(lengths, rows), is_real)
            for rows, is_real in groups
        ]
        return self._run_packed(packed, seeds)

    def _gather_outputs(
        self,
        flat: tf.Tensor,
        starts: tf.Tensor,
        lengths: tf.Tensor,
        rows: tf.Tensor,
        seed: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Gather the steps of these rows and call ``compute_outputs``."""
        lengths, starts = tf.gather(lengths, rows), tf.gather(starts, rows)  # (rows,)
        if self.has_convolutions:
            group = pack_group(flat, starts, lengths, tf.constant(True))
            return self._run_packed([group], None)[0]
        x = tf.gather(flat, _compute_step_indices(starts, lengths))  # (steps, rows, features)
        return self.compute_outputs(x, lengths, seed)

    def compute_outputs(
        self, x: tf.Tensor, lengths: tf.Tensor, seed: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Run the network on a padded, time-major array.

        Args:
            x: (steps, rows, features) float32. Each row begins with its real steps; the padding
                after them must be finite.
            lengths: (rows,) int64, real steps per row.
            seed: (2,) int64 seed of dropout; None for inference.

        Returns:
            (rows, outputs) float32. With per-step targets (steps, rows, outputs).
        """
        if self.has_convolutions:
            seeds = None if seed is None else [seed]
            [outputs] = self._run_packed([pack_padded(x, lengths)], seeds)
            if self.recipe.return_sequences:
                missing = tf.shape(x)[0] - tf.shape(outputs)[0]  # behind the longest row
                outputs = tf.pad(outputs, [[0, missing], [0, 0], [0, 0]])
            return outputs
        if self.recipe.steps_per_patch > 1:
            x, lengths = make_patches(x, lengths, self.recipe.steps_per_patch)
        return self._run_dense(self._run_recurrent(x, lengths, seed))

    def _run_packed(
        self, groups: Sequence[PackedGroup], seeds: Sequence[tf.Tensor] | None
    ) -> list[tf.Tensor]:
        """Run the network on packed groups, and return the outputs of each."""
        layers, per_step = self.recipe.layers, self.recipe.return_sequences
        groups = run_convolutions(self.network, self.recipe, groups, seeds)
        outputs = []
        for group, seed in zip(groups, seeds or [None] * len(groups), strict=True):
            if per_step or self.recurrent:
                indices = _compute_step_indices(group.starts, group.lengths)
                x = tf.gather(group.values, indices)  # (steps, rows, channels)
                x = self._run_recurrent(x, group.lengths, seed)
            else:
                x = pool_packed(self.recipe.pools, group, self._read_attention())
                x = drop_outputs(x, layers[-1].dropout, len(layers) - 1, seed)
            outputs.append(self._run_dense(x))
        return outputs

    def _run_recurrent(self, x: tf.Tensor, lengths: tf.Tensor, seed: tf.Tensor | None) -> tf.Tensor:
        """Run the recurrent layers and the pooling; see ``compute_outputs``."""
        is_stock = uses_stock_layers(self.recipe)
        first = len(self.recipe.layers) - len(self.recurrent)
        for number, layer in enumerate(self.recurrent, start=first):
            recipe = self.recipe.layers[number]
            assert isinstance(recipe, Recurrent)
            final = layer is self.recurrent[-1]
            per_step, pools = self.recipe.return_sequences, self.recipe.pools
            sequences = per_step or not final or pools != ("last",)
            run = run_stock_layer if is_stock else get_network(recipe).run
            x = run(layer, x, lengths, sequences)  # (steps, rows, units) or (rows, units)
            normalize = self.get_normalization(number, recipe)
            if (final or recipe.layer_normalization) and x.shape[-1] > recipe.outputs:
                x = x[..., : recipe.outputs]  # alignment; even an idle slice costs a gradient
            if final and sequences and not per_step:
                last = None
                if "last" in pools:
                    last = normalize(read_directions(x, lengths, recipe.directions))
                x = pool_padded(pools, normalize(x), lengths, last, self._read_attention())
            else:
                x = normalize(x)
            x = drop_outputs(x, recipe.dropout, number, seed)
        return x

    def get_normalization(self, number: int, layer: Recurrent) -> Callable[[tf.Tensor], tf.Tensor]:
        """Return the normalization behind a layer, by its number from 0."""
        normalize: Callable[[tf.Tensor], tf.Tensor] = tf.identity
        if layer.layer_normalization:
            normalize = self.network.get_layer(name_weights(number + 1) + NORMALIZATION)
        return normalize

    def _read_attention(self) -> tf.Tensor | None:
        """Read the weights of attention, (units, 1); None without that pool."""
        if "attention" not in self.recipe.pools:
            return None
        return tf.convert_to_tensor(self.network.get_layer(ATTENTION).kernel.value)

    def _run_dense(self, x: tf.Tensor) -> tf.Tensor:
        for layer in self.dense:
            x = layer(x)
        return x


def _loop_over_batches(
    body: Callable[[tf.Tensor, tf.Tensor], LoopVariables],
    first: tf.Tensor,
    last: tf.Tensor,
    carried: tf.Tensor | tf.TensorArray,
) -> tf.Tensor | tf.TensorArray:
    """Run the batches one after another; the groups of a batch are what runs in parallel."""
    return tf.while_loop(
        lambda batch, _: batch < last, body, (first, carried), parallel_iterations=1
    )[1]


def _compute_step_indices(starts: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Return the flat index of every step, (steps, rows).

    A row repeats its last step as padding, which is therefore finite whatever the data.
    """
    return starts + tf.minimum(tf.range(tf.reduce_max(lengths))[:, None], lengths - 1)


def _select_group(order: tf.Tensor, cuts: tf.Tensor, group: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the rows of a batch's group, (rows,), and whether the group has any.

    An empty group gets the batch's last, shortest row, which is not counted: BlockLSTMGradV2 (2.21)
    leaves the gradient of the weights uninitialized without rows, and cuDNN rejects empty input.
    """
    first, last, end = cuts[group], cuts[group + 1], cuts[-1]
    is_real = last > first
    return order[tf.where(is_real, first, end - 1) : tf.where(is_real, last, end)], is_real


def _make_plan_arguments(
    plan: Plan, first: int, last: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], np.int64, np.int64]:
    return plan.order, plan.cuts, np.int64(first), np.int64(last)


_idle: list[Engine] = []
_lock = threading.Lock()


def clear_idle_engines() -> None:
    """Drop the engines that are not in use, so that the next one is compiled again."""
    with _lock:
        _idle.clear()


@contextlib.contextmanager
def borrow_engine(spec: EngineSpec) -> Iterator[Engine]:
    """Yield an engine for exclusive use: a cached one with this spec, or a new one."""
    with _lock:
        cached = next((engine for engine in _idle if engine.spec == spec), None)
        if cached is not None:
            _idle.remove(cached)
    engine = cached or Engine(spec)
    try:
        yield engine
    finally:
        release_gradients()
        with _lock:
            _idle.append(engine)
            is_full = len(_idle) > MAX_IDLE
            del _idle[:-MAX_IDLE]
        if is_full:
            release_memory()
