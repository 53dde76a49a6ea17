"""From raw sequences to what the network sees, and from its output back to units.

Fitted on the training rows alone; the same object then prepares validation rows,
test rows and new data, and is saved with the model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data.padding import as_data, erase, pad, padding_cost, truncate
from ..data.sequences import Sequences
from ..errors import DataError, Note
from ..json_validation import (
    MAX_NAMES,
    Check,
    many,
    names,
    number,
    optional,
    record,
    refuse,
    text,
    whole,
)
from ..recipe.recipe import Recipe

MAX_VALUE = 3.4e38  # of a feature, as float32; a standard deviation may be as small as MIN_STD
MIN_STD = 1.2e-38
MAX_TARGET, MIN_TARGET_STD = 1e300, 1e-300
MAX_WIDTH = 10_000_000  # steps


def _label(value: Any, where: str) -> int | float | str:
    """A check of a class: a text or a number."""
    if isinstance(value, str):
        return text()(value, where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(value, where, "a text or a number")
    return whole(-(2**63), 2**63 - 1)(value, where) if isinstance(value, int) else value


def _each(check: Check) -> Check:
    return many(check, MAX_NAMES)


PLAIN = record(
    {
        "feature_names": names(least=1),
        "mean": _each(number(-MAX_VALUE, MAX_VALUE)),
        "std": _each(number(MIN_STD, MAX_VALUE)),
        "target_mean": number(-MAX_TARGET, MAX_TARGET),
        "target_std": number(MIN_TARGET_STD, MAX_TARGET),
        "classes": optional(many(_label, MAX_NAMES, least=1)),
        "width": whole(1, MAX_WIDTH),
    },
    {"fill": _each(number(-MAX_VALUE, MAX_VALUE))},
)


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """feature_names: one a feature. fill (features,): what stands for a missing value, the mean
    of the real training steps that have one. mean, std (features,) of the real training steps,
    0 and 1 when the recipe does not standardize. target_mean, target_std: the same for regression
    targets. classes (k,): the labels, sorted, as they stand in the data; None for
    regression. width: steps every sequence is padded to in mask mode ``none``."""

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
    def fit(cls, training: Sequences, recipe: Recipe, labels: np.ndarray | None) -> Preprocessing:
        """Measure on the training rows; ``labels`` are the classes, None for regression."""
        kept = _masked(training, recipe)  # what counts as a real step in this mask mode
        fill = _known_mean(kept.values)
        kept = _filled(kept, fill)
        mean, std = np.zeros(training.features), np.ones(training.features)
        target_mean, target_std = 0.0, 1.0
        if recipe.standardize:
            mean, std = _mean_and_std(kept.values)
            if recipe.task == "regression":
                seen = kept.targets if training.per_step else training.targets
                target_mean, target_std = map(float, _mean_and_std(seen))
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

    def prepare(self, data: Sequences) -> Sequences:
        """Apply maxlen, the mask mode, what stands for missing values and the scaling, in this
        order. Targets of steps stay only where every step does: see ``where``.

        Raises DataError when the data has another number of features than the training had.
        """
        if data.features != len(self.feature_names):
            raise DataError(
                "The model was trained on another number of features a step ({expected}: {names}) "
                "than this data has ({found}). Give every step the same features, in the same "
                "order.",
                expected=len(self.feature_names),
                names=", ".join(self.feature_names[:12]),
                found=data.features,
            )
        kept = _filled(_masked(data, self.recipe), self.fill)
        if self.recipe.mask == "none":
            kept = as_data(
                kept, self.width, self.recipe.padding, self.recipe.truncating, self.recipe.value
            )
        if not self.recipe.standardize:
            return kept
        scaled = (kept.values - self.mean.astype(np.float32)) / self.std.astype(np.float32)
        return kept.with_steps(scaled, kept.lengths)

    def where(self, data: Sequences) -> np.ndarray:
        """(m,) int64 for the m steps that ``prepare`` makes of the data: which step of
        ``data.values`` each is, -1 for padding that counts as data."""
        numbered = data.with_targets(np.arange(len(data.values)), per_step=True)
        kept = _masked(numbered, self.recipe)
        if self.recipe.mask != "none":
            return kept.targets
        kept = truncate(kept, self.width, self.recipe.truncating)
        real = pad(kept, self.width, self.recipe.padding).mask.reshape(-1)
        found = np.full(len(real), -1)
        found[real] = kept.targets
        return found

    def notes(self, data: Sequences) -> list[Note]:
        """What preparing this data leaves out, in words."""
        maxlen = self.width if self.recipe.mask == "none" else self.recipe.maxlen
        cost = padding_cost(data, maxlen, self.recipe.truncating, self.recipe.mask_value)
        notes = []
        if cost.truncated:
            notes.append(
                Note(
                    "Sequences longer than the limit of {maxlen} were cut: {sequences} of {total}. "
                    "Steps left out: {steps}.",
                    sequences=cost.truncated_sequences,
                    total=cost.sequences,
                    maxlen=cost.maxlen,
                    steps=cost.truncated,
                )
            )
        if cost.erased and self.recipe.mask == "value":
            notes.append(
                Note(
                    "Real steps that equal the mask value {mask_value} were masked away: {steps}.",
                    steps=cost.erased,
                    mask_value=self.recipe.mask_value,
                )
            )
        return notes

    def encode(self, data: Sequences) -> np.ndarray:
        """The data's targets as the network learns them, int64 class numbers or scaled float32:
        (n,), or one for each step that ``prepare`` makes, -1 or NaN for padding."""
        if self.classes is not None:
            targets = np.searchsorted(self.classes, data.targets)
        else:
            targets = ((data.targets - self.target_mean) / self.target_std).astype(np.float32)
        if not data.per_step:
            return targets
        where = self.where(data)
        absent = np.float32(np.nan) if self.classes is None else -1
        return np.where(where >= 0, targets[where], absent).astype(targets.dtype)

    def decode(self, outputs: np.ndarray) -> np.ndarray:
        """The network's outputs, (n, k), as labels or as values in the target's unit, (n,); no
        label, None, where the outputs are NaN."""
        if self.classes is not None:
            labels = self.classes[outputs.argmax(axis=1)]
            absent = np.isnan(outputs[:, 0])
            return np.where(absent, None, labels) if absent.any() else labels
        return outputs[:, 0].astype(np.float64) * self.target_std + self.target_mean

    @property
    def loss_unit(self) -> float:
        """What one unit of the network's loss is worth in the target's unit (squared for mse)."""
        return {"mse": self.target_std**2, "mae": self.target_std}.get(self.recipe.loss, 1.0)

    def to_dict(self) -> dict[str, Any]:
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
        """From ``to_dict``'s values; raises ValueError when they do not fit together."""
        made = PLAIN(plain, "the preprocessing")
        features = len(made["feature_names"])
        made.setdefault("fill", made["mean"])  # older ones lack it
        for name in ("fill", "mean", "std"):
            if len(made[name]) != features:
                raise ValueError(f"{name} has {len(made[name])} numbers; use one a feature")
            made[name] = np.array(made[name], dtype=np.float64)
        if (made["classes"] is None) != (recipe.task == "regression"):
            raise ValueError(f"the classes do not fit the task {recipe.task}")
        if made["classes"] is not None:
            made["classes"] = _label_array(made["classes"])
        return cls(recipe, **made)


def _masked(data: Sequences, recipe: Recipe) -> Sequences:
    """maxlen and, in mask mode ``value``, the erasing of steps: in raw units, before scaling."""
    cut = truncate(data, recipe.maxlen, recipe.truncating)
    return erase(cut, recipe.mask_value) if recipe.mask == "value" else cut


def _known_mean(values: np.ndarray) -> np.ndarray:
    """(features,) over the values that are not missing, in float64; 0 where none is known."""
    known = ~np.isnan(values)
    sums = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    return sums / np.maximum(known.sum(axis=0), 1)


def _filled(data: Sequences, fill: np.ndarray) -> Sequences:
    absent = np.isnan(data.values)
    if not absent.any():
        return data
    return data.with_steps(np.where(absent, fill, data.values), data.lengths)


def _mean_and_std(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Over the first axis, in float64. A constant column keeps its scale: std 1."""
    mean = values.mean(axis=0, dtype=np.float64)
    std = values.std(axis=0, dtype=np.float64)
    tiny = 1e-7 * np.maximum(np.abs(mean), 1e-30)  # below float32's resolution at this mean
    return mean, np.where(std > tiny, std, 1.0)


def _label_array(labels: tuple[int | float | str, ...]) -> np.ndarray:
    if all(isinstance(label, int) for label in labels):
        return np.array(labels, dtype=np.int64)
    return np.array([str(label) for label in labels], dtype=object)
