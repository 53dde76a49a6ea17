"""Batches of nearly equal length.

Because padded steps are inert, which sequences share a batch changes only how
much padding is computed. Sequences are shuffled, sorted by length inside pools of
a few batches, cut into batches, and the batches shuffled again: most of the
padding goes, and the order of training stays random.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

POOL_BATCHES = 16  # batches a pool; large enough that a batch is almost of one length
FORWARD_ROWS = 256  # sequences a batch where nothing is learned …
FORWARD_STEPS = 65_536  # … and steps, padding included: bounds memory for very long sequences


def epoch_batches(
    lengths: np.ndarray, batch_size: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Index arrays that hold every sequence exactly once; all of ``batch_size`` but one.

    lengths (n,) steps. The order is a function of the generator's state.
    """
    order = rng.permutation(len(lengths))
    pool = batch_size * POOL_BATCHES
    for start in range(0, len(order), pool):
        rows = order[start : start + pool]
        order[start : start + pool] = rows[np.argsort(lengths[rows], kind="stable")]
    batches = [order[i : i + batch_size] for i in range(0, len(order), batch_size)]
    return [batches[i] for i in rng.permutation(len(batches))]


def sorted_batches(lengths: np.ndarray) -> Iterator[np.ndarray]:
    """Index arrays in order of length, for validation and prediction: least padding, and at
    most FORWARD_ROWS rows and (from two rows on) FORWARD_STEPS padded steps a batch."""
    order = np.argsort(lengths, kind="stable")[::-1]  # longest first: a batch's first row is widest
    start = 0
    while start < len(order):
        widest = int(lengths[order[start]])
        rows = min(FORWARD_ROWS, max(1, FORWARD_STEPS // widest))
        yield order[start : start + rows]
        start += rows
