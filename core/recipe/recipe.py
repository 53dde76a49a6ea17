"""``Recipe``: everything a run needs to know, validated when it is made.

A wrong value raises RecipeError, a ValueError, with the field, the value and the range, so a
Recipe that exists can be trained, stored, sent to a worker, and rebuilt from
JSON that a stranger uploaded.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from typing import Any, Literal

from ..data.padding import MASK_MODES, SIDES, MaskMode, Side
from ..data.sequences import Sequences
from ..errors import RecipeError
from .constraints import check_boolean, check_choice, check_number, check_whole, is_whole
from .layers import GRU, LAYERS, LSTM, MAX_UNITS
from .rules import suggest_fields

Task = Literal["regression", "classification"]
Pooling = Literal["last", "mean", "max"]
Schedule = Literal["constant", "plateau", "cosine"]
ClassWeight = Literal["none", "balanced"]
ValidationRows = Literal["random", "last", "folds"]

# Limits keep a shared server alive, not anyone small.
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
MIN_STATE = -2.0  # less than any state of an LSTM or a GRU: never the maximum over steps
OPTIMIZERS = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01}  # Keras's default learning rates


@dataclass(frozen=True)
class Recipe:
    """A network and how to train it. Frozen; change one with ``dataclasses.replace``."""

    task: Task = "regression"
    return_sequences: bool = False  # an answer at every step, for targets one a step
    # The network: recurrent layers, hidden Dense layers (relu), then the output.
    layers: tuple[LSTM, ...] = (LSTM(64),)
    # What goes on from the last recurrent layer, of a network that answers once a sequence: its
    # state at the last real step, or the mean or the largest of its states at all real steps.
    pooling: Pooling = "last"
    dense: tuple[int, ...] = ()
    # Which steps count, and how the padded array is made (see core.data.padding).
    mask: MaskMode = "lengths"
    mask_value: float = 0.0  # what mode "value" looks for
    maxlen: int | None = None  # steps; None: the longest, and nothing is ever truncated
    padding: Side = "pre"
    truncating: Side = "pre"
    value: float = 0.0  # what padding is filled with
    # Features and, in regression, targets are brought to mean 0 and standard deviation 1,
    # measured on real steps of the training rows. Predictions come back in the target's unit.
    standardize: bool = True
    # Training.
    loss: str = ""  # "" takes the task's first: mse, or sparse_categorical_crossentropy
    optimizer: str = "adam"
    learning_rate: float | None = None  # None takes the optimizer's default
    schedule: Schedule = "constant"  # of the learning rate
    weight_decay: float = 0.0  # each update takes this share × learning rate off every weight
    clip_norm: float | None = None  # a larger norm of all gradients together is scaled to this
    # "balanced": each class weighs as much as every other in the loss, n / (classes × its n).
    class_weight: ClassWeight = "none"
    epochs: int = 50
    batch_size: int = 32
    validation_split: float = 0.2  # share of the training rows, unless rows are marked validation
    # Drawn by the seed; or the last ones, of data that stands in the order of time; or one of the
    # parts of that size that the data falls into, the seed says which (see
    # core.preprocessing.splits).
    validation_rows: ValidationRows = "random"
    patience: int | None = None  # epochs without improvement before stopping; None never stops
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
        """Choose a recipe to begin with on this data, by the rules of ``core.recipe.rules``;
        ``core.recipe.suggest.suggest`` gives the reasons, too."""
        return cls(**suggest_fields(data))

    @classmethod
    def example(cls) -> Recipe:
        """The reference example: padded in front to 15, masked, LSTM(100) → LSTM(20) →
        Dropout(0.2) → Dense(1), mse, RMSprop, 100 epochs, batch size 1."""
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
        """Plain values for JSON; ``Recipe.from_dict`` is the way back."""
        plain = dataclasses.asdict(self)
        plain["dense"] = list(self.dense)
        plain["layers"] = [
            {"kind": type(layer).__name__} | dataclasses.asdict(layer) for layer in self.layers
        ]
        return plain

    @classmethod
    def from_dict(cls, plain: dict[str, Any]) -> Recipe:
        """From ``to_dict``'s values, all of them checked; raises RecipeError otherwise."""
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


def weight_count(recipe: Recipe, features: int, outputs: int) -> int:
    """How many numbers the recipe's network learns, as Keras counts its parameters."""
    count, inputs = 0, features
    for layer in recipe.layers:
        # Keras's GRU has two biases a gate (reset_after), its LSTM one.
        gates, biases = (3, 2) if isinstance(layer, GRU) else (4, 1)
        directions = 1 + layer.bidirectional
        count += directions * gates * layer.units * (inputs + layer.units + biases)
        inputs = directions * layer.units
    for units in (*recipe.dense, outputs):
        count += units * (inputs + 1)
        inputs = units
    return count
