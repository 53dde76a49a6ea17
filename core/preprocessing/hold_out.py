"""Hold out a test set from data that marks none."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..data.sequences import Sequences
from ..data.windowing import is_one_series

Method = Literal["group", "random", "time", "latest", "windows"]

SHARE = 0.2  # of the sequences
MIN_SEQUENCES = 100  # a test set of fewer than 20 sequences has intervals too wide to decide by
MAX_CLASSES = 20  # distinct numbers that count as classes
QUANTILES = 10


@dataclass(frozen=True, eq=False)
class HoldOut:
    """Test set that is held out from data.

    Attributes:
        method: How the rows were selected; None if nothing is held out, by choice.
        seed: Seed of the draw.
        rows: Held-out rows, ascending, int64.
    """

    method: Method | None
    seed: int
    rows: npt.NDArray[np.int64]

    def apply(self, data: Sequences) -> Sequences:
        """Mark the rows *test*, and all rows without a mark *train*."""
        if len(self.rows) == 0:
            return data
        split = np.full(len(data), "train", object) if data.split is None else data.split.copy()
        split[self.rows] = "test"
        return data.with_split(split)

    @cached_property
    def digest(self) -> str:
        """Hash of the rows."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def to_bytes(self) -> bytes:
        """Serialize the rows, one bit per row up to the last one."""
        is_held_out = np.zeros(int(self.rows[-1]) + 1 if len(self.rows) else 0, bool)
        is_held_out[self.rows] = True
        return np.packbits(is_held_out).tobytes()

    @classmethod
    def from_bytes(cls, method: Method | None, seed: int, rows: bytes) -> HoldOut:
        """Read the output of ``to_bytes``."""
        return cls(method, seed, np.flatnonzero(np.unpackbits(np.frombuffer(rows, np.uint8))))


NO_HOLD_OUT = HoldOut(None, 0, np.zeros(0, np.int64))


def list_methods(data: Sequences) -> tuple[Method, ...]:
    """List the methods that can hold out a test set, the default first.

    Returns:
        () if the data has no targets, marks test rows itself, or has a single sequence or group to
        train on. Groups are never divided, so that data with groups has "group" for "random";
        only windows of a single series are, by "windows". "time" needs sequences that start at
        different times.
    """
    candidates = _select_candidates(data)
    if data.targets is None or len(candidates) < 2:
        return ()
    if is_one_series(data):
        return ("windows",)
    if data.groups is not None and len(set(data.groups[candidates])) < 2:
        return ()
    drawn: Method = "random" if data.groups is None else "group"
    return (drawn, "latest") if _read_start_ranks(data) is None else (drawn, "time", "latest")


def suggest_hold_out(data: Sequences) -> HoldOut | None:
    """Hold out a test set by the default method, or return None if the data is too small for it."""
    methods = list_methods(data)
    if not methods or len(_select_candidates(data)) < MIN_SEQUENCES:
        return None
    return HoldOut(methods[0], 0, hold_out(data, methods[0]))


def hold_out(
    data: Sequences, method: Method, share: float = SHARE, seed: int = 0
) -> npt.NDArray[np.int64]:
    """Select the rows of a test set. The same arguments give the same rows.

    Only rows that are marked *train*, or have no mark, are selected. Sequences of one group are
    selected together or not at all.

    - "random" draws sequences by the seed, stratified by class. Each class keeps at least one
      sequence in training. More than 20 different numbers are stratified by their deciles, targets
      per step not at all.
    - "group" draws groups in the same way; a group belongs to its most frequent class.
    - "time" selects the sequences that start latest, or the groups whose first sequence does, by
      the time column of the table that was read. Of equal times, the last of the file come first.
    - "latest" does so by the order of the file.
    - "windows" selects the last windows of a single series.

    Args:
        data: n sequences with targets.
        method: One of ``list_methods(data)``.
        share: Share of the candidate rows to select. Groups are selected as long as each brings the
            test set closer to this share, and at least one of them.
        seed: Seed of "random" and "group".

    Returns:
        Row numbers, ascending. Empty only if no class has sequences in two units.

    Raises:
        ValueError: the method cannot be used on this data.

    >>> data = Sequences.from_lists([[1], [2], [3], [4], [5]], targets=list("aabbb"))
    >>> hold_out(data, "latest").tolist()
    [4]
    """
    if method not in list_methods(data):
        raise ValueError(f"the method {method!r} is not in {list_methods(data)}")
    rows = _select_candidates(data)
    units, first, sizes = _number_units(data, rows)
    if method == "time":
        ranks = _read_start_ranks(data)
        assert ranks is not None  # else the method is not listed
        starts = np.full(len(first), np.iinfo(np.int64).max)
        np.minimum.at(starts, units, ranks[rows])
        selected = _select_last(np.lexsort((first, starts)), sizes, share)
    elif method in ("latest", "windows"):
        selected = _select_last(np.argsort(first), sizes, share)
    else:
        strata, are_classes = _stratify(data, rows)
        main_strata = _find_main_strata(strata, units)
        order = np.random.default_rng(seed).permutation(len(first))
        order = order[np.argsort(main_strata[order], kind="stable")]
        counts = _count_classes(units, strata if are_classes else np.zeros_like(strata))
        selected = _draw(order, main_strata, sizes, counts, share)
    return rows[np.isin(units, selected)]


def _read_start_ranks(data: Sequences) -> npt.NDArray[np.int32] | None:
    """Return the (n,) ranks of the sequences by the time of their first step; None if unknown."""
    ranks = data.report.start_ranks
    return ranks if ranks is not None and len(ranks) == len(data) else None


def _select_candidates(data: Sequences) -> npt.NDArray[np.int64]:
    """Return the rows that may be held out: none if the data marks test rows itself."""
    if data.split is None:
        return np.arange(len(data))
    if (data.split == "test").any():
        return np.zeros(0, np.int64)
    return np.flatnonzero(data.split == "train")


def _number_units(data: Sequences, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the units that are held out together: groups, or single sequences.

    Returns:
        Per row its unit; per unit the index of its first row, and its number of rows.
    """
    if data.groups is None or is_one_series(data):
        return np.arange(len(rows)), np.arange(len(rows)), np.ones(len(rows), np.int64)
    _, first, units, sizes = np.unique(
        data.groups[rows].astype(str), return_index=True, return_inverse=True, return_counts=True
    )
    return units, first, sizes


def _stratify(data: Sequences, rows: np.ndarray) -> tuple[npt.NDArray[np.int64], bool]:
    """Return the stratum of each row, and whether the strata are classes."""
    if data.per_step:
        return np.zeros(len(rows), np.int64), False
    targets = data.require_targets()[rows]
    if targets.dtype.kind == "O":
        return np.unique(targets.astype(str), return_inverse=True)[1], True
    numbers, strata = np.unique(targets, return_inverse=True)
    if len(numbers) <= MAX_CLASSES:
        return strata, True
    edges = np.quantile(targets, np.arange(1, QUANTILES) / QUANTILES)
    return np.searchsorted(edges, targets, side="right"), False


def _find_main_strata(strata: np.ndarray, units: np.ndarray) -> npt.NDArray[np.int64]:
    """Return the most frequent stratum of each unit, the first one of several."""
    pairs, counts = np.unique(np.stack([units, strata]), axis=1, return_counts=True)
    order = np.lexsort((pairs[1], -counts, pairs[0]))
    sorted_units = pairs[0, order]
    is_first = np.r_[True, sorted_units[1:] != sorted_units[:-1]]
    main: npt.NDArray[np.int64] = pairs[1, order][is_first]
    return main


def _count_classes(units: np.ndarray, classes: np.ndarray) -> list[dict[int, int]]:
    """Count the rows per class of each unit."""
    counts: list[dict[int, int]] = [{} for _ in range(int(units.max()) + 1)]
    for unit, label in zip(units.tolist(), classes.tolist(), strict=True):
        counts[unit][label] = counts[unit].get(label, 0) + 1
    return counts


def _select_last(units: np.ndarray, sizes: np.ndarray, share: float) -> npt.NDArray[np.int64]:
    """Select the last units whose total size is closest to the share, without the first unit."""
    totals = np.cumsum(sizes[units[:0:-1]])
    count = int(np.argmin(np.abs(totals - share * sizes.sum()))) + 1
    return units[-count:]


def _draw(
    order: np.ndarray,
    strata: np.ndarray,
    sizes: np.ndarray,
    class_counts: list[dict[int, int]],
    share: float,
) -> npt.NDArray[np.int64]:
    """Select units in this order, each if it brings the test set closer to the share.

    What a stratum has too few or too many of is made up for in the next one, so that many small
    classes give a test set of the right size.
    """
    remaining: dict[int, int] = {}
    for counts in class_counts:
        for label, count in counts.items():
            remaining[label] = remaining.get(label, 0) + count
    stratum_sizes = np.bincount(strata, weights=sizes).tolist()
    target, total, stratum = 0.0, 0, -1
    selected: list[int] = []
    # lists, whose items are ten times as fast as those of arrays
    units = zip(order.tolist(), strata[order].tolist(), sizes[order].tolist(), strict=True)
    for unit, stratum_of_unit, size in units:
        if stratum_of_unit != stratum:
            stratum = stratum_of_unit
            target += share * stratum_sizes[stratum]
        if abs(total + size - target) >= abs(total - target):
            continue
        counts = class_counts[unit]
        if _leaves_each_class(remaining, counts):
            for label, count in counts.items():
                remaining[label] -= count
            selected.append(unit)
            total += size
    if not selected:  # each group is larger than the test set should be
        smallest_first = sorted(order.tolist(), key=lambda unit: int(sizes[unit]))
        possible = (u for u in smallest_first if _leaves_each_class(remaining, class_counts[u]))
        selected = list(possible)[:1]
    return np.array(selected, np.int64)


def _leaves_each_class(remaining: dict[int, int], counts: dict[int, int]) -> bool:
    return all(remaining[label] > count for label, count in counts.items())
