"""Measures a ``Proof``. Needs TensorFlow.

Padded arrays and masks go into the networks themselves, the stock Keras one and the fast engine's;
to ask ``predict``, which strips all padding first, would prove nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from ..data.padding import Side, pad, truncate
from ..data.sequences import Sequences
from ..engine.compiled import Engine, Kind, engine_for, group_count
from ..errors import DataError
from ..fitted import FittedModel
from ..i18n import N_
from ..preprocessing.splits import training_and_validation
from ..preprocessing.transform import Preprocessing
from .report import ALONE, GRADIENT, Check, Proof

# Of the largest output. Rounding changed answers by 4e-7 of it at most, of networks of every kind
# with up to 6,000 steps; padding that counts changes them by a hundredth and more.
ROUNDING = 1e-4
SCALE_ROUNDING = 1e-6  # of a feature's mean or standard deviation
ROWS = 32  # sequences at most, the longest and the shortest among them
MAX_ALONE = 4  # of them, each alone
# What is asked once, of a few short pieces, is not compiled: that would take a second or two.
SHORT_ROWS, SHORT_STEPS = 8, 16
MORE = 3  # steps of padding, where there may be none
TRIAL_STEPS = 64
PASSES = 30  # over the rectangle, about: longer ones and gradients count for more
MIN_STEPS = 8
VALUES = {
    N_("padding filled with 0"): 0.0,
    N_("padding filled with −1"): -1.0,
    N_("padding filled with 1,000,000"): 1e6,
}


def prove(
    model: FittedModel,
    data: Sequences,
    seconds: float = 5.0,
    on_progress: Callable[[float], None] | None = None,
) -> Proof:
    """Measure whether padding counts in what a model answers to this data; see
    ``core.invariance.report``.

    seconds: about what it may take beside what is fixed, compiling and saving the network; longer
    sequences are cut to what fits. on_progress: called with the share that is done, 0 to 1.
    Raises DataError for data of other features than the model's, and for none.
    """
    began = time.perf_counter()
    if len(data) == 0:
        raise DataError("There is no sequence to prove it on. Give at least one.")
    sample = _sample(data, model)
    outputs = 1 if model.classes is None else len(model.classes)
    features = len(model.preprocessing.feature_names)
    kind = Kind.of(model.recipe, features, outputs, group_count())
    with engine_for(kind) as compiled:
        compiled.begin(model.network.get_weights())
        networks = (
            _Network("keras", _of_keras(model.network), features),
            _Network("engine", _of_engine(compiled), features),
        )
        most = _most_steps(networks[0], model, sample, seconds)
        cut = truncate(sample, most, "post")
        proving = _Proving(model, cut, networks)
        table: list[Check] = []
        for check in proving.checks():
            table.append(check)
            if on_progress is not None:
                on_progress(min(len(table) / (EXPECTED * len(networks)), 1.0))
    table.append(_scaling(model, data))
    if on_progress is not None:
        on_progress(1.0)
    return Proof(
        mask=model.recipe.mask,
        table=tuple(table),
        spread=proving.spread,
        classes=model.classes is not None,
        sequences=len(cut),
        of=len(data),
        steps=int(cut.lengths.max()),
        cut=cut is not sample,
        seconds=time.perf_counter() - began,
    )


EXPECTED = 11  # checks a network, about


def _sample(data: Sequences, model: FittedModel) -> Sequences:
    """The longest, the shortest, and others at random; in mode "none" of those alone that are not
    cut, so that another width changes nothing but the padding."""
    rows = np.arange(len(data))
    if model.recipe.mask == "none":
        whole = rows[data.lengths <= model.preprocessing.width]
        rows = whole if len(whole) else rows
    lengths = data.lengths[rows]
    ends = [int(rows[np.argmax(lengths)]), int(rows[np.argmin(lengths)])]
    others = np.random.default_rng(0).permutation(rows)[:ROWS]
    return data[np.array(list(dict.fromkeys([*ends, *others.tolist()]))[:ROWS])]


@dataclass(frozen=True)
class _Rectangle:
    """values (rows, steps, features) float32; mask (rows, steps) bool, the steps that count for
    the network; real (rows, steps) bool, those that are no padding."""

    values: np.ndarray
    mask: np.ndarray
    real: np.ndarray


class _Network:
    """A network as a function of values and mask, compiled for all numbers of rows and steps."""

    def __init__(self, name: str, outputs: Callable, features: int) -> None:
        self.name = name
        signature = (
            tf.TensorSpec((None, None, features), tf.float32),
            tf.TensorSpec((None, None), tf.bool),
        )

        def gradient(values, mask, real):
            # Probabilities sum to 1, so that their sum has no gradient: a fixed mix of them has.
            with tf.GradientTape() as tape:
                tape.watch(values)
                found = outputs(values, mask)
                if len(found.shape) == 3:
                    found = tf.boolean_mask(found, real)
                weights = 1 + tf.range(tf.shape(found)[-1], dtype=tf.float32)
                mixed = tf.reduce_sum(found * weights / tf.reduce_sum(weights))
            return tape.gradient(mixed, values)

        self._compiled = tf.function(outputs, input_signature=signature, autograph=False)
        self._outputs, self._gradient = outputs, gradient

    def answers(self, asked: _Rectangle, once: bool = False) -> np.ndarray:
        """(rows, outputs); of a network that answers at every step (real steps, outputs). Without
        compiling it, where it is asked ``once``."""
        run = self._outputs if once else self._compiled
        found = run(tf.constant(asked.values), tf.constant(asked.mask)).numpy()
        return found[asked.real] if found.ndim == 3 else found

    def gradient(self, asked: _Rectangle) -> np.ndarray:
        """(rows, steps, features) of a mix of the outputs, by the values."""
        arrays = map(tf.constant, (asked.values, asked.mask, asked.real))
        return self._gradient(*arrays).numpy()


def _of_keras(network: keras.Model) -> Callable:
    return lambda values, mask: network([values, mask], training=False)


def _of_engine(compiled: Engine) -> Callable:
    """The engine takes real steps first: in each row they change places with the padding, which
    stays what it is."""

    def outputs(values, mask):
        order = tf.argsort(tf.cast(~mask, tf.int32), axis=1, stable=True)
        moved = tf.gather(values, order, batch_dims=1)
        lengths = tf.reduce_sum(tf.cast(mask, tf.int64), 1)
        found = compiled.padded_outputs(tf.transpose(moved, [1, 0, 2]), lengths)
        if not compiled.recipe.return_sequences:
            return found
        return tf.gather(tf.transpose(found, [1, 0, 2]), tf.argsort(order, axis=1), batch_dims=1)

    return outputs


def _most_steps(network: _Network, model: FittedModel, sample: Sequences, seconds: float) -> int:
    """How long sequences may be, by the pace of a trial."""
    trial = _masked(model.preprocessing.prepare(truncate(sample, TRIAL_STEPS, "post")))
    network.answers(trial)  # compiles
    began = time.perf_counter()
    network.answers(trial)
    pace = (time.perf_counter() - began) / trial.mask.shape[1]
    return max(MIN_STEPS, int(seconds / (PASSES * pace)))


def _masked(
    prepared: Sequences, width: int | None = None, side: Side = "pre", value: float = 0.0
) -> _Rectangle:
    padded = pad(prepared, width, side, value=value)
    return _Rectangle(padded.values, padded.mask, padded.mask)


def _counting(
    preprocessing: Preprocessing, sample: Sequences, width: int, side: Side, value: float
) -> _Rectangle:
    """Mode "none": padding of raw values, in front of the scaling, and no mask."""
    recipe = replace(preprocessing.recipe, padding=side, value=value)
    prepared = replace(preprocessing, recipe=recipe, width=width).prepare(sample)
    values = prepared.values.reshape(len(sample), width, -1)
    real = pad(sample, width, side, recipe.truncating).mask
    return _Rectangle(values, np.ones_like(real), real)


class _Padded:
    """A sample of sequences as padded arrays, in which padding counts for a network or does not,
    by the model's mask mode.

    width  steps of the usual array: as in training where padding counts, else the fewest
    """

    def __init__(self, preprocessing: Preprocessing, sample: Sequences) -> None:
        self.preprocessing, self.sample = preprocessing, sample
        self.prepared = preprocessing.prepare(sample)
        self.counts = preprocessing.recipe.mask == "none"
        self.side: Side = preprocessing.recipe.padding
        self.value = preprocessing.recipe.value if self.counts else 0.0
        lengths = self.sample.lengths if self.counts else self.prepared.lengths
        self.longest = int(lengths.max())
        self.width = preprocessing.width if self.counts else self.longest

    def array(
        self,
        width: int,
        side: Side | None = None,
        value: float | None = None,
        rows: slice = slice(None),
    ) -> _Rectangle:
        side = side or self.side
        value = self.value if value is None else value
        if self.counts:
            return _counting(self.preprocessing, self.sample[rows], width, side, value)
        return _masked(self.prepared[rows], width, side, value)


class _Proving:
    """The checks of one model on a sample of sequences."""

    def __init__(
        self, model: FittedModel, sample: Sequences, networks: tuple[_Network, _Network]
    ) -> None:
        self.model, self.networks = model, networks
        self.padded = _Padded(model.preprocessing, sample)
        short = truncate(sample[:SHORT_ROWS], SHORT_STEPS, "post")
        self.short = _Padded(model.preprocessing, short)
        self.unit = 1.0 if model.classes is not None else model.preprocessing.target_std
        answers = networks[0].answers(self.padded.array(self.padded.width))
        self.tolerance = float(ROUNDING * np.abs(answers).max(initial=0.0) * self.unit)
        self.spread = float(np.sqrt(answers.var(axis=0).sum()) * self.unit)

    def checks(self) -> Iterator[Check]:
        for network in self.networks:
            yield from self._of(network)
        yield self._exported()
        if self.model.recipe.mask == "value" and self.model.recipe.maxlen is None:
            yield self._erased()

    def _of(self, network: _Network) -> Iterator[Check]:
        array, width = self.padded.array, self.padded.width
        usual = array(width)
        before = network.answers(usual)
        changes = {
            N_("1 step of padding more"): array(width + 1),
            N_("10 steps of padding more"): array(width + 10),
            N_("padded to twice the length"): array(2 * width),
            N_("padding on the other side"): array(
                width + MORE, "post" if self.padded.side == "pre" else "pre"
            ),
            **{name: array(width + MORE, value=value) for name, value in VALUES.items()},
        }
        for name, changed in changes.items():
            yield self._check(name, network.name, before, network.answers(changed))
        yield self._alone(network, usual, before)
        short = self.short.array(self.short.longest + MORE)
        slopes = np.abs(network.gradient(short))[~short.real]
        yield Check(GRADIENT, network.name, _largest(slopes) * self.unit, 0.0)
        if not self.padded.counts:
            yield self._deleted(network)

    def _check(self, name: str, network: str, before: np.ndarray, after: np.ndarray) -> Check:
        return Check(name, network, self._difference(before, after), self.tolerance)

    def _difference(self, before: np.ndarray, after: np.ndarray) -> float:
        return _largest(np.abs(before - after)) * self.unit

    def _alone(self, network: _Network, usual: _Rectangle, before: np.ndarray) -> Check:
        lengths = usual.real.sum(axis=1)
        ends = np.cumsum(lengths if before.shape[0] > len(lengths) else np.ones_like(lengths))
        largest = 0.0
        for row, of_row in enumerate(np.split(before, ends[:MAX_ALONE])[:-1]):
            alone = self.padded.array(int(lengths[row]), rows=slice(row, row + 1))
            largest = max(largest, self._difference(of_row, network.answers(alone)))
        return Check(ALONE, network.name, largest, self.tolerance)

    def _deleted(self, network: _Network) -> Check:
        """A real step that stock Keras is told to mask, against the sequence without it."""
        name = N_("a step masked, against the same step deleted")
        rows = np.flatnonzero(self.padded.prepared.lengths > 1)
        if len(rows) == 0:
            why = N_("no sequence has two steps")
            return Check(name, network.name, None, self.tolerance, why)
        data = self.padded.prepared[rows]
        rng = np.random.default_rng(1)
        keep = np.ones(len(data.values), dtype=bool)
        keep[data.offsets[:-1] + rng.integers(data.lengths)] = False
        whole = _masked(data, side=self.padded.side)
        left = whole.mask.copy()
        left[whole.mask] = keep
        masked = self.networks[0].answers(replace(whole, mask=left, real=left))
        deleted = _masked(data.take_steps(keep, data.lengths - 1), side=self.padded.side)
        return self._check(name, network.name, masked, network.answers(deleted))

    def _exported(self) -> Check:
        """The network as it is taken away, saved and loaded again, against the engine."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.keras")
            self.model.network.save(path)
            loaded = keras.models.load_model(path, compile=False)  # our own file
        exported = _Network("export", _of_keras(loaded), self.short.sample.features)
        asked = self.short.array(self.short.longest + MORE)
        ours = self.networks[1].answers(asked)
        return self._check(
            N_("the saved model, against ours"), "export", ours, exported.answers(asked, once=True)
        )

    def _erased(self) -> Check:
        """Mode "value": padding that stands in the raw values."""
        sample, value = self.padded.sample, self.model.recipe.mask_value
        width = int(sample.lengths.max()) + MORE
        flat = pad(sample, width, self.padded.side, value=value).values.reshape(-1, sample.features)
        padded = sample.with_targets(None).with_steps(flat, np.full(len(sample), width))
        again = self.model.preprocessing.prepare(padded)
        engine = self.networks[1]
        name = N_("padding with the mask value, before anything else")
        before, after = engine.answers(self.padded.array(self.padded.width)), _masked(again)
        return self._check(name, "preprocessing", before, engine.answers(after))


def _largest(differences: np.ndarray) -> float:
    """A very large number where one is not a number."""
    most = float(np.finfo(np.float32).max)
    return float(np.nan_to_num(differences, nan=most, posinf=most).max(initial=0.0))


def _scaling(model: FittedModel, data: Sequences) -> Check:
    """Means and standard deviations, against those of the real steps of the training rows."""
    name, known = N_("the scaling, against the real training steps"), model.preprocessing
    if model.trained_on != data.digest():
        why = N_("this is other data than the model was trained on")
        return Check(name, "preprocessing", None, SCALE_ROUNDING, why)
    training, _ = training_and_validation(data, model.recipe)
    again = Preprocessing.fit(data[training], model.recipe, known.classes)
    apart = [
        np.abs(getattr(known, part) - getattr(again, part)) / again.std for part in ("mean", "std")
    ]
    return Check(name, "preprocessing", float(np.max(apart)), SCALE_ROUNDING)
