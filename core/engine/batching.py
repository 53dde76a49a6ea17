"""Batches of similar length, composed differently in every epoch.

Padded steps are inert, so which sequences share a batch changes how much padding is computed. It
also changes how quickly a network learns: if the target depends on the length, batches of nearly
equal length show a few targets each, and their gradients differ much.

Sequences are therefore sorted by noisy lengths and cut into batches, so that every epoch has other
batches. A little noise adds little padding. If the targets of batches would differ much, there is
more noise, up to almost random batches (``choose_noise``). Consecutive batches have different
lengths, so that a few updates cover all of them.

Inside a batch the rows are sorted by length, longest first, and cut into groups that are computed
in parallel, each padded to its own longest row only. One sequence of 10,000 steps among short ones
then costs 10,000 steps, not 10,000 times the batch size.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Version of ``plan_epoch``. A resumed run keeps the version that it started with.
PLAN_VERSION = 2

# Range of the noise, as a share of the mean length. The least one computes at most 1.14 times as
# many steps as version 1 on lognormal lengths (20 to 600 batches of 16 to 128; 1 to 4 groups). More
# is used while the variance of targets between batches, relative to random batches, is larger than
# MAX_VARIANCE: with class = (length group + sign) mod 4 it is 11 in version 1 and 9 with the least
# noise, and a network learns as with random batches from about 2.5 on. Validation accuracy after 25
# epochs of 20 batches, mean and standard error of 5 seeds, and computed steps relative to version 1
# (python -m benchmarks pools):
#                           lengths 4 to 43         lognormal lengths
#     random batches        0.876 ± 0.006  1.43     0.849 ± 0.023  1.81
#     version 1             0.773 ± 0.006  1        0.780 ± 0.017  1
#     version 2             0.865 ± 0.012  1.41     0.874 ± 0.012  1.77
#     with the least noise  0.818 ± 0.024  1.06     0.818 ± 0.017  1.06
MIN_NOISE = 0.35
NOISES = tuple(MIN_NOISE * 2.0**power for power in range(8))
MAX_VARIANCE = 1.5

# Sequences of a batch also change places with their neighbours in the sorted order, within half a
# batch or this number of places. Otherwise lengths that differ by more than the noise would form
# the same batches in every epoch.
MIN_PLACES = 12

GOLDEN_RATIO = (5**0.5 - 1) / 2

POOL_BATCHES = 32  # batches per pool of version 1

MAX_FORWARD_ROWS = 256  # sequences per batch at inference …
MAX_FORWARD_CELLS = 2**22  # … and steps × units, padding included: bounds memory on long sequences
STEP_ROWS = 24  # fixed cost of a step, in rows


@dataclass(frozen=True)
class Plan:
    """Which sequences are computed together, and in which order.

    Attributes:
        order: (n,) int64 row numbers, every sequence exactly once.
        cuts: (batches, groups + 1) int64. Group g of batch i holds the rows
            ``order[cuts[i, g]:cuts[i, g + 1]]``. A group may be empty, a batch is not.
        steps: (batches,) int64 computed steps, rows × the longest row of each group.
        cost: (batches,) relative cost of each batch.
    """

    order: npt.NDArray[np.int64]
    cuts: npt.NDArray[np.int64]
    steps: npt.NDArray[np.int64]
    cost: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.cuts)


def plan_epoch(
    lengths: np.ndarray,
    batch_size: int,
    groups: int,
    rng: np.random.Generator,
    version: int = PLAN_VERSION,
    noise: float = MIN_NOISE,
) -> Plan:
    """Plan the batches of one training epoch.

    Args:
        lengths: (n,) steps per sequence.
        batch_size: Sequences per batch; one batch may have fewer.
        groups: Parallel row groups per batch.
        rng: The plan is a function of this generator's state.
        version: Version of the plan, 1 to PLAN_VERSION.
        noise: As returned by ``choose_noise``; version 1 has none.
    """
    if version == 1:
        return plan_pools(lengths, batch_size, groups, rng)
    return plan_noisy_lengths(lengths, batch_size, groups, rng, noise)


def plan_pools(
    lengths: np.ndarray,
    batch_size: int,
    groups: int,
    rng: np.random.Generator,
    pool_batches: int = POOL_BATCHES,
) -> Plan:
    """Plan version 1: sort random pools of several batches by length.

    With fewer batches than a pool holds, every epoch has almost the same batches.

    Args:
        lengths: (n,) steps per sequence.
        batch_size: Sequences per batch.
        groups: Parallel row groups per batch.
        rng: Random generator.
        pool_batches: Batches per pool; 1 gives fully random batches.
    """
    order = rng.permutation(len(lengths))
    pool = batch_size * pool_batches
    for start in range(0, len(order), pool):
        rows = order[start : start + pool]
        order[start : start + pool] = rows[np.argsort(-lengths[rows], kind="stable")]
    bounds = np.append(np.arange(0, len(order), batch_size), len(order))
    plan = _cut_into_groups(lengths, order, bounds, groups)
    return _reorder_batches(plan, rng.permutation(len(plan)))


def plan_noisy_lengths(
    lengths: np.ndarray,
    batch_size: int,
    groups: int,
    rng: np.random.Generator,
    noise: float = MIN_NOISE,
) -> Plan:
    """Plan version 2: sort by noisy lengths, and let consecutive batches differ in length.

    Args:
        lengths: (n,) steps per sequence.
        batch_size: Sequences per batch; a random batch has the remainder.
        groups: Parallel row groups per batch.
        rng: Random generator.
        noise: Range of the noise, as a share of the mean length.
    """
    n = len(lengths)
    order = rng.permutation(n)  # of equal lengths
    order = order[
        np.argsort(-lengths[order] + noise * lengths.mean() * rng.random(n), kind="stable")
    ]
    places = max(batch_size / 2, min(MIN_PLACES, n / 8))
    order = order[np.argsort(np.arange(n) + places * rng.random(n), kind="stable")]
    sizes = np.full(-(-n // batch_size), batch_size)
    sizes[rng.integers(len(sizes))] -= sizes.sum() - n
    bounds = np.append(0, np.cumsum(sizes))
    batch = np.repeat(np.arange(len(sizes)), sizes)  # (n,)
    order = order[np.lexsort((-lengths[order], batch))]
    plan = _cut_into_groups(lengths, order, bounds, groups)
    return _reorder_batches(plan, _spread_evenly(len(plan), rng))


def choose_noise(lengths: np.ndarray, targets: np.ndarray, batch_size: int, groups: int) -> float:
    """Choose the least noise with which batches differ little in their targets.

    Args:
        lengths: (n,) steps per sequence.
        targets: (n,) int64 class numbers from 0, or float numbers.
        batch_size: Sequences per batch.
        groups: Parallel row groups per batch.

    Returns:
        One of NOISES; MIN_NOISE if the targets do not depend on the lengths.
    """
    batches = -(-len(lengths) // batch_size)
    # Few batches differ by chance: of two classes, the standard deviation of the variance is 1.4 by
    # the root of the number of batches.
    chance = 3 / max(batches - 1, 1) ** 0.5
    for noise in NOISES:
        generators = (np.random.default_rng(seed) for seed in range(4))
        plans = (plan_noisy_lengths(lengths, batch_size, groups, rng, noise) for rng in generators)
        variance = np.mean([_compare_variance(plan, targets) for plan in plans])
        if variance <= MAX_VARIANCE + (chance if noise == MIN_NOISE else 0):
            break
    return noise


def summarize_targets(targets: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Reduce targets to one per sequence: the mean, or the most frequent class.

    Args:
        targets: (n,), or (total steps,) for per-step targets: int64 class numbers, -1 for none, or
            float numbers, NaN for none.
        lengths: (n,) steps per sequence.

    Returns:
        (n,) class numbers or numbers; 0 for a sequence without targets.
    """
    row = np.arange(len(lengths))
    if len(targets) != len(lengths):
        row = np.repeat(row, lengths)  # (total steps,)
    if targets.dtype.kind == "f":
        row, targets = row[~np.isnan(targets)], targets[~np.isnan(targets)]
        sums = np.bincount(row, targets, len(lengths))
        return sums / np.maximum(np.bincount(row, minlength=len(lengths)), 1)
    row, targets = row[targets >= 0], targets[targets >= 0]
    classes = int(targets.max(initial=0)) + 1
    pairs, counts = np.unique(row * classes + targets, return_counts=True)
    pairs = pairs[np.argsort(counts, kind="stable")]
    frequent = np.zeros(len(lengths), np.int64)
    frequent[pairs // classes] = pairs % classes  # of several, the last one remains
    return frequent


def _compare_variance(plan: Plan, targets: np.ndarray) -> float:
    """Return the variance of targets between batches relative to that of random batches.

    It is about 1 for random batches and at most the batch size. The variance of a class is that of
    its indicator, 0 or 1; variances of classes are added.
    """
    starts = np.sort(plan.cuts[:, 0])
    sizes = np.diff(np.append(starts, len(plan.order)))  # (batches,)
    batch, targets = np.repeat(np.arange(len(plan)), sizes), targets[plan.order]
    if targets.dtype.kind == "f":
        total = targets.var()
        between = (np.bincount(batch, targets - targets.mean()) ** 2 / sizes).sum()
    else:
        classes = int(targets.max()) + 1
        shares = np.bincount(targets) / len(targets)
        total = 1 - (shares**2).sum()
        pairs, counts = np.unique(batch * classes + targets, return_counts=True)
        between = (counts**2 / sizes[pairs // classes]).sum() - len(targets) * (shares**2).sum()
    if len(plan) < 2 or total == 0:
        return 0.0
    return float(between / (len(plan) - 1) / total)


def _spread_evenly(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Permute 0 to ``count`` - 1 so that any run of consecutive numbers covers the whole range.

    The fractional parts of an arithmetic sequence whose step is the golden ratio have this
    property, from any start and in either direction.
    """
    positions = (rng.random() + np.arange(count) * GOLDEN_RATIO) % 1
    numbers = np.argsort(np.argsort(positions))
    return numbers if rng.random() < 0.5 else count - 1 - numbers


def _reorder_batches(plan: Plan, numbers: npt.NDArray[np.int64]) -> Plan:
    """Return the plan with its batches in this order."""
    return Plan(plan.order, plan.cuts[numbers], plan.steps[numbers], plan.cost[numbers])


def plan_forward(lengths: np.ndarray, groups: int, units: int) -> Plan:
    """Plan the batches for validation and prediction, sorted by length, longest first.

    A batch has at most MAX_FORWARD_ROWS rows and, unless it is a single row, at most
    MAX_FORWARD_CELLS padded steps × units.

    Args:
        lengths: (n,) steps per sequence.
        groups: Parallel row groups per batch.
        units: Units of the widest layer, both directions counted.
    """
    order = np.argsort(-lengths, kind="stable")
    bounds = [0]
    while bounds[-1] < len(order):
        longest = int(lengths[order[bounds[-1]]])
        rows = min(MAX_FORWARD_ROWS, max(1, MAX_FORWARD_CELLS // (longest * units)))
        bounds.append(min(bounds[-1] + rows, len(order)))
    return _cut_into_groups(lengths, order, np.array(bounds), groups)


def _cut_into_groups(
    lengths: np.ndarray, order: np.ndarray, bounds: np.ndarray, groups: int
) -> Plan:
    """Cut each batch ``order[bounds[i]:bounds[i + 1]]`` into groups of about equal real steps.

    The rows of a batch are sorted, longest first; a row belongs to the group in which its middle
    step falls.
    """
    sorted_lengths = lengths[order].astype(np.int64)  # (n,)
    ends = np.cumsum(sorted_lengths)
    batch = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))  # (n,)
    before = np.append(0, ends)[bounds[:-1]]  # (batches,)
    total = np.append(0, ends)[bounds[1:]] - before
    middle = ends - sorted_lengths / 2 - before[batch]
    group = batch * groups + (middle * groups / total[batch]).astype(np.int64)
    cuts = np.searchsorted(
        group, np.arange((len(bounds) - 1) * groups + 1)
    )  # (batches·groups + 1,)
    rows = np.diff(cuts)
    longest = np.where(rows > 0, sorted_lengths[np.minimum(cuts[:-1], len(order) - 1)], 0)
    shape = (len(bounds) - 1, groups)
    first_rows, end_rows = cuts[:-1].reshape(shape), cuts[1:].reshape(shape)
    return Plan(
        order=order.astype(np.int64),
        cuts=np.concatenate([first_rows, end_rows[:, -1:]], axis=1).astype(np.int64),
        steps=(rows * longest).reshape(shape).sum(axis=1),
        cost=((rows + STEP_ROWS) * longest).reshape(shape).sum(axis=1),
    )
