"""Transform sequences into network inputs, and network outputs back into the target's unit.

``Preprocessing`` is fitted on the training set alone; the same object then transforms the
validation set, the test set and new data, and is saved with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.padding import add_padding_steps, pad, truncate
from ..data.sequences import Sequences
from ..errors import DataError, Note
from ..json_validation import (
    MAX_NAMES,
    Check,
    integer,
    list_of,
    names,
    number,
    optional,
    record,
    text,
    value_error,
)
from ..recipe.recipe import Recipe
from .masking import MaskedSequences, mask_steps

MAX_VALUE, MIN_STD = 3.4e38, 1.2e-38  # of a feature: the range of float32
MAX_TARGET, MIN_TARGET_STD = 1e300, 1e-300
MAX_WIDTH = 10_000_000  # steps


def _label(value: Any, where: str) -> int | float | str:
    """Check a class label: text or a number."""
    if isinstance(value, str):
        return text()(value, where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise value_error(value, where, "a text or a number")
    return integer(-(2**63), 2**63 - 1)(value, where) if isinstance(value, int) else value


def _per_feature(check: Check) -> Check:
    return list_of(check, MAX_NAMES)


PREPROCESSING_CHECK = record(
    {
        "feature_names": names(min_entries=1),
        "mean": _per_feature(number(-MAX_VALUE, MAX_VALUE)),
        "std": _per_feature(number(MIN_STD, MAX_VALUE)),
        "target_mean": number(-MAX_TARGET, MAX_TARGET),
        "target_std": number(MIN_TARGET_STD, MAX_TARGET),
        "classes": optional(list_of(_label, MAX_NAMES, min_entries=1)),
        "width": integer(1, MAX_WIDTH),
    },
    {"fill": _per_feature(number(-MAX_VALUE, MAX_VALUE))},
)


@dataclass(frozen=True, eq=False)
class Prepared:
    """Sequences as the network reads them, and where their steps come from.

    Attributes:
        masked: The sequences before imputation and scaling.
        sequences: The sequences as the network reads them.
        source: (m,) int64, for each step of ``sequences`` its index in
            ``masked.original.values``; -1 for padding that counts as data.
    """

    masked: MaskedSequences
    sequences: Sequences
    source: np.ndarray


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """Fitted scaling, imputation and label encoding.

    Attributes:
        recipe: the recipe it was fitted by.
        feature_names: one per feature.
        fill: (features,) replacement of missing values, the mean of the known values in real
            training steps.
        mean: (features,) mean of the real training steps, 0 if the recipe does not standardize.
        std: (features,) standard deviation of the real training steps, 1 if the recipe does not
            standardize.
        target_mean: mean of the regression targets, 0 if they are not standardized.
        target_std: standard deviation of the regression targets, 1 if they are not standardized.
        classes: (k,) sorted labels as in the data; None for regression.
        width: steps that every sequence is padded to in mask mode ``none``.
    """

    recipe: Recipe
    feature_names: tuple[str, ...]
    fill: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    target_mean: float
    target_std: float
    classes: np.ndarray | None
    width: int

    @classmethod
    def fit(
        cls, masked: MaskedSequences, recipe: Recipe, labels: np.ndarray | None
    ) -> Preprocessing:
        """Fit to the training set.

        Args:
            masked: the training set, masked by this recipe.
            recipe: its ``maxlen``, ``standardize`` and ``task`` are used.
            labels: (k,) sorted classes, None for regression.
        """
        training, real = masked.original, masked.real
        fill = _mean_of_known(real.values)
        values = np.where(np.isnan(real.values), fill, real.values).astype(np.float32)
        mean, std = np.zeros(training.features), np.ones(training.features)
        target_mean, target_std = 0.0, 1.0
        if recipe.standardize:
            mean, std = _mean_and_std(values)
            if recipe.task == "regression":
                targets = real.targets if training.per_step else training.targets
                target_mean, target_std = map(float, _mean_and_std(targets))
        return cls(
            recipe=recipe,
            feature_names=training.feature_names,
            fill=fill,
            mean=mean,
            std=std,
            target_mean=target_mean,
            target_std=target_std,
            classes=labels,
            width=recipe.maxlen or int(training.lengths.max()),
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
                "The model was trained on another number of features a step ({expected}: {names}) "
                "than this data has ({found}). Give every step the same features, in the same "
                "order.",
                expected=len(self.feature_names),
                names=", ".join(self.feature_names[:12]),
                found=masked.original.features,
            )
        filled = masked.real
        if np.isnan(filled.values).any():
            filled = filled.with_steps(self.fill_missing(filled.values), filled.lengths)
        if self.recipe.mask != "none":
            sequences, source = filled, masked.kept
        else:
            padding, truncating = self.recipe.padding, self.recipe.truncating
            sequences = add_padding_steps(
                filled, self.width, padding, truncating, self.recipe.value
            )
            numbered = masked.real.with_targets(masked.kept, per_step=True)
            numbered = truncate(numbered, self.width, truncating)
            is_real = pad(numbered, self.width, padding).mask.reshape(-1)  # (n × width,)
            source = np.full(len(is_real), -1)
            source[is_real] = numbered.targets
        if self.recipe.standardize:
            scaled = self.scale(sequences.values)
            sequences = sequences.with_steps(scaled, sequences.lengths)
        return Prepared(masked, sequences, source)

    def fill_missing(self, values: np.ndarray) -> np.ndarray:
        """Replace NaN in values (…, features) by the fitted fill values."""
        return np.where(np.isnan(values), self.fill, values)

    def scale(self, values: np.ndarray) -> np.ndarray:
        """Scale values (…, features) in raw units."""
        if not self.recipe.standardize:
            return values
        with np.errstate(over="ignore"):  # far beyond what was trained on; infinite in float32
            return (values - self.mean.astype(np.float32)) / self.std.astype(np.float32)

    def notes(self, masked: MaskedSequences) -> list[Note]:
        """Explain which real steps ``prepare`` leaves out of this data."""
        maxlen = self.width if self.recipe.mask == "none" else self.recipe.maxlen
        lengths = masked.original.lengths
        cut = lengths if maxlen is None else np.minimum(lengths, maxlen)
        notes = []
        if (cut < lengths).any():
            notes.append(
                Note(
                    "Sequences longer than the limit of {maxlen} were cut: {sequences} of {total}. "
                    "Steps left out: {steps}.",
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
                    "Real steps that equal the mask value {mask_value} were masked away: {steps}.",
                    steps=erased,
                    mask_value=self.recipe.mask_value,
                )
            )
        return notes

    def encode(self, prepared: Prepared) -> np.ndarray:
        """Convert the targets for the network.

        Returns:
            int64 class numbers or scaled float32: (n,); or one per step of the prepared
            sequences, -1 or NaN for padding.
        """
        data = prepared.masked.original
        if self.classes is not None:
            targets = np.searchsorted(self.classes, data.targets)
        else:
            targets = ((data.targets - self.target_mean) / self.target_std).astype(np.float32)
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
            labels = self.classes[outputs.argmax(axis=1)]
            absent = np.isnan(outputs[:, 0])
            return np.where(absent, None, labels) if absent.any() else labels
        return outputs[:, 0].astype(np.float64) * self.target_std + self.target_mean

    @property
    def loss_unit(self) -> float:
        """One unit of the network's loss in the target's unit (squared for mse)."""
        return {"mse": self.target_std**2, "mae": self.target_std}.get(self.recipe.loss_name, 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, without the recipe; ``from_dict`` reads them."""
        return {
            "feature_names": list(self.feature_names),
            "fill": self.fill.tolist(),
            "mean": self.mean.tolist(),
            "std": self.std.tolist(),
            "target_mean": self.target_mean,
            "target_std": self.target_std,
            "classes": None if self.classes is None else self.classes.tolist(),
            "width": self.width,
        }

    @classmethod
    def from_dict(cls, recipe: Recipe, plain: dict[str, Any]) -> Preprocessing:
        """Rebuild the preprocessing from the output of ``to_dict``.

        Raises:
            ValueError: the values are invalid or do not fit together.
        """
        values = PREPROCESSING_CHECK(plain, "the preprocessing")
        features = len(values["feature_names"])
        values.setdefault("fill", values["mean"])  # older files lack it
        for name in ("fill", "mean", "std"):
            if len(values[name]) != features:
                raise ValueError(f"{name} has {len(values[name])} numbers; use one a feature")
            values[name] = np.array(values[name], dtype=np.float64)
        if (values["classes"] is None) != (recipe.task == "regression"):
            raise ValueError(f"the classes do not fit the task {recipe.task}")
        if values["classes"] is not None:
            values["classes"] = _label_array(values["classes"])
        return cls(recipe, **values)


def _mean_of_known(values: np.ndarray) -> np.ndarray:
    """Average the known values per feature in float64, (features,); 0 where none is known."""
    known = ~np.isnan(values)
    sums = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    return sums / np.maximum(known.sum(axis=0), 1)


def _mean_and_std(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute both over the first axis in float64; the std of a constant column is 1."""
    mean = values.mean(axis=0, dtype=np.float64)
    std = values.std(axis=0, dtype=np.float64)
    tiny = 1e-7 * np.maximum(np.abs(mean), 1e-30)  # below float32's resolution at this mean
    return mean, np.where(std > tiny, std, 1.0)


def _label_array(labels: tuple[int | float | str, ...]) -> np.ndarray:
    if all(isinstance(label, int) for label in labels):
        return np.array(labels, dtype=np.int64)
    return np.array([str(label) for label in labels], dtype=object)
