"""Transform sequences into network inputs, and network outputs back into the target's unit.

``Preprocessing`` is fitted on the training set alone; the same object then transforms the
validation set, the test set and new data, and is saved with the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..data.padding import add_padding_steps, pad, truncate
from ..data.sequences import Sequences
from ..errors import DataError, Note
from ..recipe.network_shape import NetworkShape, count_usual_steps
from ..recipe.recipe import Recipe
from .input_encoder import InputEncoder, name_inputs
from .masking import MaskedSequences, mask_steps
from .saved_values import build_labels, read_saved_values

MAX_FLOAT32 = np.finfo(np.float32).max
RESOLUTION = 1e-7  # of float32: values that differ by less than this share are equal


@dataclass(frozen=True, eq=False)
class Prepared:
    """Sequences as the network reads them, and where their steps come from.

    Attributes:
        masked: The sequences before imputation, encoding and scaling.
        sequences: The sequences as the network reads them, with its inputs as features.
        source: (m,) int64, for each step of ``sequences`` its index in
            ``masked.original.values``; -1 for padding that counts as data.
    """

    masked: MaskedSequences
    sequences: Sequences
    source: npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """Fitted imputation, encoding and scaling of the inputs, and encoding of the targets.

    Attributes:
        recipe: the recipe it was fitted by.
        inputs: imputation and encoding of the features.
        mean: (i,) mean of the inputs in real training steps, 0 if the recipe does not standardize.
        std: (i,) standard deviation of the inputs in real training steps, 1 if the recipe does not
            standardize.
        target_mean: mean of the regression targets, 0 if they are not standardized.
        target_std: standard deviation of the regression targets, 1 if they are not standardized.
        classes: (k,) sorted labels as in the data; None for regression.
        width: steps that every sequence is padded to in mask mode ``none``.
        usual_steps: see ``NetworkShape``.
        sequences: sequences that it was fitted to.
        difference_mean: (d,) mean of the difference of each numeric input to the step before, 0 at
            the first step, in real training steps and in standard deviations of the input; (0,) if
            no network needs it.
        difference_std: (d,) standard deviation of the same.
    """

    recipe: Recipe
    inputs: InputEncoder
    mean: npt.NDArray[np.float64]
    std: npt.NDArray[np.float64]
    target_mean: float
    target_std: float
    classes: np.ndarray | None
    width: int
    usual_steps: int
    sequences: int
    difference_mean: npt.NDArray[np.float64]
    difference_std: npt.NDArray[np.float64]

    @property
    def shape(self) -> NetworkShape:
        """Sizes of the data, for the network."""
        scaling = zip(self.difference_mean.tolist(), self.difference_std.tolist(), strict=True)
        return NetworkShape(
            inputs=self.n_inputs,
            outputs=self.n_outputs,
            usual_steps=self.usual_steps,
            sequences=self.sequences,
            coded=self.inputs.coded,
            difference_scaling=tuple(scaling),
        )

    @property
    def n_inputs(self) -> int:
        """Inputs of the network per step."""
        return len(self.inputs.names)

    @property
    def n_outputs(self) -> int:
        """Units of the output layer: 1 for regression, else one per class."""
        return 1 if self.classes is None else len(self.classes)

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the features of the data."""
        return self.inputs.feature_names

    @classmethod
    def fit(
        cls,
        masked: MaskedSequences,
        recipe: Recipe,
        labels: np.ndarray | None,
        like: InputEncoder | None = None,
    ) -> Preprocessing:
        """Fit to the training set.

        Args:
            masked: the training set, masked by this recipe; without targets, theirs are left
                unscaled.
            recipe: its ``maxlen``, ``standardize`` and ``task`` are used.
            labels: (k,) sorted classes, None for regression.
            like: takes vocabularies and indicators from this encoder.
        """
        training, real = masked.original, masked.real
        inputs = InputEncoder.fit(real, like)
        mean, std = np.zeros(len(inputs.names)), np.ones(len(inputs.names))
        target_mean, target_std = 0.0, 1.0
        difference_mean, difference_std = np.zeros(0), np.ones(0)
        if recipe.standardize:
            encoded = inputs.encode(real)
            mean, std = measure_scale(encoded.values)
            if _has_differences(recipe):
                scaling = measure_scale(_compute_differences(encoded) / std)
                difference_mean, difference_std = (np.delete(x, inputs.coded) for x in scaling)
            if recipe.task == "regression" and training.targets is not None:
                measured = real if training.per_step else training
                target_mean, target_std = map(float, measure_scale(measured.require_targets()))
        return cls(
            recipe=recipe,
            inputs=inputs,
            mean=mean,
            std=std,
            target_mean=target_mean,
            target_std=target_std,
            classes=labels,
            width=recipe.maxlen or int(training.lengths.max()),
            usual_steps=count_usual_steps(real.lengths),
            sequences=len(real),
            difference_mean=difference_mean,
            difference_std=difference_std,
        )

    def prepare(self, data: Sequences | MaskedSequences) -> Prepared:
        """Apply ``maxlen``, the mask mode, imputation and scaling, in this order.

        Per-step targets are kept only if every step is; ``Prepared.source`` maps the others.

        Args:
            data: the sequences, or what ``mask_steps`` returned for them.

        Raises:
            DataError: the number of features differs from that of the training set, or the mask
                erases a sequence.
        """
        masked = data if isinstance(data, MaskedSequences) else mask_steps(data, self.recipe)
        if masked.original.features != len(self.feature_names):
            raise DataError(
                "The number of features per step is {found}; the model was trained on "
                "{expected}: {names}. Give the same features in the same order.",
                expected=len(self.feature_names),
                names=", ".join(self.feature_names[:12]),
                found=masked.original.features,
            )
        encoded = self.inputs.encode(masked.real)
        source: npt.NDArray[np.int64]
        if self.recipe.mask != "none":
            sequences, source = encoded, masked.kept
        else:
            padding, truncating = self.recipe.padding, self.recipe.truncating
            sequences = add_padding_steps(
                encoded, self.width, padding, truncating, self.recipe.value
            )
            numbered = masked.real.with_targets(masked.kept, per_step=True)
            numbered = truncate(numbered, self.width, truncating)
            is_real = pad(numbered, self.width, padding).mask.reshape(-1)  # (n × width,)
            source = np.full(len(is_real), -1, np.int64)
            source[is_real] = numbered.require_targets()
        if self.recipe.standardize:
            scaled = self.scale(sequences.values)
            sequences = sequences.with_steps(scaled, sequences.lengths)
        return Prepared(masked, sequences, source)

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Scale inputs (…, i) in raw units; what float32 cannot hold becomes its largest number."""
        if not self.recipe.standardize:
            return values
        mean, std = self.mean.astype(np.float32), self.std.astype(np.float32)
        try:
            with np.errstate(over="raise"):  # costs nothing, unlike a search for infinite values
                scaled: np.ndarray = (values - mean) / std
        except FloatingPointError:  # far beyond what was trained on
            with np.errstate(over="ignore"):
                scaled = np.clip((values - mean) / std, -MAX_FLOAT32, MAX_FLOAT32)
        return scaled

    def notes(self, masked: MaskedSequences) -> list[Note]:
        """Explain which real steps ``prepare`` leaves out of this data."""
        maxlen = self.width if self.recipe.mask == "none" else self.recipe.maxlen
        lengths = masked.original.lengths
        cut = lengths if maxlen is None else np.minimum(lengths, maxlen)
        notes = []
        if (cut < lengths).any():
            notes.append(
                Note(
                    "Sequences longer than {maxlen} steps were truncated: {sequences} of "
                    "{total}. Steps cut off: {steps}.",
                    sequences=int((cut < lengths).sum()),
                    total=len(lengths),
                    maxlen=maxlen,
                    steps=int((lengths - cut).sum()),
                )
            )
        erased = int(cut.sum()) - len(masked.real.values)
        if self.recipe.mask == "value" and erased:
            notes.append(
                Note(
                    "Real steps erased because they equal the mask value {mask_value}: {steps}.",
                    steps=erased,
                    mask_value=self.recipe.mask_value,
                )
            )
        for name, steps in self.inputs.find_unknown(masked.real).items():
            words, codes = masked.real.categories[name], masked.real.values[steps]
            notes.append(
                Note(
                    "Feature {feature}: {found!r} is not in the training vocabulary and "
                    "counts as unknown. Steps with such words: {steps}.",
                    feature=name,
                    found=words[int(codes[0, self.feature_names.index(name)])],
                    steps=len(steps),
                )
            )
        return notes

    def encode(self, prepared: Prepared) -> np.ndarray:
        """Convert the targets for the network.

        Returns:
            int64 class numbers or scaled float32: (n,); or one per step of the prepared
            sequences, -1 or NaN for padding. A class that training did not have gets the number
            behind the last one.
        """
        data = prepared.masked.original
        targets = data.require_targets()
        if self.classes is not None:
            numbers = np.searchsorted(self.classes, targets)
            nearest = self.classes[np.minimum(numbers, len(self.classes) - 1)]
            targets = np.where(nearest == targets, numbers, len(self.classes))
        else:
            targets = ((targets - self.target_mean) / self.target_std).astype(np.float32)
        if not data.per_step:
            return targets
        absent = np.float32(np.nan) if self.classes is None else -1
        source = prepared.source
        return np.where(source >= 0, targets[source], absent).astype(targets.dtype)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """Convert network outputs to labels, or to values in the target's unit.

        Args:
            outputs: (n, k) probabilities, or (n, 1) scaled values.

        Returns:
            (n,); None as label where the outputs are NaN.
        """
        if self.classes is not None:
            labels: np.ndarray = self.classes[outputs.argmax(axis=1)]
            absent = np.isnan(outputs[:, 0])
            if absent.any():
                labels = labels.astype(object)
                labels[absent] = None
            return labels
        return outputs[:, 0].astype(np.float64) * self.target_std + self.target_mean

    @property
    def loss_unit(self) -> float:
        """One unit of the network's loss in the target's unit (squared for mse)."""
        return {"mse": self.target_std**2, "mae": self.target_std}.get(self.recipe.loss_name, 1.0)

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON, without the recipe; ``from_dict`` reads them."""
        inputs = self.inputs
        differences = {
            "difference_mean": self.difference_mean.tolist(),
            "difference_std": self.difference_std.tolist(),
        }
        return {
            "feature_names": list(inputs.feature_names),
            "vocabularies": {name: list(words) for name, words in inputs.vocabularies.items()},
            "missing": inputs.missing,
            "indicated": list(inputs.indicated),
            "input_names": list(inputs.names),
            "fill": inputs.fill.tolist(),
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "target_mean": self.target_mean,
            "target_std": self.target_std,
            "classes": None if self.classes is None else self.classes.tolist(),
            "width": self.width,
            "usual_steps": self.usual_steps,
            "sequences": self.sequences,
            **(differences if len(self.difference_mean) else {}),
        }

    @classmethod
    def from_dict(cls, recipe: Recipe, plain: object, table: object = None) -> Preprocessing:
        """Rebuild the preprocessing from the output of ``to_dict``.

        Args:
            recipe: the recipe it was fitted by.
            plain: the output of ``to_dict``, of this version or an earlier one.
            table: for one of an earlier version, how the training data was read.

        Raises:
            ValueError: the values are invalid or do not fit together.
        """
        values, inputs = read_saved_values(plain, table)
        mean, std = np.array(values["mean"], np.float64), np.array(values["std"], np.float64)
        for name, numbers in (("fill", inputs.fill), ("mean", mean), ("std", std)):
            if len(numbers) != len(inputs.names):
                raise ValueError(f"{name} has {len(numbers)} numbers; use one per input")
        expected = name_inputs(inputs.feature_names, inputs.vocabularies, inputs.indicated)
        if sorted(expected) != sorted(inputs.names):
            raise ValueError("the inputs do not fit the features")
        difference_mean = np.array(values.get("difference_mean", ()), np.float64)
        difference_std = np.array(values.get("difference_std", ()), np.float64)
        numeric = len(inputs.names) - len(inputs.coded)
        allowed = [numeric] if recipe.standardize and _has_differences(recipe) else [0, numeric]
        if len(difference_mean) not in allowed or len(difference_std) != len(difference_mean):
            raise ValueError("the scaling of the differences does not fit the inputs")
        classes = values["classes"]
        if (classes is None) != (recipe.task == "regression"):
            raise ValueError(f"the classes do not fit the task {recipe.task}")
        return cls(
            recipe=recipe,
            inputs=inputs,
            mean=mean,
            std=std,
            target_mean=values["target_mean"],
            target_std=values["target_std"],
            classes=None if classes is None else build_labels(classes),
            width=values["width"],
            usual_steps=values.get("usual_steps", values["width"]),  # older files lack both
            sequences=values.get("sequences", 1),
            difference_mean=difference_mean,
            difference_std=difference_std,
        )


def _has_differences(recipe: Recipe) -> bool:
    """Return True if the recipe's network, or one of its members, reads differences."""
    return any(each.differences for each in recipe.list_members() or (recipe,))


def _compute_differences(data: Sequences) -> np.ndarray:
    """Subtract from each step the one before: (total steps, features) float64, 0 at first steps."""
    differences = np.zeros(data.values.shape)
    np.subtract(data.values[1:], data.values[:-1], out=differences[1:], dtype=np.float64)
    differences[data.offsets[:-1]] = 0
    return differences


def measure_scale(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute both over the first axis in float64; the std of a constant column is 1."""
    mean = values.mean(axis=0, dtype=np.float64)
    std = values.std(axis=0, dtype=np.float64)
    tiny = RESOLUTION * np.maximum(np.abs(mean), 1e-30)
    return mean, np.where(std > tiny, std, 1.0)
