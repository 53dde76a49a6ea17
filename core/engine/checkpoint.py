"""Checkpoints of a training run, and when one is due. Does not need TensorFlow.

A ``Checkpoint`` is the state between two calls into the engine. It holds everything needed to
resume and end bit for bit as if the run had never been interrupted. Everything random in training
is a function of (seed, epoch, batch), in all engines, so no generator state is part of it.
"""

from __future__ import annotations

import time
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import NotRequired, TypedDict

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from ..data.serialization import pack_arrays, unpack_arrays
from ..engine.batching import PLAN_VERSION
from ..engine.progress import History, Progress
from ..errors import Note
from ..preprocessing.input_encoder import InputEncoder
from ..preprocessing.transform import Preprocessing
from ..recipe.recipe import Recipe

FORMAT = 4  # of the packed checkpoint; the first versions wrote none
OTHER_DATA = "the checkpoint is of a training on other data"
CHECKPOINT_SECONDS = 3.0  # training time that a killed worker loses …
CHECKPOINT_SHARE = 0.05  # … and the share of a large network's training time spent on checkpoints
CHANGEABLE_FIELDS = ("epochs", "patience")  # of the recipe, when a run is resumed


@dataclass(frozen=True, eq=False)
class BestEpoch:
    """The best epoch so far.

    Attributes:
        epoch: Its number, from 1.
        loss: Its watched loss.
        weights: Its weights, as returned by ``keras.Model.get_weights``.
    """

    epoch: int
    loss: float
    weights: list[npt.NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class FinishedMembers:
    """The members of an ensemble that are finished.

    Attributes:
        weights: Weights per member, in the order of the members.
        layers: See ``Computation``.
        epochs: Planned epochs of these members.
        all_epochs: Planned epochs of all members of the ensemble.
    """

    weights: tuple[list[npt.NDArray[np.float32]], ...]
    layers: tuple[str, ...]
    epochs: int
    all_epochs: int


class PlainFinishedMembers(TypedDict):
    """The parts of ``FinishedMembers`` that are written as JSON."""

    weights: list[int]  # arrays per member
    layers: list[str]
    epochs: int
    all_epochs: int


class PlainCheckpoint(TypedDict):
    """The parts of a checkpoint that are written as JSON."""

    format: NotRequired[int]
    recipe: dict[str, object]
    preprocessing: dict[str, object]
    groups: int
    plan_version: NotRequired[int]  # 1 before format 3
    epoch: int
    batch: int
    updates: int
    slots: list[int]  # arrays per trainable weight
    best: tuple[int, float] | None  # epoch and loss
    patience_from: int
    history: History
    seconds: float
    batches: int
    sequences: int
    notes: list[list[object]]
    finished: NotRequired[PlainFinishedMembers | None]  # absent before format 4


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """State from which a training run can be resumed.

    Attributes:
        recipe: The recipe of the run.
        preprocessing: The fitted preprocessing, as returned by its ``to_dict``.
        groups: Parallel row groups, which the last bits of the weights depend on.
        plan_version: Version of ``plan_epoch`` that the run uses from its first to its last epoch.
        epoch: Finished epochs.
        batch: Finished batches of the next epoch.
        sums: (3,) float64 sums of those batches, see ``Engine.train_batches``.
        weights: As returned by ``keras.Model.get_weights``.
        slots: Optimizer arrays per trainable weight.
        updates: Weight updates so far.
        best: The best epoch; only with patience.
        patience_from: Epoch from which patience counts, if later than the best one.
        history: Metrics of the finished epochs.
        seconds: Time since the first batch.
        batches: Batches per epoch.
        sequences: Training sequences per epoch.
        notes: Notes about the training data.
        finished: The finished members of an ensemble. The recipe and the history are then those of
            the ensemble, and everything else is of the member that follows: without weights if it
            has not begun. None for a single network.
    """

    recipe: Recipe
    preprocessing: dict[str, object]
    groups: int
    plan_version: int
    epoch: int
    batch: int
    sums: npt.NDArray[np.float64]
    weights: list[npt.NDArray[np.float32]]
    slots: list[list[npt.NDArray[np.float32]]]
    updates: int
    best: BestEpoch | None = None
    patience_from: int = 0
    history: History = field(default_factory=dict)
    seconds: float = 0.0
    batches: int = 0
    sequences: int = 0
    notes: tuple[Note, ...] = ()
    finished: FinishedMembers | None = None

    @property
    def progress(self) -> Progress:
        """Progress report of a run at this checkpoint."""
        finished = self.finished
        return Progress(
            epoch=self.epoch + (0 if finished is None else finished.epochs),
            epochs=self.recipe.epochs if finished is None else finished.all_epochs,
            batch=self.batch,
            batches=self.batches,
            sequences=self.sequences,
            history=self.history,
            seconds=self.seconds,
        )

    def count_finished(self) -> int:
        """Return the number of finished members; 0 for a single network."""
        return 0 if self.finished is None else len(self.finished.weights)

    def reset_patience(self) -> Checkpoint:
        """Return a copy whose patience counts from here, to train more epochs after an end."""
        return replace(self, patience_from=self.epoch)

    def restore_inputs(self, data: Sequences) -> InputEncoder | None:
        """Return the inputs of a checkpoint of format 1, whose vocabularies came from all rows.

        Args:
            data: The data of the run.

        Returns:
            The encoder; None for a checkpoint of this version.

        Raises:
            ValueError: The data has other features.
        """
        if "input_names" in self.preprocessing:
            return None
        table = {"categories": data.categories}
        inputs = Preprocessing.from_dict(self.recipe, self.preprocessing, table).inputs
        if inputs.feature_names != data.feature_names:
            raise ValueError(OTHER_DATA)
        return inputs

    def check_resumable(
        self, recipe: Recipe, preprocessing: Preprocessing, like: InputEncoder | None = None
    ) -> None:
        """Check that a run can resume from this checkpoint.

        Args:
            recipe: The recipe of the run. It may differ in CHANGEABLE_FIELDS only, and that of an
                ensemble in nothing, because its finished members cannot continue.
            preprocessing: The preprocessing fitted on the data of the run.
            like: What ``restore_inputs`` returned.

        Raises:
            ValueError: The recipe or the data differ.
        """
        ours, theirs = asdict(self.recipe.resolve()), asdict(recipe.resolve())
        changeable: tuple[str, ...] = CHANGEABLE_FIELDS
        if recipe.members:
            changeable = ()
        # More epochs change the rates of a cosine schedule from the first epoch on.
        elif recipe.schedule == "cosine":
            changeable = CHANGEABLE_FIELDS[1:]
        different = [name for name in ours if ours[name] != theirs[name] and name not in changeable]
        if different:
            name = different[0]
            raise ValueError(
                f"{name} is {getattr(recipe, name)!r}, and {getattr(self.recipe, name)!r} in the "
                "checkpoint; a training that continues may change "
                f"{' and '.join(changeable) + ' only' if changeable else 'nothing'}"
            )
        fitted = preprocessing.to_dict()
        if like is not None:
            fitted["feature_names"] = fitted["input_names"]
        # Checkpoints of earlier versions lack what is new.
        if any(fitted[name] != value for name, value in self.preprocessing.items()):
            raise ValueError(OTHER_DATA)

    def to_bytes(self) -> bytes:
        """Pack the checkpoint; ``Checkpoint.from_bytes`` unpacks it."""
        arrays: dict[str, np.ndarray] = {"sums": self.sums}
        arrays |= {f"weight {i}": weight for i, weight in enumerate(self.weights)}
        arrays |= {
            f"slot {i} {j}": slot
            for i, slots in enumerate(self.slots)
            for j, slot in enumerate(slots)
        }
        if self.best is not None:
            arrays |= {f"best {i}": weight for i, weight in enumerate(self.best.weights)}
        finished: PlainFinishedMembers | None = None
        if self.finished is not None:
            members = self.finished.weights
            for i, weights in enumerate(members):
                arrays |= {f"member {i} {j}": weight for j, weight in enumerate(weights)}
            finished = {
                "weights": [len(weights) for weights in members],
                "layers": list(self.finished.layers),
                "epochs": self.finished.epochs,
                "all_epochs": self.finished.all_epochs,
            }
        plain: PlainCheckpoint = {
            "format": FORMAT,
            "recipe": self.recipe.to_dict(),
            "preprocessing": self.preprocessing,
            "groups": self.groups,
            "plan_version": self.plan_version,
            "epoch": self.epoch,
            "batch": self.batch,
            "updates": self.updates,
            "slots": [len(slots) for slots in self.slots],
            "best": None if self.best is None else (self.best.epoch, self.best.loss),
            "patience_from": self.patience_from,
            "history": self.history,
            "seconds": self.seconds,
            "batches": self.batches,
            "sequences": self.sequences,
            "notes": [note.to_plain() for note in self.notes],
            "finished": finished,
        }
        return pack_arrays(plain, arrays)

    @classmethod
    def from_bytes(cls, content: bytes) -> Checkpoint:
        """Unpack a checkpoint.

        Raises:
            ValueError: The content was not written by ``to_bytes``.
        """
        try:
            plain, arrays = unpack_arrays(content, PlainCheckpoint)
            plan_version = plain.get("plan_version", 1)
            if plain.get("format", 0) > FORMAT or plan_version not in range(1, PLAN_VERSION + 1):
                raise ValueError("it is of a newer version")
            counts, best = plain["slots"], plain["best"]
            # Moving statistics are weights without slots.
            numbers = range(sum(name.startswith("weight ") for name in arrays))
            if arrays["sums"].shape != (3,) or len(numbers) < len(counts):
                raise ValueError("it is of another version")
            return cls(
                recipe=Recipe.from_dict(plain["recipe"]),
                preprocessing=plain["preprocessing"],
                groups=plain["groups"],
                plan_version=plan_version,
                epoch=plain["epoch"],
                batch=plain["batch"],
                sums=arrays["sums"],
                weights=[arrays[f"weight {i}"] for i in numbers],
                slots=[
                    [arrays[f"slot {i} {j}"] for j in range(count)]
                    for i, count in enumerate(counts)
                ],
                updates=plain["updates"],
                best=best and BestEpoch(*best, [arrays[f"best {i}"] for i in numbers]),
                patience_from=plain["patience_from"],
                history=plain["history"],
                seconds=plain["seconds"],
                batches=plain["batches"],
                sequences=plain["sequences"],
                notes=tuple(map(Note.from_plain, plain["notes"])),
                finished=_unpack_finished(plain.get("finished"), arrays),
            )
        except (zipfile.BadZipFile, KeyError, TypeError, ValueError, OSError, EOFError) as error:
            raise ValueError(
                f"this is not a checkpoint of Unpadded, or it is damaged ({error})"
            ) from None


def _unpack_finished(
    plain: PlainFinishedMembers | None, arrays: Mapping[str, np.ndarray]
) -> FinishedMembers | None:
    if plain is None:
        return None
    return FinishedMembers(
        weights=tuple(
            [arrays[f"member {i} {j}"] for j in range(count)]
            for i, count in enumerate(plain["weights"])
        ),
        layers=tuple(plain["layers"]),
        epochs=plain["epochs"],
        all_epochs=plain["all_epochs"],
    )


class CheckpointTimer:
    """Time until the next checkpoint of a run is due.

    Checkpoints are ``CHECKPOINT_SECONDS`` apart, or further if they take longer than
    ``CHECKPOINT_SHARE`` of the time.
    """

    def __init__(self) -> None:
        self.restart(0.0)

    @property
    def is_due(self) -> bool:
        """True when the next checkpoint is due."""
        return time.perf_counter() - self._last_time >= self._interval

    def restart(self, duration: float) -> None:
        """Wait for the next checkpoint from now on.

        Args:
            duration: Seconds that the last checkpoint took.
        """
        self._last_time = time.perf_counter()
        self._interval = max(CHECKPOINT_SECONDS, duration / CHECKPOINT_SHARE)
