"""``Recipe``: everything a run needs to know, validated when it is made.

A wrong value raises RecipeError, a ValueError, with the field, the value and the range, so a
Recipe that exists can be trained, stored, sent to a worker, and rebuilt from
JSON that a stranger uploaded.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, fields
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

from ..errors import RecipeError
from ..data.padding import MASK_MODES, SIDES, MaskMode, Side

if TYPE_CHECKING:
    from ..data.sequences import Sequences

Task = Literal["regression", "classification"]
Pooling = Literal["last", "mean", "max"]
Schedule = Literal["constant", "plateau", "cosine"]
ClassWeight = Literal["none", "balanced"]
ValidationRows = Literal["random", "last", "folds"]

# One place for every limit. They keep a shared server alive, not anyone small: an
# LSTM of 1,024 units on 1,024 inputs holds 8.4 million weights.
MAX_UNITS = 1024
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
LEAST_STATE = -2.0  # less than any state of an LSTM or a GRU: never the maximum over steps
OPTIMIZERS = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01}  # Keras's default learning rates


def _whole(thing: object, name: str, low: int, high: int) -> None:
    """Check a field; NumPy's integers (``data.lengths.max()``) become Python's."""
    value = getattr(thing, name)
    if not _is_whole(value, low, high):
        raise RecipeError(
            "{name} is {value!r}; use a whole number from {low:,} to {high:,}",
            name=_path(thing, name),
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(thing, name, int(value))


def _is_whole(value: Any, low: int, high: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and low <= value <= high


def _number(thing: object, name: str, low: float, high: float) -> None:
    value = getattr(thing, name)
    if isinstance(value, bool) or not isinstance(value, Real) or not low <= value <= high:
        raise RecipeError(
            "{name} is {value!r}; use a number from {low:g} to {high:g}",
            name=_path(thing, name),
            value=value,
            low=low,
            high=high,
        )
    object.__setattr__(thing, name, float(value))


def _path(thing: object, name: str) -> str:
    return name if isinstance(thing, Recipe) else f"{type(thing).__name__}.{name}"


def _boolean(name: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise RecipeError("{name} is {value!r}; use True or False", name=name, value=value)


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


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise RecipeError(
            "{name} is {value!r}; use one of {allowed}",
            name=name,
            value=value,
            allowed=", ".join(map(repr, allowed)),
        )


@dataclass(frozen=True)
class LSTM:
    """A masked LSTM layer. ``dropout`` is the share of its outputs set to 0 at each
    training update (a Keras Dropout layer after it), 0 to 0.95."""

    units: int
    bidirectional: bool = False
    dropout: float = 0.0

    def __post_init__(self) -> None:
        _whole(self, "units", 1, MAX_UNITS)
        _boolean(f"{type(self).__name__}.bidirectional", self.bidirectional)
        _number(self, "dropout", 0, 0.95)


@dataclass(frozen=True)
class GRU(LSTM):
    """A masked GRU layer; fields as ``LSTM``."""


LAYERS = {"LSTM": LSTM, "GRU": GRU}


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
    # parts of that size that the data falls into, the seed says which (see core.preprocessing.splits).
    validation_rows: ValidationRows = "random"
    patience: int | None = None  # epochs without improvement before stopping; None never stops
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("task", self.task, tuple(LOSSES))
        _boolean("return_sequences", self.return_sequences)
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
            if (
                isinstance(units, bool)
                or not isinstance(units, Integral)
                or not (1 <= units <= MAX_UNITS)
            ):
                raise RecipeError(
                    "dense holds {value!r}; use whole numbers from 1 to {most:,}",
                    value=units,
                    most=MAX_UNITS,
                )
        _one_of("pooling", self.pooling, POOLINGS)
        if self.return_sequences and self.pooling != "last":
            raise RecipeError(
                "pooling is {value!r}, and the network answers at every step; use 'last'",
                value=self.pooling,
            )
        _one_of("mask", self.mask, MASK_MODES)
        _number(self, "mask_value", -1e30, 1e30)
        if self.maxlen is not None:
            _whole(self, "maxlen", 1, MAX_MAXLEN)
        _one_of("padding", self.padding, SIDES)
        _one_of("truncating", self.truncating, SIDES)
        _number(self, "value", -1e30, 1e30)
        _boolean("standardize", self.standardize)
        if self.loss == "":
            object.__setattr__(self, "loss", LOSSES[self.task][0])
        _one_of("loss", self.loss, LOSSES[self.task])
        _one_of("optimizer", self.optimizer, tuple(OPTIMIZERS))
        if self.learning_rate is None:
            object.__setattr__(self, "learning_rate", OPTIMIZERS[self.optimizer])
        _number(self, "learning_rate", 1e-7, 10)
        _one_of("schedule", self.schedule, SCHEDULES)
        _number(self, "weight_decay", 0, 1)
        if self.clip_norm is not None:
            _number(self, "clip_norm", 1e-6, 1e6)
        _one_of("class_weight", self.class_weight, CLASS_WEIGHTS)
        if self.class_weight != "none" and self.task != "classification":
            raise RecipeError(
                "class_weight is {value!r}, and numbers have no classes; use 'none'",
                value=self.class_weight,
            )
        _whole(self, "epochs", 1, MAX_EPOCHS)
        _whole(self, "batch_size", 1, MAX_BATCH_SIZE)
        _number(self, "validation_split", 0, 0.9)
        _one_of("validation_rows", self.validation_rows, VALIDATION_ROWS)
        if self.patience is not None:
            _whole(self, "patience", 1, MAX_EPOCHS)
        _whole(self, "seed", 0, 2**31 - 1)

    @classmethod
    def suggest(cls, data: Sequences) -> Recipe:
        """One to begin with on this data, by rules that ``core.recipe.suggest.suggest`` gives the
        reasons of."""
        from .suggest import suggest

        return suggest(data).recipe

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
