"""Batches of nearly equal length.

Because padded steps are inert, which sequences share a batch changes only how
much padding is computed. Sequences are shuffled, sorted by length inside pools of
some batches, cut into batches, and the batches shuffled again: most of the
padding goes, and the order of training stays random.

Inside a batch the rows stand by length, longest first, and are cut into groups that are
computed side by side, each padded to its own longest row only. One sequence of 10,000 steps
among short ones so costs 10,000 steps, not 10,000 times the batch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Batches a pool. An epoch takes 1.1 to 1.9 times less than with fully random batches, and 64
# make it no faster. What it costs in loss after equal epochs, if anything, is less than one seed
# differs from another (python -m benchmarks pools: validation loss of 5 seeds, random, 32, 64):
#     Japanese vowels   0.159 ± 0.065     0.165 ± 0.058     0.165 ± 0.058
#     lognormal means   0.0119 ± 0.0019   0.0144 ± 0.0010   0.0165 ± 0.0029
#     adding            0.0010 ± 0.0002   0.0015 ± 0.0003   0.0032 ± 0.0009
POOL_BATCHES = 32

FORWARD_ROWS = 256  # sequences a batch where nothing is learned …
FORWARD_CELLS = 2**22  # … and steps × units, padding included: bounds memory for long sequences
STEP_ROWS = 24  # what a step costs whatever its rows, in rows


@dataclass(frozen=True)
class Plan:
    """Which sequences are computed together, in which order.

    order  (n,) int64 row numbers, every sequence exactly once
    cuts   (batches, groups + 1) int64: group g of batch i holds the rows
           ``order[cuts[i, g]:cuts[i, g + 1]]``; a group may be empty, a batch is not
    steps  (batches,) int64 steps computed, rows × the longest row of each group
    cost   (batches,) what they cost in comparison
    """

    order: np.ndarray
    cuts: np.ndarray
    steps: np.ndarray
    cost: np.ndarray

    def __len__(self) -> int:
        return len(self.cuts)


def epoch_plan(
    lengths: np.ndarray,
    batch_size: int,
    groups: int,
    rng: np.random.Generator,
    pool_batches: int = POOL_BATCHES,
) -> Plan:
    """Every batch of ``batch_size`` sequences but one. lengths (n,) steps. The plan is a
    function of the generator's state."""
    order = rng.permutation(len(lengths))
    pool = batch_size * pool_batches
    for start in range(0, len(order), pool):
        rows = order[start : start + pool]
        order[start : start + pool] = rows[np.argsort(-lengths[rows], kind="stable")]
    bounds = np.append(np.arange(0, len(order), batch_size), len(order))
    plan = _plan(lengths, order, bounds, groups)
    shuffled = rng.permutation(len(plan))
    return Plan(plan.order, plan.cuts[shuffled], plan.steps[shuffled], plan.cost[shuffled])


def forward_plan(lengths: np.ndarray, groups: int, units: int) -> Plan:
    """For validation and prediction: sorted by length, longest first, at most FORWARD_ROWS
    rows and (from two rows on) FORWARD_CELLS padded steps × ``units`` a batch."""
    order = np.argsort(-lengths, kind="stable")
    bounds = [0]
    while bounds[-1] < len(order):
        widest = int(lengths[order[bounds[-1]]])
        rows = min(FORWARD_ROWS, max(1, FORWARD_CELLS // (widest * units)))
        bounds.append(min(bounds[-1] + rows, len(order)))
    return _plan(lengths, order, np.array(bounds), groups)


def _plan(lengths: np.ndarray, order: np.ndarray, bounds: np.ndarray, groups: int) -> Plan:
    """Cut the batches ``order[bounds[i]:bounds[i + 1]]``, each sorted, longest first, into
    groups of about equal numbers of real steps: a row goes where its middle step falls."""
    sorted_lengths = lengths[order].astype(np.int64)
    ends = np.cumsum(sorted_lengths)
    batch = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    before = np.append(0, ends)[bounds[:-1]]
    total = np.append(0, ends)[bounds[1:]] - before
    middle = ends - sorted_lengths / 2 - before[batch]
    group = batch * groups + (middle * groups / total[batch]).astype(np.int64)
    cuts = np.searchsorted(group, np.arange((len(bounds) - 1) * groups + 1))
    rows = np.diff(cuts)
    widest = np.where(rows > 0, sorted_lengths[np.minimum(cuts[:-1], len(order) - 1)], 0)
    shape = (len(bounds) - 1, groups)
    firsts, ends_ = cuts[:-1].reshape(shape), cuts[1:].reshape(shape)
    return Plan(
        order=order.astype(np.int64),
        cuts=np.concatenate([firsts, ends_[:, -1:]], axis=1).astype(np.int64),
        steps=(rows * widest).reshape(shape).sum(axis=1),
        cost=((rows + STEP_ROWS) * widest).reshape(shape).sum(axis=1),
    )
