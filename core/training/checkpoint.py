"""``Checkpoint``: a training between two calls into the engine, with everything it needs to go on
and end bit for bit as if it had never been interrupted. Free of TensorFlow.

What is random in a training is a function of (seed, epoch, batch), in all engines, so that no
generator's state is part of it.
"""

from __future__ import annotations

import zipfile
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from ..data.serialization import pack_arrays, unpack_arrays
from ..engine.progress import History, Progress
from ..errors import Note
from ..recipe.recipe import Recipe

MAY_DIFFER = ("epochs", "patience")  # in a training that goes on


@dataclass(frozen=True, eq=False)
class Best:
    """The best epoch so far (from 1), its watched loss, and its weights."""

    epoch: int
    loss: float
    weights: list[np.ndarray]


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """recipe, preprocessing, notes   of the training; preprocessing as its ``to_dict``
    groups         of rows it is computed in, which its last bits depend on
    epoch, batch   finished epochs, and batches of the next one that were learned from
    sums           (3,) float64 of those batches, as ``Engine.learn`` takes them
    weights        as ``keras.Model.get_weights`` gives them
    slots          the optimizer's arrays for each weight
    updates        of the weights so far
    best           with patience only
    patience_from  the epoch patience counts from, if it is later than the best one
    history, seconds   of the finished epochs; since the first batch
    batches, sequences of an epoch
    """

    recipe: Recipe
    preprocessing: dict[str, Any]
    groups: int
    epoch: int
    batch: int
    sums: np.ndarray
    weights: list[np.ndarray]
    slots: list[list[np.ndarray]]
    updates: int
    best: Best | None = None
    patience_from: int = 0
    history: History = field(default_factory=dict)
    seconds: float = 0.0
    batches: int = 0
    sequences: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def progress(self) -> Progress:
        """As a training reports that stands here."""
        return Progress(
            epoch=self.epoch,
            epochs=self.recipe.epochs,
            batch=self.batch,
            batches=self.batches,
            sequences=self.sequences,
            history=self.history,
            seconds=self.seconds,
        )

    def anew(self) -> Checkpoint:
        """To go on from the end of a training for more epochs: patience counts from here."""
        return replace(self, patience_from=self.epoch)

    def refuse_other(self, recipe: Recipe, preprocessing: dict[str, Any]) -> None:
        """Raises ValueError unless a training of this recipe, on the data this preprocessing was
        fitted on, can go on from here."""
        ours, theirs = asdict(self.recipe), asdict(recipe)
        # The cosine of a longer training has had other rates from the first epoch on.
        may_differ = MAY_DIFFER[1:] if recipe.schedule == "cosine" else MAY_DIFFER
        different = [name for name in ours if ours[name] != theirs[name] and name not in may_differ]
        if different:
            name = different[0]
            raise ValueError(
                f"{name} is {getattr(recipe, name)!r}, and {getattr(self.recipe, name)!r} in the "
                f"checkpoint; a training that goes on may change {' and '.join(may_differ)} only"
            )
        if preprocessing != self.preprocessing:
            raise ValueError("the checkpoint is of a training on other data")

    def to_bytes(self) -> bytes:
        arrays = {"sums": self.sums}
        arrays |= {f"weight {i}": weight for i, weight in enumerate(self.weights)}
        arrays |= {
            f"slot {i} {j}": slot
            for i, slots in enumerate(self.slots)
            for j, slot in enumerate(slots)
        }
        if self.best is not None:
            arrays |= {f"best {i}": weight for i, weight in enumerate(self.best.weights)}
        plain = {
            "recipe": self.recipe.to_dict(),
            "preprocessing": self.preprocessing,
            "groups": self.groups,
            "epoch": self.epoch,
            "batch": self.batch,
            "updates": self.updates,
            "slots": [len(slots) for slots in self.slots],
            "best": None if self.best is None else [self.best.epoch, self.best.loss],
            "patience_from": self.patience_from,
            "history": self.history,
            "seconds": self.seconds,
            "batches": self.batches,
            "sequences": self.sequences,
            "notes": [note.to_plain() for note in self.notes],
        }
        return pack_arrays(plain, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Checkpoint:
        """Raises ValueError for anything that ``to_bytes`` did not make."""
        try:
            plain, arrays = unpack_arrays(content)
            counts, best = plain.pop("slots"), plain.pop("best")
            numbers = range(len(counts))
            if arrays["sums"].shape != (3,):
                raise ValueError("it is of another version")
            return cls(
                **plain
                | {
                    "recipe": Recipe.from_dict(plain["recipe"]),
                    "notes": tuple(map(Note.from_plain, plain["notes"])),
                    "sums": arrays["sums"],
                    "weights": [arrays[f"weight {i}"] for i in numbers],
                    "slots": [[arrays[f"slot {i} {j}"] for j in range(counts[i])] for i in numbers],
                    "best": best and Best(*best, [arrays[f"best {i}"] for i in numbers]),
                }
            )
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(f"this is no checkpoint of ours, or it is damaged ({error})") from None
