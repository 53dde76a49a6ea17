"""What a training reports while it runs. Free of TensorFlow, so that the page that
shows it is too."""

from __future__ import annotations

from dataclasses import dataclass

History = dict[str, list[float]]


@dataclass(frozen=True)
class Progress:
    """A moment of a training.

    epoch     finished epochs, 0 to epochs
    batch     finished batches of the epoch that runs, 0 to batches
    history   the finished epochs' figures, as ``TrainedModel.history``
    seconds   since the training began
    """

    epoch: int
    epochs: int
    batch: int
    batches: int
    history: History
    seconds: float

    @property
    def share(self) -> float:
        """Share of all planned batches that are done, 0 to 1."""
        return (self.epoch + self.batch / max(self.batches, 1)) / self.epochs

    @property
    def seconds_left(self) -> float | None:
        """Time to the last planned epoch at the pace so far; None before the first epoch's end,
        when building the network still weighs too much in the pace."""
        return self.seconds * (1 - self.share) / self.share if self.epoch else None
