"""An ``Engine``: a network compiled to learn, to judge and to answer. Needs TensorFlow.

It takes ragged data as it is, flat steps and lengths, and builds its batches inside the graph:
nothing is padded in Python, one compiled function serves every number of rows and steps, and a
call covers many batches. Networks of LSTM layers run on ``core.engine.lstm``; others, and all
of them on a GPU, on their stock Keras layers with an explicit mask, on the same batches.

Everything random is a function of (seed, epoch, batch), so that a result depends neither on
where calls are cut nor on the padding a user looks at.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from ..data.sequences import Sequences
from ..network.keras_network import build_network
from ..recipe.recipe import MIN_STATE, Recipe
from . import lstm
from .batching import Plan, forward_plan
from .cost import uses_keras
from .optimizers import SLOTS, update

# Fewer rows a group are not worth a core. Two groups of 8 took 1.5 times as long as one of 16 with
# a bidirectional layer on two cores, where the directions keep both busy (benchmark vowels).
GROUP_ROWS = 8
MAX_GROUPS = 8
WAYS = ("fused", "wide", "keras")  # of a recurrent layer: see core.engine.lstm
KEPT = 2  # compiled engines that wait for the next training or prediction of their kind


@dataclass(frozen=True)
class Kind:
    """What an engine is compiled for: trainings that differ in nothing of this share one."""

    recipe: Recipe  # with everything that compiles to the same graph at its default
    features: int
    outputs: int
    groups: int  # of rows side by side where nothing is learned …
    learning_groups: int  # … and where something is

    @classmethod
    def of(cls, recipe: Recipe, features: int, outputs: int, groups: int) -> Kind:
        """``groups`` as of ``group_count``; small batches are learned from in fewer."""
        # Two directions run side by side as well, and share the cores.
        rows = GROUP_ROWS * (2 if all(layer.bidirectional for layer in recipe.layers) else 1)
        learning = max(1, min(groups, recipe.batch_size // rows))
        same = Recipe(
            task=recipe.task,
            return_sequences=recipe.return_sequences,
            layers=recipe.layers,
            pooling=recipe.pooling,
            dense=recipe.dense,
            loss=recipe.loss,
            optimizer=recipe.optimizer,
            weight_decay=recipe.weight_decay,
            clip_norm=recipe.clip_norm,
            class_weight=recipe.class_weight,
        )
        return cls(same, features, outputs, groups, learning)


class Data:
    """Sequences as the graphs take them; ``targets`` as ``Preprocessing.encode`` gives them, for
    learning and judging: (n,), or (total steps,) for a network that answers at every step, where
    NaN and -1 stand for a step without one."""

    def __init__(self, prepared: Sequences, targets: np.ndarray | None = None) -> None:
        self.lengths = prepared.lengths
        self.steps = tuple(
            map(tf.constant, (prepared.values, prepared.offsets[:-1], prepared.lengths))
        )
        self.targets = None if targets is None else tf.constant(targets)


class Engine:
    """Weights, optimizer state and the compiled functions over both."""

    def __init__(self, kind: Kind) -> None:
        self.kind, self.recipe = kind, kind.recipe
        self.network = build_network(kind.recipe, kind.features, kind.outputs)
        self.weights = [weight.value for weight in self.network.trainable_variables]
        self.slots = [
            [tf.Variable(tf.zeros_like(weight)) for _ in range(SLOTS[self.recipe.optimizer])]
            for weight in self.weights
        ]
        self.updates = tf.Variable(0, dtype=tf.int64)
        self.class_weights = tf.Variable(tf.ones([kind.outputs]))
        self.recurrent = [
            layer
            for layer in self.network.layers
            if isinstance(layer, keras.layers.RNN | keras.layers.Bidirectional)
        ]
        self.dense = [
            layer for layer in self.network.layers if isinstance(layer, keras.layers.Dense)
        ]
        self.loss_of = keras.losses.get(self.recipe.loss)
        classify = self.recipe.task == "classification"
        numbers, scalar = tf.TensorSpec((None,), tf.int64), tf.TensorSpec((), tf.int64)
        steps = [tf.TensorSpec((None, kind.features), tf.float32), numbers, numbers]
        targets = tf.TensorSpec((None,), tf.int64 if classify else tf.float32)
        sums = tf.TensorSpec((3,), tf.float64)
        chance = [tf.TensorSpec((), tf.float32), tf.TensorSpec((2,), tf.int64)]

        def plan(groups):
            return [numbers, tf.TensorSpec((None, groups + 1), tf.int64), scalar, scalar]

        def compiled(function, *signature):
            return tf.function(function, input_signature=signature, autograph=False)

        # Functions of their own: traced once, however many groups call them.
        self._learning_outputs = compiled(self._outputs, *steps, numbers, chance[1])
        self._final_outputs = compiled(self._outputs, *steps, numbers)
        forward = plan(kind.groups)
        self._learn = compiled(
            self._learn_batches, *steps, targets, *plan(kind.learning_groups), sums, *chance
        )
        self._judge = compiled(self._judge_batches, *steps, targets, *forward, sums)
        self._answer = compiled(self._answer_batches, *steps, *forward)

    def compile(self, judge: bool) -> None:
        """Trace ``learn``, and ``judge`` if it will be called; once done it takes no time."""
        self._learn.get_concrete_function()
        if judge:
            self._judge.get_concrete_function()

    def begin(self, weights: list[np.ndarray]) -> None:
        """Take these weights, as ``keras.Model.get_weights`` gives them, and forget the rest."""
        self.network.set_weights(weights)
        for slot in (slot for slots in self.slots for slot in slots):
            slot.assign(tf.zeros_like(slot))
        self.updates.assign(0)

    def weigh(self, class_weights: np.ndarray) -> None:
        """What a target of each class counts in the loss, (outputs,), with the recipe's
        class_weight."""
        self.class_weights.assign(class_weights)

    def go_on(
        self,
        weights: Sequence[np.ndarray],
        slots_of_all: Sequence[Sequence[np.ndarray]],
        updates: int,
    ) -> None:
        """Take the weights and the optimizer's state of a checkpoint."""
        self.network.set_weights(weights)
        for slots, kept in zip(self.slots, slots_of_all, strict=True):
            for slot, value in zip(slots, kept, strict=True):
                slot.assign(value)
        self.updates.assign(updates)

    def state(self) -> dict[str, Any]:
        """Copies of what ``go_on`` takes."""
        return {
            "weights": [np.array(weight) for weight in self.network.get_weights()],
            "slots": [[np.array(slot.numpy()) for slot in slots] for slots in self.slots],
            "updates": int(self.updates.numpy()),
        }

    def forward_plan(self, lengths: np.ndarray) -> Plan:
        """The plan by which ``judge`` and ``answer`` go over sequences of these lengths (n,)."""
        units = max(layer.units * (1 + layer.bidirectional) for layer in self.recipe.layers)
        return forward_plan(lengths, self.kind.groups, units)

    def learn(
        self,
        data: Data,
        plan: Plan,
        first: int,
        last: int,
        sums: np.ndarray,
        rate: float,
        seed: int,
        epoch: int,
    ) -> np.ndarray:
        """Learn from the batches ``first`` to ``last``. ``sums`` (3,) float64 and those of the
        batches before it: of the losses, of right answers, and of the targets, one a sequence or
        one a step, that were compared with answers."""
        chance = (np.float32(rate), np.array([seed, epoch]))
        where = _where(plan, first, last)
        return self._learn(*data.steps, data.targets, *where, sums, *chance).numpy()

    def judge(self, data: Data, plan: Plan, first: int, last: int, sums: np.ndarray) -> np.ndarray:
        """As ``learn``, without learning."""
        return self._judge(*data.steps, data.targets, *_where(plan, first, last), sums).numpy()

    def answer(self, data: Data, plan: Plan, first: int, last: int) -> np.ndarray:
        """(rows, outputs) of the batches ``first`` to ``last``, in the plan's order; (steps of
        these rows, outputs) of a network that answers at every step."""
        return self._answer(*data.steps, *_where(plan, first, last)).numpy()

    def _learn_batches(
        self, flat, starts, lengths, targets, order, cuts, first, last, sums, rate, chance
    ):
        def one(batch, sums):
            with tf.GradientTape() as tape:
                found = []
                for group in range(self.kind.learning_groups):
                    rows, real = _group(order, cuts[batch], group)
                    seed = tf.stack([chance[0] * MAX_GROUPS + group, chance[1] * 2**32 + batch])
                    outputs = self._learning_outputs(flat, starts, lengths, rows, seed)
                    found.append(self._figures(outputs, targets, starts, lengths, rows, real))
                found = tf.add_n(found)
                loss = found[0] / tf.maximum(found[2], 1)
            gradients = tape.gradient(loss, self.weights)
            if self.recipe.clip_norm is not None:
                gradients, _ = tf.clip_by_global_norm(gradients, self.recipe.clip_norm)
            done = tf.cast(self.updates.assign_add(1), tf.float32)
            for weight, slots, gradient in zip(self.weights, self.slots, gradients, strict=True):
                if self.recipe.weight_decay:  # decoupled, in front of the update, as in Keras
                    weight.assign_sub(weight * (self.recipe.weight_decay * rate))
                update(self.recipe.optimizer, weight, slots, gradient, rate, done)
            return batch + 1, sums + tf.cast(found, tf.float64)

        return self._over(one, first, last, sums)

    def _judge_batches(self, flat, starts, lengths, targets, order, cuts, first, last, sums):
        def one(batch, sums):
            found = []
            for group in range(self.kind.groups):
                rows, real = _group(order, cuts[batch], group)
                outputs = self._final_outputs(flat, starts, lengths, rows)
                found.append(self._figures(outputs, targets, starts, lengths, rows, real))
            return batch + 1, sums + tf.cast(tf.add_n(found), tf.float64)

        return self._over(one, first, last, sums)

    def _answer_batches(self, flat, starts, lengths, order, cuts, first, last):
        made = tf.TensorArray(
            tf.float32,
            tf.cast(last - first, tf.int32),
            element_shape=[None, self.kind.outputs],
            infer_shape=False,
        )

        def one(batch, made):
            found = []
            for group in range(self.kind.groups):
                rows, real = _group(order, cuts[batch], group)
                outputs = self._final_outputs(flat, starts, lengths, rows)
                if self.recipe.return_sequences:
                    steps = tf.range(tf.shape(outputs, tf.int64)[0])
                    is_real = steps < tf.gather(lengths, rows)[:, None]
                    outputs = tf.boolean_mask(tf.transpose(outputs, [1, 0, 2]), is_real)
                found.append(outputs[: tf.where(real, tf.shape(outputs)[0], 0)])
            return batch + 1, made.write(tf.cast(batch - first, tf.int32), tf.concat(found, 0))

        return self._over(one, first, last, made).concat()

    def _over(self, one, first, last, carried):
        """Batch after batch; the groups of a batch are what runs side by side."""
        return tf.while_loop(
            lambda batch, _: batch < last, one, (first, carried), parallel_iterations=1
        )[1]

    def _figures(self, outputs, targets, starts, lengths, rows, real):
        """(3,) the sum of the losses, how many answers are right (0 for numbers), and how many
        were compared; nothing unless the group is ``real``."""
        classify = self.recipe.task == "classification"
        known = real
        if self.recipe.return_sequences:
            lengths = tf.gather(lengths, rows)
            targets = tf.gather(targets, _steps(tf.gather(starts, rows), lengths))
            known &= tf.range(tf.shape(targets, tf.int64)[0])[:, None] < lengths
            known &= targets >= 0 if classify else tf.math.is_finite(targets)
            # Where there is none, anything that gives a finite loss: it does not count.
            targets = tf.where(known, targets, tf.zeros_like(targets))
        else:
            targets = tf.gather(targets, rows)
        if classify:
            right = tf.cast(tf.argmax(outputs, axis=-1) == targets, tf.float32)
            losses = self.loss_of(targets, outputs)
            if self.recipe.class_weight != "none":
                losses *= tf.gather(self.class_weights, targets)
        else:
            right = tf.zeros_like(targets)
            losses = self.loss_of(targets[..., None], outputs)
        figures = tf.stack([losses, right, tf.ones_like(losses)])
        figures = tf.where(known, figures, tf.zeros_like(figures))
        return tf.reduce_sum(figures, axis=list(range(1, len(figures.shape))))

    def _outputs(self, flat, starts, lengths, rows, seed=None):
        """(rows, outputs) of the network, (steps, rows, outputs) where it answers at every step;
        with a seed, as in training."""
        lengths, starts = tf.gather(lengths, rows), tf.gather(starts, rows)
        return self.padded_outputs(tf.gather(flat, _steps(starts, lengths)), lengths, seed)

    def padded_outputs(self, x: tf.Tensor, lengths: tf.Tensor, seed: Any = None) -> tf.Tensor:
        """As ``_outputs``, of a padded array x (steps, rows, features) float32, whose rows begin
        with so many real steps, lengths (rows,) int64; what stands behind them must be finite."""
        run = _stock if stock(self.recipe) else _fast
        for number, (layer, recipe) in enumerate(
            zip(self.recurrent, self.recipe.layers, strict=True)
        ):
            final = layer is self.recurrent[-1]
            pooling = self.recipe.pooling
            sequences = self.recipe.return_sequences or not final or pooling != "last"
            x = run(layer, x, lengths, sequences)
            if final:
                x = lstm.without_room(x, recipe.units * (1 + recipe.bidirectional))
                x = x if pooling == "last" else _pooled(pooling, x, lengths)
            if seed is not None and recipe.dropout:
                own = seed + tf.constant([number * 2**40, 0], tf.int64)
                x = tf.nn.experimental.stateless_dropout(x, recipe.dropout, own)
        for layer in self.dense:
            x = layer(x)
        return x


def _steps(starts, lengths):
    """(steps, rows) the place in the flat arrays of every step. Behind its last step a row repeats
    it: padding that is finite, whatever the data."""
    return starts + tf.minimum(tf.range(tf.reduce_max(lengths))[:, None], lengths - 1)


def _group(order, cuts, group: int):
    """(rows,) of a batch's group, and whether it is one. A group without rows gets the batch's
    last, shortest row, not to count: BlockLSTMGradV2 (2.21) leaves its weights' gradient
    uninitialized where there are no rows, and cuDNN takes none."""
    first, last, end = cuts[group], cuts[group + 1], cuts[-1]
    real = last > first
    return order[tf.where(real, first, end - 1) : tf.where(real, last, end)], real


def _where(plan: Plan, first: int, last: int) -> tuple:
    return plan.order, plan.cuts, np.int64(first), np.int64(last)


def _pooled(pooling: str, hidden, lengths):
    """(rows, units) of hidden (steps, rows, units), over each row's real steps, the first ones."""
    real = (tf.range(tf.shape(hidden, lengths.dtype)[0])[:, None] < lengths)[..., None]
    if pooling == "mean":
        sums = tf.reduce_sum(tf.where(real, hidden, tf.zeros_like(hidden)), 0)
        return sums / tf.cast(lengths, tf.float32)[:, None]
    return tf.reduce_max(tf.where(real, hidden, MIN_STATE * tf.ones_like(hidden)), 0)


def _fast(layer, x, lengths, sequences: bool):
    """One recurrent layer over x (steps, rows, features) by ``core.engine.lstm``; (rows, units)
    when not ``sequences``."""

    def run(one, x):
        cell = one.cell
        weights = (cell.kernel, cell.recurrent_kernel, cell.bias)
        return lstm.lstm(x, *(tf.convert_to_tensor(weight.value) for weight in weights))

    if not isinstance(layer, keras.layers.Bidirectional):
        hidden = run(layer, x)  # room and all: the next layer takes it
        return hidden if sequences else lstm.last_steps(hidden, lengths)
    units = layer.forward_layer.units
    where = lstm.reversal(lengths, tf.shape(x, lengths.dtype)[0])
    both = [run(layer.forward_layer, x), run(layer.backward_layer, lstm.reverse(x, where))]
    if sequences:
        both[1] = lstm.reverse(both[1], where)
    else:
        both = [lstm.last_steps(hidden, lengths) for hidden in both]
    return tf.concat([lstm.without_room(hidden, units) for hidden in both], -1)


def _stock(layer, x, lengths, sequences: bool):
    """As ``_fast``, by the stock layer, whose arrays are (rows, steps, features)."""
    mask = tf.range(tf.shape(x, lengths.dtype)[0]) < lengths[:, None]
    hidden = layer(tf.transpose(x, [1, 0, 2]), mask=mask)
    return tf.transpose(hidden, [1, 0, 2]) if sequences else hidden


def stock(recipe: Recipe) -> bool:
    """Whether the stock Keras layers run, and not ``core.engine.lstm``."""
    return uses_keras(recipe) or bool(tf.config.list_physical_devices("GPU"))  # cuDNN is faster


def group_count() -> int:
    """Groups of rows that run side by side on this machine: one a core."""
    if tf.config.list_physical_devices("GPU"):
        return 1
    cores = tf.config.threading.get_inter_op_parallelism_threads() or os.cpu_count() or 1
    return min(cores, MAX_GROUPS)


def described(recipe: Recipe, features: int, groups: int) -> dict[str, object]:
    """The part of a run's record that its last bits depend on beside recipe and data."""
    ways, inputs = [], features
    for layer in recipe.layers:
        ways.append("keras" if stock(recipe) else lstm.way(inputs, layer.units))
        inputs = layer.units * (1 + layer.bidirectional)
    return {"layers": ways, "groups": groups}


_idle: list[Engine] = []
_lock = threading.Lock()


def forget() -> None:
    """Drop the engines nobody uses, so that the next one is compiled anew."""
    with _lock:
        _idle.clear()


@contextlib.contextmanager
def engine_for(kind: Kind) -> Iterator[Engine]:
    """An engine of this kind for oneself alone: one that was compiled before, or a new one."""
    with _lock:
        found = next((engine for engine in _idle if engine.kind == kind), None)
        if found is not None:
            _idle.remove(found)
    engine = found or Engine(kind)
    try:
        yield engine
    finally:
        with _lock:
            _idle.append(engine)
            del _idle[:-KEPT]
