"""Long series cut into pieces to learn from: windows, or growing prefixes.

Pieces of one series are one group, so that training and validation never share a series: windows
that overlap, on both sides of a split, would be a test on what was learned by heart.
"""

from __future__ import annotations

import numpy as np

from ..errors import DataError
from .sequences import Sequences, step_indices

MAX_VALUES = 2**26  # 256 MB: pieces that overlap hold many times what the series hold


def windows(data: Sequences, steps: int, every: int) -> Sequences:
    """Windows of ``steps`` steps, a new one ``every`` so many steps. The last one of a series may
    be shorter, so that no step is lost, and so is the only one of a short series.

    Raises DataError for a length or a distance below 1, for a distance that would leave steps out,
    and for more than fits into memory. What pieces carry: see ``_pieces``.
    """
    _check(steps, every)
    if every > steps:
        raise DataError(
            "A new window every {every} steps leaves steps out of windows of {steps}. Begin one "
            "every {steps} steps, or more often.",
            every=every,
            steps=steps,
        )
    number = 1 + -(-np.maximum(data.lengths - steps, 0) // every)
    source, count = _counted(number)
    starts = count * every
    return _pieces(data, source, starts, np.minimum(data.lengths[source] - starts, steps))


def prefixes(data: Sequences, steps: int, every: int) -> Sequences:
    """Growing prefixes: of ``steps`` steps, of ``every`` so many more, …, and the whole series.

    Raises DataError as ``windows``.
    """
    _check(steps, every)
    number = 1 + -(-np.maximum(data.lengths - steps, 0) // every)
    source, count = _counted(number)
    lengths = np.minimum(steps + count * every, data.lengths[source])
    return _pieces(data, source, np.zeros_like(lengths), lengths)


def at_the_end(data: Sequences) -> Sequences:
    """With the target of its last step as the one target of each sequence."""
    return data.with_targets(data.targets[data.offsets[1:] - 1]) if data.per_step else data


def _check(steps: int, every: int) -> None:
    if steps < 1 or every < 1:
        raise DataError(
            "Cut into pieces of {steps} steps, every {every} steps: both must be at least 1.",
            steps=steps,
            every=every,
        )


def _counted(number: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """number (n,) of pieces. (pieces,) the series of each piece, and which of its pieces it is."""
    source = np.repeat(np.arange(len(number)), number)
    return source, np.arange(len(source)) - np.repeat(np.cumsum(number) - number, number)


def _pieces(
    data: Sequences, source: np.ndarray, starts: np.ndarray, lengths: np.ndarray
) -> Sequences:
    """The pieces, (pieces,) each, of the series ``source`` from the step ``starts``. A piece has
    the id of its series and its first and last step, from 1; the target of the series, or those of
    its own steps; its split; and the series, unless that has a group, as its group."""
    values = int(lengths.sum()) * data.features
    if values > MAX_VALUES:
        raise DataError(
            "Cut so, the pieces hold {found:,} values in all, and at most {most:,} are taken. Let "
            "the pieces begin, or grow, in larger steps.",
            found=values,
            most=MAX_VALUES,
        )
    ids = [
        f"{data.ids[series]} {start + 1}–{start + length}" if length < data.lengths[series] else id
        for series, start, length, id in zip(
            source.tolist(), starts.tolist(), lengths.tolist(), data.ids[source], strict=True
        )
    ]
    steps = step_indices(data.offsets[:-1][source], lengths) + np.repeat(starts, lengths)
    targets = data.targets
    if targets is not None:
        targets = targets[steps if data.per_step else source]
    return Sequences(
        values=data.values[steps],
        lengths=lengths,
        targets=targets,
        ids=ids,
        feature_names=data.feature_names,
        split=None if data.split is None else data.split[source],
        groups=(data.ids if data.groups is None else data.groups)[source],
        per_step=data.per_step,
        missing="mean",  # what was missing is settled
        schema=data.schema,
    )
