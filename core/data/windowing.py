"""Cut long series into windows or growing prefixes.

All parts of one series form a group, so that the training and validation sets never share a
series: overlapping windows on both sides of a split would test what was memorised. Only a single
series is divided in time, where no step is a target on both sides (see ``is_one_series``), and
where a test set is chosen.
"""

from __future__ import annotations

import numpy as np

from ..errors import DataError
from .missing import take_parts
from .padded import step_indices
from .sequences import Sequences

MAX_VALUES = 2**26  # 256 MB: overlapping parts hold many times the values of the series


def windows(data: Sequences, steps: int, every: int) -> Sequences:
    """Cut each series into windows of ``steps`` steps that start every ``every`` steps.

    The last window of a series may be shorter, so that no step is lost; a shorter series is one
    window. A window carries the id of its series with its first and last step, from 1; the target
    of the series, or the per-step targets of its own steps; the split; and as group that of the
    series, or the id of a series without one.

    Args:
        data: n series.
        steps: length of a window, at least 1.
        every: distance between the starts of windows in steps, 1 to ``steps``.

    Raises:
        DataError: ``steps`` or ``every`` is out of range, or the windows would not fit into memory.
    """
    _check_sizes(steps, every)
    if every > steps:
        raise DataError(
            "A stride of {every} skips steps between windows of {steps} steps. Use a stride "
            "of at most {steps}.",
            every=every,
            steps=steps,
        )
    counts = 1 + -(-np.maximum(data.lengths - steps, 0) // every)  # (n,)
    source, index = _enumerate_parts(counts)
    starts = index * every
    return _cut(data, source, starts, np.minimum(data.lengths[source] - starts, steps))


def prefixes(data: Sequences, steps: int, every: int) -> Sequences:
    """Cut each series into growing prefixes, the last of which is the whole series.

    Prefixes carry ids, targets, split and groups as ``windows`` do.

    Args:
        data: n series.
        steps: length of the first prefix, at least 1.
        every: growth from one prefix to the next in steps, at least 1.

    Raises:
        DataError: ``steps`` or ``every`` is out of range, or the prefixes would not fit into
            memory.
    """
    _check_sizes(steps, every)
    counts = 1 + -(-np.maximum(data.lengths - steps, 0) // every)  # (n,)
    source, index = _enumerate_parts(counts)
    lengths = np.minimum(steps + index * every, data.lengths[source])
    return _cut(data, source, np.zeros_like(lengths), lengths)


def take_last_targets(data: Sequences) -> Sequences:
    """Replace per-step targets by one target per sequence, that of the last step."""
    if not data.per_step:
        return data
    return data.with_targets(data.require_targets()[data.offsets[1:] - 1])


def is_one_series(data: Sequences) -> bool:
    """Return True for windows of a single series whose later windows may test earlier ones.

    No step is the target of two windows: they do not overlap, or their target is at the last step.
    The windows were cut when the table was read.
    """
    schema, groups = data.schema, data.groups
    if schema is None or schema.cut != "windows" or schema.group is not None or groups is None:
        return False
    shares_no_target = schema.cut_every == schema.cut_steps or schema.target_at == "end"
    return shares_no_target and bool((groups == groups[0]).all())


def is_divided_series(data: Sequences) -> bool:
    """Return True for windows of a single series with a test set."""
    return data.split is not None and is_one_series(data)


def _check_sizes(steps: int, every: int) -> None:
    if steps < 1 or every < 1:
        raise DataError(
            "Windows of {steps} steps with a stride of {every}: both must be at least 1.",
            steps=steps,
            every=every,
        )


def _enumerate_parts(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for all parts, (parts,) each, the series and the part's index in it, from 0."""
    source = np.repeat(np.arange(len(counts)), counts)
    return source, np.arange(len(source)) - np.repeat(np.cumsum(counts) - counts, counts)


def _cut(data: Sequences, source: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> Sequences:
    """Cut parts, (parts,) each: from series ``source``, at step ``starts``, ``lengths`` long."""
    count = int(lengths.sum()) * data.features
    if count > MAX_VALUES:
        raise DataError(
            "These windows would hold {found:,} values; the limit is {most:,}. Use a larger "
            "stride.",
            found=count,
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
    values = data.values[steps]
    if data.missing == "forward":
        values = take_parts(data.values, data.lengths, steps, lengths)
    return Sequences(
        values=values,
        lengths=lengths,
        targets=targets,
        ids=ids,
        feature_names=data.feature_names,
        split=None if data.split is None else data.split[source],
        groups=(data.ids if data.groups is None else data.groups)[source],
        per_step=data.per_step,
        categories=data.categories,
        missing=data.missing,
        report=data.report.take(source),
        schema=data.schema,
    )


def count_remaining_steps(
    lengths: np.ndarray, most: int, after: np.ndarray | None = None
) -> np.ndarray:
    """Count the steps from each step to the end of its sequence: 0 at the last one.

    A cap is usual for machines that run to failure, because their first steps show no wear
    (Heimes, "Recurrent neural networks for remaining useful life estimation", 2008).

    Args:
        lengths: (n,) steps per sequence.
        most: The largest count; larger ones are replaced by it.
        after: (n,) steps from the last one of each sequence to its end; None for none.

    Returns:
        (total steps,) int64.
    """
    last_steps = np.repeat(np.cumsum(lengths) - 1, lengths)
    remaining = last_steps - np.arange(len(last_steps))
    if after is not None:
        remaining += np.repeat(after, lengths)
    return np.minimum(remaining, most)
