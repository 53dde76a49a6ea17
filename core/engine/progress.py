"""What a training reports while it runs. Free of TensorFlow, so that the page that
shows it is too."""

from __future__ import annotations

from dataclasses import dataclass

History = dict[str, list[float]]
FIRST_SECONDS = 3.0


@dataclass(frozen=True)
class Progress:
    """A moment of a training.

    epoch     finished epochs, 0 to epochs
    batch     finished batches of the epoch that runs, 0 to batches
    sequences that are learned from in an epoch
    history   the finished epochs' figures, as ``TrainedModel.history``
    seconds   since the first batch, when the network had been compiled
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
        """Share of all planned batches that are done, 0 to 1."""
        return (self.epoch + self.batch / max(self.batches, 1)) / self.epochs

    @property
    def seconds_left(self) -> float | None:
        """Time to the last planned epoch at the pace so far; None in the first seconds of the
        first epoch, when the first calls, which are slow, still weigh too much in the pace."""
        known = self.epoch or (self.batch and self.seconds > FIRST_SECONDS)
        return self.seconds * (1 - self.share) / self.share if known else None

    @property
    def sequences_per_second(self) -> float:
        """Learned from so far, validation included in the time."""
        return self.share * self.epochs * self.sequences / max(self.seconds, 1e-9)
