"""``Recipe``: the configuration of a network and its training, validated on creation.

An invalid value raises RecipeError, a ValueError, with the field, the value and the range. Every
existing Recipe can therefore be trained, stored, sent to a worker, and rebuilt from untrusted JSON.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from typing import Any, Literal

from ..data.padding import MASK_MODES, SIDES, MaskMode, Side
from ..data.sequences import Sequences
from ..errors import RecipeError
from .field_validation import check_boolean, check_choice, check_number, check_whole, is_whole
from .layers import GRU, LAYERS, LSTM, MAX_UNITS
from .suggestion_rules import suggest_fields

Task = Literal["regression", "classification"]
Pooling = Literal["last", "mean", "max"]
Schedule = Literal["constant", "plateau", "cosine"]
ClassWeight = Literal["none", "balanced"]
ValidationRows = Literal["random", "last", "folds"]

# These limits protect a shared server; no ordinary recipe comes near them.
MAX_LAYERS = 8
MAX_EPOCHS = 10_000
MAX_BATCH_SIZE = 4096
MAX_MAXLEN = 100_000

LOSSES = {
    "regression": ("mse", "mae"),
    "classification": ("sparse_categorical_crossentropy",),
}
POOLINGS: tuple[Pooling, ...] = ("last", "mean", "max")
SCHEDULES: tuple[Schedule, ...] = ("constant", "plateau", "cosine")  # see core.recipe.schedules
VALIDATION_ROWS: tuple[ValidationRows, ...] = ("random", "last", "folds")
CLASS_WEIGHTS: tuple[ClassWeight, ...] = ("none", "balanced")
MIN_STATE = -2.0  # below any state of an LSTM or a GRU, so never the maximum over steps
OPTIMIZERS = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01}  # Keras's default learning rates


@dataclass(frozen=True)
class Recipe:
    """The configuration of a network and its training.

    Frozen; change a recipe with ``dataclasses.replace``.

    Attributes:
        task: "regression" or "classification".
        return_sequences: one prediction per step, for per-step targets.
        layers: recurrent layers, followed by the hidden Dense layers and the output.
        pooling: what the last recurrent layer passes on in a network with one prediction per
            sequence: its state at the last real step, or the mean or maximum of its states over
            all real steps.
        dense: units of the hidden Dense layers (relu).
        mask: which steps count (see ``core.data.padding``).
        mask_value: the value that mode "value" masks.
        maxlen: steps; None takes the longest sequence, so that nothing is truncated.
        padding: side that is padded.
        truncating: side that is cut.
        value: padding value.
        standardize: scale features and, in regression, targets to mean 0 and standard deviation 1,
            measured on real steps of the training set. Predictions are in the target's unit.
        loss: "" takes the first of the task: mse, or sparse_categorical_crossentropy.
        optimizer: a key of ``OPTIMIZERS``.
        learning_rate: None takes the default of the optimizer.
        schedule: learning-rate schedule (see ``core.recipe.schedules``).
        weight_decay: each update subtracts this share × learning rate from every weight.
        clip_norm: largest global norm of the gradients; a larger one is scaled down to it.
        class_weight: "balanced" gives every class the same weight in the loss,
            n / (classes × its n).
        epochs: maximum number of epochs.
        batch_size: sequences per update.
        validation_split: share of the training rows, unless rows are marked validation.
        validation_rows: "random" draws them by the seed; "last" takes the last ones, for data in
            order of time; "folds" takes one of the folds of that size, chosen by the seed (see
            ``core.preprocessing.splits``).
        patience: epochs without improvement before stopping; None never stops.
        seed: random seed of the initial weights, the split, the batches and dropout.
    """

    task: Task = "regression"
    return_sequences: bool = False
    layers: tuple[LSTM, ...] = (LSTM(64),)
    pooling: Pooling = "last"
    dense: tuple[int, ...] = ()
    mask: MaskMode = "lengths"
    mask_value: float = 0.0
    maxlen: int | None = None
    padding: Side = "pre"
    truncating: Side = "pre"
    value: float = 0.0
    standardize: bool = True
    loss: str = ""
    optimizer: str = "adam"
    learning_rate: float | None = None
    schedule: Schedule = "constant"
    weight_decay: float = 0.0
    clip_norm: float | None = None
    class_weight: ClassWeight = "none"
    epochs: int = 50
    batch_size: int = 32
    validation_split: float = 0.2
    validation_rows: ValidationRows = "random"
    patience: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("task", self.task, tuple(LOSSES))
        check_boolean("return_sequences", self.return_sequences)
        object.__setattr__(self, "layers", tuple(self.layers))
        object.__setattr__(self, "dense", tuple(self.dense))
        if not 1 <= len(self.layers) <= MAX_LAYERS:
            raise RecipeError(
                "layers has {n} layers; use 1 to {most}", n=len(self.layers), most=MAX_LAYERS
            )
        for layer in self.layers:
            if not isinstance(layer, LSTM):
                raise RecipeError(
                    "layers holds {value!r}; use LSTM(units) or GRU(units)", value=layer
                )
        if len(self.dense) > MAX_LAYERS:
            raise RecipeError(
                "dense has {n} layers; use 0 to {most}", n=len(self.dense), most=MAX_LAYERS
            )
        for units in self.dense:
            if not is_whole(units, 1, MAX_UNITS):
                raise RecipeError(
                    "dense holds {value!r}; use whole numbers from 1 to {most:,}",
                    value=units,
                    most=MAX_UNITS,
                )
        check_choice("pooling", self.pooling, POOLINGS)
        if self.return_sequences and self.pooling != "last":
            raise RecipeError(
                "pooling is {value!r}, and the network answers at every step; use 'last'",
                value=self.pooling,
            )
        check_choice("mask", self.mask, MASK_MODES)
        check_number(self, "mask_value", -1e30, 1e30)
        if self.maxlen is not None:
            check_whole(self, "maxlen", 1, MAX_MAXLEN)
        check_choice("padding", self.padding, SIDES)
        check_choice("truncating", self.truncating, SIDES)
        check_number(self, "value", -1e30, 1e30)
        check_boolean("standardize", self.standardize)
        if self.loss == "":
            object.__setattr__(self, "loss", LOSSES[self.task][0])
        check_choice("loss", self.loss, LOSSES[self.task])
        check_choice("optimizer", self.optimizer, tuple(OPTIMIZERS))
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", OPTIMIZERS[self.optimizer])
        check_number(self, "learning_rate", 1e-7, 10)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_number(self, "weight_decay", 0, 1)
        if self.clip_norm is not None:
            check_number(self, "clip_norm", 1e-6, 1e6)
        check_choice("class_weight", self.class_weight, CLASS_WEIGHTS)
        if self.class_weight != "none" and self.task != "classification":
            raise RecipeError(
                "class_weight is {value!r}, and numbers have no classes; use 'none'",
                value=self.class_weight,
            )
        check_whole(self, "epochs", 1, MAX_EPOCHS)
        check_whole(self, "batch_size", 1, MAX_BATCH_SIZE)
        check_number(self, "validation_split", 0, 0.9)
        check_choice("validation_rows", self.validation_rows, VALIDATION_ROWS)
        if self.patience is not None:
            check_whole(self, "patience", 1, MAX_EPOCHS)
        check_whole(self, "seed", 0, 2**31 - 1)

    @classmethod
    def suggest(cls, data: Sequences) -> Recipe:
        """Choose a first recipe for this data by the rules of ``core.recipe.suggestion_rules``.

        ``core.suggest`` also explains the choices.
        """
        return cls(**suggest_fields(data))

    @classmethod
    def example(cls) -> Recipe:
        """Return the reference example.

        Pre-padded to 15 steps, masked, LSTM(100) → LSTM(20) → Dropout(0.2) → Dense(1), mse,
        RMSprop, 100 epochs, batch size 1.
        """
        return cls(
            layers=(LSTM(100), LSTM(20, dropout=0.2)),
            maxlen=15,
            standardize=False,
            optimizer="rmsprop",
            epochs=100,
            batch_size=1,
            validation_split=0.0,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; ``Recipe.from_dict`` reads them."""
        plain = dataclasses.asdict(self)
        plain["dense"] = list(self.dense)
        plain["layers"] = [
            {"kind": type(layer).__name__} | dataclasses.asdict(layer) for layer in self.layers
        ]
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Recipe:
        """Rebuild a recipe from the output of ``to_dict``.

        Raises:
            RecipeError: a field is unknown or invalid.
        """
        known = {each.name for each in fields(cls)}
        unknown = sorted(set(plain) - known)
        if unknown:
            raise RecipeError(
                "a recipe has no field {name!r}; its fields are {known}",
                name=unknown[0],
                known=", ".join(sorted(known)),
            )
        try:
            layers = tuple(
                LAYERS[layer["kind"]](**{k: v for k, v in layer.items() if k != "kind"})
                for layer in plain.get("layers", [{"kind": "LSTM", "units": 64}])
            )
        except (KeyError, TypeError, AttributeError):
            raise RecipeError(
                "layers is {value!r}; give a list of {form}",
                value=plain.get("layers"),
                form='{"kind": "LSTM" or "GRU", "units": …, "bidirectional": …, "dropout": …}',
            ) from None
        return cls(**(plain | {"layers": layers, "dense": tuple(plain.get("dense", ()))}))


def count_weights(recipe: Recipe, features: int, outputs: int) -> int:
    """Count the parameters of the recipe's network, as ``keras.Model.count_params`` does.

    Args:
        features: inputs per step.
        outputs: 1 for regression, the number of classes for classification.
    """
    count, inputs = 0, features
    for layer in recipe.layers:
        # Keras's GRU has two biases per gate (reset_after), its LSTM one.
        gates, biases = (3, 2) if isinstance(layer, GRU) else (4, 1)
        directions = 1 + layer.bidirectional
        count += directions * gates * layer.units * (inputs + layer.units + biases)
        inputs = directions * layer.units
    for units in (*recipe.dense, outputs):
        count += units * (inputs + 1)
        inputs = units
    return count
