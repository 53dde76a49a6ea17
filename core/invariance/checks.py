"""The padding check: measure whether padding changes predictions. Needs TensorFlow.

Padded arrays and masks go into the networks themselves, the stock Keras network and the fast
engine. Checking ``predict``, which strips all padding first, would prove nothing.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np

from ..data.padding import pad, truncate
from ..data.sequences import Sequences
from ..errors import DataError
from ..families.registry import get_family, get_network
from ..fitted import FittedModel
from ..i18n import N_
from ..preprocessing.transform import MAX_FLOAT32
from .check_preprocessing import check_preprocessing
from .networks import Network, switch_off_dropout, wrap_engine, wrap_keras
from .padded_arrays import PaddedArray, PaddedSample, change_last_bits, pad_masked
from .report import ALONE, GRADIENT, UPDATE, Check, Proof

# Relative to the largest output. Rounding changed predictions by at most 4e-7 of it, in networks of
# every kind with up to 6,000 steps; padding that counts changes them by a hundredth and more.
ROUNDING = 1e-4
MAX_ROWS = 32  # measured sequences, the longest and the shortest among them
MAX_ALONE = 4  # sequences measured without any padding
# Networks that run only once are not compiled, which would take a second or two. They get a few
# short sequences instead.
SHORT_ROWS, SHORT_STEPS = 8, 16
EXTRA_STEPS = 3  # of padding, so that the longest sequence has some too
TRIAL_STEPS = 64
PASSES = 30  # estimated passes over the padded array; wider arrays and gradients count for more
MIN_STEPS = 8
EXPECTED_CHECKS = 12  # per network, estimated, for the progress
FILLED_WITH_0 = N_("padding filled with 0")
VALUES = {N_("padding filled with −1"): -1.0, N_("padding filled with 1,000,000"): 1e6}
# By how many units in their last place real values are changed to measure what rounding alone does.
# More than one, because the rounding errors of all operations on a value add up.
ROUNDING_UNITS = (1, 2, 4, 8, 16)
ROUNDING_DRAWS = 2  # per number of units


def prove(
    model: FittedModel,
    data: Sequences,
    seconds: float = 5.0,
    on_progress: Callable[[float], None] | None = None,
) -> Proof:
    """Measure whether padding changes a model's predictions.

    Args:
        model: The model to check.
        data: The training data or other sequences with the model's features.
        seconds: Approximate time limit, without the fixed cost of compiling and saving the
            network. Long sequences are truncated to fit it.
        on_progress: Called with the finished share, 0 to 1.

    Returns:
        The checks and their results.

    Raises:
        DataError: The data has no sequence, or other features than the model.
    """
    start = time.perf_counter()
    if len(data) == 0:
        raise DataError("There are no sequences to check. Give at least one.")
    sample = _choose_sample(data, model)
    recipe, features = model.recipe, model.preprocessing.n_inputs
    with get_network(recipe).open_network(recipe, model.network) as compute:
        networks = (
            Network("keras", wrap_keras(model.network), features),
            Network("engine", wrap_engine(compute, recipe.return_sequences), features),
        )
        max_steps = _choose_max_steps(networks[0], model, sample, seconds)
        truncated = truncate(sample, max_steps, "post")
        suite = _CheckSuite(model, truncated, networks)
        table: list[Check] = []
        for check in suite.run():
            table.append(check)
            if on_progress is not None:
                on_progress(min(len(table) / (EXPECTED_CHECKS * len(networks)), 1.0))
    fitted_to = model.trained_on, model.fitted_to
    table.extend(check_preprocessing(model.preprocessing, *fitted_to, data))
    if on_progress is not None:
        on_progress(1.0)
    return Proof(
        mask=model.recipe.mask,
        checks=tuple(table),
        spread=suite.spread,
        classes=model.classes is not None,
        sequences=len(truncated),
        of=len(data),
        steps=int(truncated.lengths.max()),
        cut=truncated is not sample,
        seconds=time.perf_counter() - start,
    )


def _choose_sample(data: Sequences, model: FittedModel) -> Sequences:
    """Choose the longest, the shortest and random other sequences.

    In mode "none" only sequences that are not truncated, so that another width changes nothing but
    the padding.
    """
    rows = np.arange(len(data))
    if model.recipe.mask == "none":
        fitting = rows[data.lengths <= model.preprocessing.width]
        rows = fitting if len(fitting) else rows
    lengths = data.lengths[rows]
    ends = [int(rows[np.argmax(lengths)]), int(rows[np.argmin(lengths)])]
    others = np.random.default_rng(0).permutation(rows)[:MAX_ROWS]
    return data[np.array(list(dict.fromkeys([*ends, *others.tolist()]))[:MAX_ROWS])]


def _choose_max_steps(
    network: Network, model: FittedModel, sample: Sequences, seconds: float
) -> int:
    """Choose the length to truncate to, by the speed of a trial."""
    trial = pad_masked(model.preprocessing.prepare(truncate(sample, TRIAL_STEPS, "post")).sequences)
    network.predict(trial)  # compiles
    start = time.perf_counter()
    network.predict(trial)
    seconds_per_step = (time.perf_counter() - start) / trial.mask.shape[1]
    return max(MIN_STEPS, int(seconds / (PASSES * seconds_per_step)))


class _CheckSuite:
    """The checks of one model on a sample of sequences."""

    def __init__(
        self, model: FittedModel, sample: Sequences, networks: tuple[Network, Network]
    ) -> None:
        self.model, self.networks = model, networks
        self.padded = PaddedSample(model.preprocessing, sample)
        short = truncate(sample[:SHORT_ROWS], SHORT_STEPS, "post")
        self.short = PaddedSample(model.preprocessing, short)
        self.unit = 1.0 if model.classes is not None else model.preprocessing.target_std
        outputs = networks[0].predict(self.padded.array(self.padded.width))
        largest = np.abs(outputs).max(initial=0.0) if np.isfinite(outputs).all() else np.nan
        self.tolerance = float(ROUNDING * largest * self.unit)
        self._rounding: dict[PaddedArray, float] = {}  # see _measure_rounding
        self.spread = float(np.sqrt(outputs.var(axis=0).sum()) * self.unit)

    def run(self) -> Iterator[Check]:
        """Run the checks one after another."""
        for network in self.networks:
            yield from self._check_network(network)
        loaded = self._save_and_load()
        yield self._check_export(loaded)
        # The saved network, in training: batch normalization takes the moments of the batch then.
        switch_off_dropout(loaded)
        features = self.short.prepared.features
        yield self._check_update(Network("keras", wrap_keras(loaded, training=True), features))
        yield self._check_update(self.networks[1])
        recipe, has_words = self.model.recipe, bool(self.padded.sample.categories)
        if recipe.mask == "value" and recipe.maxlen is None and not has_words:
            yield self._check_erased()

    def _check_network(self, network: Network) -> Iterator[Check]:
        array, width = self.padded.array, self.padded.width
        usual = array(width)
        before = network.predict(usual)
        changes = {
            N_("1 more step of padding"): array(width + 1),
            N_("10 more steps of padding"): array(width + 10),
            N_("padded to twice the length"): array(2 * width),
            N_("padding at the other end"): array(
                width + EXTRA_STEPS, "post" if self.padded.side == "pre" else "pre"
            ),
        }
        for name, changed in changes.items():
            yield self._compare(name, network.name, usual, before, network.predict(changed))
        zeros = network.predict(array(width + EXTRA_STEPS, value=0.0))
        yield self._compare(FILLED_WITH_0, network.name, usual, before, zeros)
        for name, value in VALUES.items():
            # The same operations on the same real steps, in arrays of the same shape: no rounding.
            filled = network.predict(array(width + EXTRA_STEPS, value=value))
            difference = self._measure_difference(zeros, filled)
            yield Check(name, network.name, difference, self.tolerance)
        yield self._check_alone(network, usual, before)
        yield self._check_gradient(network)
        if not self.padded.counts:
            yield self._check_deleted(network)

    def _compare(
        self,
        name: str,
        network: str,
        array: PaddedArray,
        before: np.ndarray,
        after: np.ndarray,
    ) -> Check:
        """Compare the outputs for ``array`` with those after a change."""
        difference = self._measure_difference(before, after)
        return self._make_check(name, network, array, difference)

    def _make_check(self, name: str, network: str, array: PaddedArray, difference: float) -> Check:
        rounding = 0.0 if difference <= self.tolerance else self._measure_rounding(array)
        return Check(name, network, difference, self.tolerance, rounding=rounding)

    def _measure_difference(self, before: np.ndarray, after: np.ndarray) -> float:
        return _measure_largest_difference(before, after) * self.unit

    def _measure_rounding(self, array: PaddedArray) -> float:
        """Measure by how much rounding alone changes the outputs of either network.

        The last bits of the real steps are changed. Padding stays as it is, so that whether it
        leaks makes no difference here.
        """
        if array not in self._rounding:
            self._rounding[array] = max(
                self._measure_difference(network.predict(array), network.predict(changed))
                for changed in _draw_roundings(array)
                for network in self.networks
            )
        return self._rounding[array]

    def _check_gradient(self, network: Network) -> Check:
        """Check that no output depends on a padded input, to the last bit."""
        short = self.short.array(self.short.longest + EXTRA_STEPS)
        gradients, _ = network.compute_gradients(short)  # (rows, steps, features)
        largest = _find_largest(np.abs(gradients[~short.real])) * self.unit
        # Where the gradient of real inputs overflows, 0 times infinity proves no leak.
        overflows = not np.isfinite(gradients[short.real]).all()
        rounding = float(MAX_FLOAT32) * self.unit if overflows else 0.0
        return Check(GRADIENT, network.name, largest, 0.0, rounding=rounding)

    def _check_alone(self, network: Network, usual: PaddedArray, before: np.ndarray) -> Check:
        lengths = usual.real.sum(axis=1)
        ends = np.cumsum(lengths if before.shape[0] > len(lengths) else np.ones_like(lengths))
        largest = 0.0
        for row, row_before in enumerate(np.split(before, ends[:MAX_ALONE])[:-1]):
            alone = self.padded.array(int(lengths[row]), rows=slice(row, row + 1))
            largest = max(largest, self._measure_difference(row_before, network.predict(alone)))
        return self._make_check(ALONE, network.name, usual, largest)

    def _check_deleted(self, network: Network) -> Check:
        """Compare a real step masked in stock Keras with the sequence without that step."""
        name = N_("one step masked, compared with the same step deleted")
        rows = np.flatnonzero(self.padded.prepared.lengths > 1)
        if len(rows) == 0:
            why = N_("no sequence has two steps")
            return Check(name, network.name, None, self.tolerance, why)
        data = self.padded.prepared[rows]
        rng = np.random.default_rng(1)
        keep = np.ones(len(data.values), dtype=bool)  # (total steps,)
        keep[data.offsets[:-1] + rng.integers(data.lengths)] = False
        padded = pad_masked(data, side=self.padded.side)
        mask = padded.mask.copy()
        mask[padded.mask] = keep
        masked = replace(padded, mask=mask, real=mask)
        before = self.networks[0].predict(masked)
        deleted = pad_masked(data.take_steps(keep, data.lengths - 1), side=self.padded.side)
        return self._compare(name, network.name, masked, before, network.predict(deleted))

    def _save_and_load(self) -> keras.Model:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "model.keras")
            self.model.network.save(path)
            return keras.models.load_model(path, compile=False)  # our own file

    def _check_update(self, network: Network) -> Check:
        """Compare the update of the weights by one batch with that of more and other padding.

        The update is the gradient of a weighted sum of outputs, because the data may have no
        targets: with those, the loss only weighs the outputs otherwise.
        """
        recipe = self.model.recipe
        if not get_family(recipe).is_differentiable(recipe):
            why = N_("not every part of the model is trained by gradients")
            return Check(UPDATE, network.name, None, ROUNDING, why)
        usual = self.short.array(self.short.width)
        other = self.short.array(self.short.width + EXTRA_STEPS, value=-1.0)
        before, after = (network.compute_gradients(each)[1] for each in (usual, other))
        size = float(np.abs(before).max(initial=0.0)) or 1.0  # nothing is learned: all are 0

        def compare(after: np.ndarray) -> float:
            return _measure_largest_difference(before, after) / size

        difference, rounding = compare(after), 0.0
        if not difference <= ROUNDING:
            roundings = _draw_roundings(usual)
            rounding = max(compare(network.compute_gradients(each)[1]) for each in roundings)
        tolerance = ROUNDING if np.isfinite(size) else np.nan
        return Check(UPDATE, network.name, difference, tolerance, rounding=rounding)

    def _check_export(self, loaded: keras.Model) -> Check:
        """Compare the saved and reloaded network with the engine."""
        exported = Network("export", wrap_keras(loaded), self.short.prepared.features)
        short = self.short.array(self.short.longest + EXTRA_STEPS)
        before, after = self.networks[1].predict(short), exported.predict(short, eager=True)
        name = N_("the saved model, compared with this one")
        return self._compare(name, "export", short, before, after)

    def _check_erased(self) -> Check:
        """Check mode "value" with padding in the raw values."""
        sample, value = self.padded.sample, self.model.recipe.mask_value
        width = int(sample.lengths.max()) + EXTRA_STEPS
        flat = pad(sample, width, self.padded.side, value=value).values.reshape(-1, sample.features)
        padded = sample.with_targets(None).with_steps(flat, np.full(len(sample), width))
        prepared = self.model.preprocessing.prepare(padded).sequences
        engine = self.networks[1]
        name = N_("padding with the mask value before preprocessing")
        usual = self.padded.array(self.padded.width)
        before, after = engine.predict(usual), engine.predict(pad_masked(prepared))
        return self._compare(name, "preprocessing", usual, before, after)


def _draw_roundings(array: PaddedArray) -> Iterator[PaddedArray]:
    """Draw arrays that differ from this one in the last bits of the real steps."""
    rng = np.random.default_rng(2)
    for units in np.repeat(ROUNDING_UNITS, ROUNDING_DRAWS):
        yield change_last_bits(array, int(units), rng)


def _measure_largest_difference(before: np.ndarray, after: np.ndarray) -> float:
    """Return the largest absolute difference, 0 where both are the same or not a number."""
    same = (before == after) | (np.isnan(before) & np.isnan(after))
    with np.errstate(invalid="ignore", over="ignore"):
        return _find_largest(np.where(same, 0, np.abs(before - after)))


def _find_largest(differences: np.ndarray) -> float:
    """Return the maximum, with NaN and infinity counted as the largest float32."""
    largest = float(MAX_FLOAT32)
    finite = np.nan_to_num(differences, nan=largest, posinf=largest)
    return float(finite.max(initial=0.0))
