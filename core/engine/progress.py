"""Progress reports of a training run. Does not need TensorFlow, so the page can show them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TypedDict

History = dict[str, list[float]]
MIN_SECONDS = 3.0  # the first, slow calls weigh too much in an earlier estimate


class Computation(TypedDict, total=False):
    """Implementations and row groups, which the last bits of the weights depend on.

    Attributes:
        layers: One of IMPLEMENTATIONS per layer.
        groups: Number of parallel row groups.
    """

    layers: list[str]
    groups: int


def average_members(history: History) -> History:
    """Average the metrics of an ensemble's members per epoch.

    Members that have ended before an epoch do not count in its mean.

    Args:
        history: As in ``TrainedModel.history``; that of a single network is returned unchanged.
    """
    numbers = history.get("member")
    if not numbers:
        return history
    epochs: list[list[int]] = []  # rows of all members, per epoch
    for row, number in enumerate(numbers):
        epoch = row - numbers.index(number)
        epochs += [[]] * (epoch == len(epochs))
        epochs[epoch] = [*epochs[epoch], row]
    return {
        name: [fmean(values[row] for row in rows) for rows in epochs]
        for name, values in history.items()
        if name != "member"
    }


@dataclass(frozen=True)
class Progress:
    """State of a training run at one moment.

    Attributes:
        epoch: Finished epochs, 0 to ``epochs``.
        epochs: Planned epochs.
        batch: Finished batches of the current epoch, 0 to ``batches``.
        batches: Batches per epoch.
        sequences: Training sequences per epoch.
        history: Metrics of the finished epochs, as in ``TrainedModel.history``.
        seconds: Time since the first batch, compilation excluded.
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    sequences: int
    history: History
    seconds: float

    @property
    def share(self) -> float:
        """Finished share of all planned batches, 0 to 1."""
        return (self.epoch + self.batch / max(self.batches, 1)) / self.epochs

    @property
    def seconds_left(self) -> float | None:
        """Time to the last planned epoch at the average speed so far.

        None in the first seconds of the first epoch.
        """
        has_estimate = self.epoch or (self.batch and self.seconds > MIN_SECONDS)
        return self.seconds * (1 - self.share) / self.share if has_estimate else None

    @property
    def sequences_per_second(self) -> float:
        """Training sequences per second so far; the time includes validation."""
        return self.share * self.epochs * self.sequences / max(self.seconds, 1e-9)
