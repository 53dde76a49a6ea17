"""Data sets with a published split: folders in the style of the UCR archive, samples, C-MAPSS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.workloads import read_vowels
from core import Sequences, read_sequences

CAP = 125  # cycles; a healthy engine has no measurable remaining life beyond it


@dataclass(frozen=True)
class Source:
    """A data set with a published split.

    Attributes:
        name: Name of the data set.
        read_training: Reads the training part, without a split.
        read_all: Reads both parts, with the split; test targets are read here and nowhere else.
        read_remaining: Reads the true remaining cycles of each test engine; None for other data.
            Of an engine only the prediction at its last cycle is measured.
    """

    name: str
    read_training: Callable[[], Sequences]
    read_all: Callable[[], Sequences]
    read_remaining: Callable[[], np.ndarray] | None = None


def find_sources(folder: Path) -> Iterator[Source]:
    """Find the data sets below a folder, and the sample."""
    for path in sorted(folder.rglob("*_TRAIN.*")):
        name = path.stem.removesuffix("_TRAIN")
        both = [path, path.with_name(path.name.replace("_TRAIN.", "_TEST."))]
        yield Source(name, lambda path=path: read_sequences(path), lambda both=both: _join(both))
    yield Source("JapaneseVowels", lambda: _take_training(read_vowels()), read_vowels)
    for path in sorted(folder.rglob("train_FD001.txt")):
        yield Source(
            "C-MAPSS FD001",
            lambda path=path: _read_engines(path),
            lambda path=path: _read_all_engines(path.parent),
            lambda path=path: np.loadtxt(path.with_name("RUL_FD001.txt")),
        )


def _take_training(data: Sequences) -> Sequences:
    return replace(data[data.split == "train"], split=None)


def stop_engines(data: Sequences, seed: int) -> tuple[Sequences, np.ndarray]:
    """Cut each test engine at a random cycle after its first third, as the test set is.

    Returns:
        The data, and the (test engines,) cycles that remain.
    """
    rng = np.random.default_rng(seed)
    is_test = np.asarray(data.split == "test")
    lasts = np.floor(data.lengths * rng.uniform(1 / 3, 1, len(data))).astype(np.int64)
    lasts = np.where(is_test, lasts, data.lengths)
    step = np.arange(len(data.values)) - np.repeat(
        np.cumsum(data.lengths) - data.lengths, data.lengths
    )
    keep = step < np.repeat(lasts, data.lengths)
    stopped = Sequences(
        data.values[keep],
        lasts,
        targets=data.require_targets()[keep],
        feature_names=data.feature_names,
        split=data.split,
        per_step=True,
    )
    return stopped, (data.lengths - lasts)[is_test]


def _join(paths: list[Path]) -> Sequences:
    training, test = (read_sequences(path) for path in paths)
    return join(training, test)


def join(training: Sequences, test: Sequences) -> Sequences:
    """Join the training and the test part of a data set."""
    return Sequences(
        np.concatenate([training.values, test.values]),
        np.concatenate([training.lengths, test.lengths]),
        targets=np.concatenate([training.require_targets(), test.require_targets()]),
        feature_names=training.feature_names,
        split=["train"] * len(training) + ["test"] * len(test),
        per_step=training.per_step,
    )


def _read_engines(path: Path, remaining: np.ndarray | None = None) -> Sequences:
    """Read engines with the remaining cycles, at most ``CAP``, as targets per cycle.

    Args:
        path: Unit, cycle, settings and sensors per row.
        remaining: Cycles that remain after the last one per unit; None if units run to failure.
    """
    table = np.loadtxt(path)
    lengths = np.unique(table[:, 0], return_counts=True)[1]
    remaining = np.zeros(len(lengths)) if remaining is None else remaining
    targets = [
        np.minimum(last + np.arange(length)[::-1], CAP)
        for length, last in zip(lengths, remaining, strict=True)
    ]
    return Sequences(table[:, 2:], lengths, targets=np.concatenate(targets), per_step=True)


def _read_all_engines(folder: Path) -> Sequences:
    remaining = np.loadtxt(folder / "RUL_FD001.txt")
    training = _read_engines(folder / "train_FD001.txt")
    return join(training, _read_engines(folder / "test_FD001.txt", remaining))
