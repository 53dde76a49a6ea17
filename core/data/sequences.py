"""``Sequences``: the ragged container that all other modules take and return.

The steps of all sequences are stored one after the other in one flat array, together with the
lengths that separate them. Nothing is padded here, so padding cannot leak into a computation; a
padded array is made late (``core.data.padding``), for a figure or a batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np

from ..errors import DataError
from .missing import MISSING_POLICIES, Missing, check_finite, indicator_name, resolve_missing
from .schema import Schema
from .validation import (
    as_step_targets,
    as_steps,
    as_strings,
    as_targets,
    as_values,
    check_unique_ids,
)

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Sequences:
    """An immutable collection of ``n`` sequences of unequal length.

    Attributes:
        values: (total steps, features) float32, sequence after sequence.
        lengths: (n,) int64, steps per sequence, each at least 1.
        targets: (n,) numbers, int64 when all of them are whole (1.0 becomes 1), else float64; or
            strings for classes; or None. With ``per_step`` (total steps,), one per step, parallel
            to ``values``.
        ids: (n,) unique strings; "1", "2", … by default.
        feature_names: one name per feature.
        split: (n,) "train", "validation" or "test"; or None.
        groups: (n,) strings, such as the patient a visit belongs to; or None.
        per_step: every step has its own target.
        missing: policy for steps that hold NaN: "refuse" raises, "drop" deletes the step,
            "forward" carries the last known value of the feature forward, "mean" keeps NaN, which
            a model replaces by the mean of its training steps. Infinite values are refused.
        schema: how the data was read from a table, None if it was not. A model keeps it to read
            new data the same way.

    Raises:
        DataError: names the sequence, the step and the feature of an invalid value.
    """

    values: np.ndarray
    lengths: np.ndarray
    targets: np.ndarray | None = None
    ids: np.ndarray | None = None
    feature_names: tuple[str, ...] = ()
    split: np.ndarray | None = None
    groups: np.ndarray | None = None
    per_step: bool = False
    missing: Missing = field(default="refuse", repr=False)
    schema: Schema | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if self.missing not in MISSING_POLICIES:
            raise ValueError(f"missing is {self.missing!r}; use one of {MISSING_POLICIES}")
        lengths = np.array(self.lengths, dtype=np.int64).reshape(-1)
        if len(lengths) == 0:
            raise DataError("There are no sequences. Give at least one sequence of one step.")
        ids = as_strings(self.ids, len(lengths), "ids")
        if ids is None:
            ids = np.arange(1, len(lengths) + 1).astype(str).astype(object)
        check_unique_ids(ids)
        if (lengths < 1).any():
            row = int(np.argmax(lengths < 1))
            raise DataError(
                "Sequence {id} has no steps. Remove it or give it at least one step.", id=ids[row]
            )
        values = as_values(self.values, int(lengths.sum()))
        names = tuple(str(name) for name in self.feature_names) or default_names(values.shape[1])
        if len(names) != values.shape[1]:
            raise DataError(
                "The number of feature names ({names}) is not the number of features "
                "({features}). Give one name a feature.",
                features=values.shape[1],
                names=len(names),
            )
        check_finite(values, lengths, ids, names)
        targets = as_targets(self.targets, ids, lengths if self.per_step else None)
        values, lengths, keep = resolve_missing(values, lengths, ids, names, self.missing)
        if self.per_step and targets is not None and keep is not None:
            targets = targets[keep]
        split = as_strings(self.split, len(lengths), "split")
        if split is not None and not np.isin(split, SPLITS).all():
            row = int(np.argmin(np.isin(split, SPLITS)))
            raise DataError(
                "The split of sequence {id} is {found!r}. Use train, validation or test.",
                id=ids[row],
                found=split[row],
            )
        parts = {
            "values": values,
            "lengths": lengths,
            "targets": targets,
            "ids": ids,
            "feature_names": names,
            "split": split,
            "groups": as_strings(self.groups, len(lengths), "groups"),
            "per_step": bool(self.per_step and targets is not None),
        }
        self._set_parts(parts)

    def _set_parts(self, parts: dict[str, Any]) -> None:
        """Set attributes of the frozen instance and make arrays read-only."""
        for name, part in parts.items():
            if isinstance(part, np.ndarray):
                part.setflags(write=False)
            object.__setattr__(self, name, part)

    @classmethod
    def from_lists(
        cls,
        sequences: Iterable[Any],
        targets: Any = None,
        *,
        ids: Any = None,
        feature_names: Sequence[str] = (),
        split: Any = None,
        groups: Any = None,
        missing: Missing = "refuse",
    ) -> Sequences:
        """Create sequences from one list or array per sequence.

        With missing="mean", every feature that lacks values gets an indicator feature, 1 where
        the value is missing and 0 elsewhere.

        >>> data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
        >>> len(data), data.lengths.tolist(), data[1].tolist()
        (3, [1, 2, 5], [[2.0], [5.0]])

        Args:
            sequences: n lists or arrays, each (steps,) or (steps, features).
            targets: one per sequence, or per sequence a list with one target per step.
            ids: (n,) unique.
            feature_names: one name per feature.
            split: (n,) "train", "validation" or "test".
            groups: (n,).
            missing: policy for missing values, see the class.

        Raises:
            DataError: names the place and the value that cannot be used.
        """
        try:
            items = iter(sequences)
        except TypeError:
            raise DataError(
                "{found!r} is no list of sequences. Give a list of sequences, each a list of "
                "steps, as in [[1.5]].",
                found=sequences,
            ) from None
        parts = [as_steps(item, number) for number, item in enumerate(items, start=1)]
        if len({part.shape[1] for part in parts if len(part)}) > 1:
            first = parts[0].shape[1]
            row = next(i for i, part in enumerate(parts) if part.shape[1] != first)
            raise DataError(
                "Sequence {number} has another number of features ({found}) than sequence 1 "
                "({expected}). Every step of every sequence needs the same features.",
                number=row + 1,
                found=parts[row].shape[1],
                expected=first,
            )
        values = np.concatenate([part for part in parts if len(part)] or [np.empty((0, 1))])
        names = tuple(feature_names) or default_names(values.shape[1])
        if missing == "mean" and (absent := np.isnan(values)).any():
            has_indicator = np.array([indicator_name(name) in names for name in names])
            new = np.flatnonzero(absent.any(axis=0) & ~has_indicator)
            names += tuple(indicator_name(names[feature]) for feature in new)
            values = np.column_stack([values, absent[:, new]])
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        per_step = targets is not None and isinstance(
            next(iter(targets), None), list | tuple | np.ndarray
        )
        return cls(
            values=values,
            lengths=lengths,
            targets=as_step_targets(targets, lengths) if per_step else targets,
            per_step=per_step,
            ids=ids,
            feature_names=names,
            split=split,
            groups=groups,
            missing=missing,
        )

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def offsets(self) -> np.ndarray:
        """(n + 1,) int64 boundaries: sequence i is ``values[offsets[i]:offsets[i + 1]]``."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    @property
    def features(self) -> int:
        """Number of features per step."""
        return self.values.shape[1]

    @overload
    def __getitem__(self, index: int | np.integer) -> np.ndarray: ...
    @overload
    def __getitem__(self, index: slice | np.ndarray | Sequence[int]) -> Sequences: ...
    def __getitem__(self, index):
        """Return one sequence or a subset.

        Args:
            index: an int; or a slice, an array of indices or a boolean array.

        Returns:
            For an int the values of that sequence, (steps, features); otherwise ``Sequences``.
        """
        if isinstance(index, int | np.integer):
            row = range(len(self))[index]
            start = int(self.lengths[:row].sum())
            return self.values[start : start + int(self.lengths[row])]
        chosen = index if isinstance(index, slice) or len(index) else slice(0)
        rows = np.arange(len(self))[chosen if isinstance(chosen, slice) else np.asarray(chosen)]
        lengths = self.lengths[rows]
        if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
            start = int(self.lengths[: rows[0]].sum())
            steps = slice(start, start + int(lengths.sum()))  # one block: a view, no copy
        else:
            steps = step_indices(self.offsets[:-1][rows], lengths)
        parts = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("ids", "split", "groups")
        }
        if self.targets is not None:
            parts["targets"] = self.targets[steps if self.per_step else rows]
        return self._replace(values=self.values[steps], lengths=lengths, **parts)

    def _replace(self, **parts: Any) -> Sequences:
        """Copy with some parts replaced, without validating them."""
        all_parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        copy = object.__new__(Sequences)
        copy._set_parts(all_parts | parts)
        return copy

    def with_steps(self, values: np.ndarray, lengths: np.ndarray) -> Sequences:
        """Replace the steps, for transformations such as scaling.

        Per-step targets are kept if the lengths are unchanged, and removed otherwise.

        Args:
            values: (total steps, features).
            lengths: steps per sequence, (n,).
        """
        lengths = np.array(lengths, dtype=np.int64)
        data = self if np.array_equal(lengths, self.lengths) else self._without_step_targets()
        return data._replace(values=as_values(values, int(lengths.sum())), lengths=lengths)

    def take_steps(self, steps: np.ndarray, lengths: np.ndarray) -> Sequences:
        """Keep some of the steps, with their per-step targets if there are any.

        Args:
            steps: (m,) indices or (total steps,) bool into ``values``.
            lengths: steps taken per sequence, (n,).
        """
        lengths = np.array(lengths, dtype=np.int64)
        data = self._replace(targets=self.targets[steps]) if self.per_step else self
        return data._replace(values=as_values(self.values[steps], lengths.sum()), lengths=lengths)

    def digest(self) -> str:
        """Hash the values and lengths (not ids or targets), to detect duplicates."""
        steps = hashlib.sha256(np.ascontiguousarray(self.values))
        steps.update(self.lengths.tobytes())
        return steps.hexdigest()[:16]

    def with_targets(self, targets: Any, per_step: bool = False) -> Sequences:
        """Replace the targets.

        Args:
            targets: (n,), with ``per_step`` (total steps,), or None.
            per_step: every step has its own target.
        """
        array = as_targets(targets, self.ids, self.lengths if per_step else None)
        return self._replace(targets=array, per_step=per_step and array is not None)

    def _without_step_targets(self) -> Sequences:
        return self._replace(targets=None, per_step=False) if self.per_step else self

    def with_features(self, names: Sequence[str]) -> Sequences:
        """Keep these features, in this order."""
        columns = [self.feature_names.index(name) for name in names]
        return self._replace(values=self.values[:, columns], feature_names=tuple(names))

    def __setstate__(self, parts: dict[str, Any]) -> None:
        self._set_parts(parts)  # unpickled arrays are writable

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequences):
            return NotImplemented
        if not np.array_equal(self.values, other.values, equal_nan=True):
            return False
        names = ("lengths", "targets", "ids", "split", "groups")
        plain = self.feature_names == other.feature_names and self.per_step == other.per_step
        return plain and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in names
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        lengths = self.lengths if len(self) else np.zeros(1, int)
        return (
            f"Sequences({len(self)} sequences, {lengths.min()} to {lengths.max()} steps, "
            f"{self.features} feature{'s' if self.features > 1 else ''}"
            f"{self._describe_targets()})"
        )

    def _describe_targets(self) -> str:
        if self.targets is None:
            return ""
        return ", with a target a step" if self.per_step else ", with targets"


def require_sequences(data: object) -> None:
    """Check that ``data`` is ``Sequences``; the DataError says how to create them."""
    if not isinstance(data, Sequences):
        raise DataError(
            "This is a {found}, and Sequences are needed. Make them of lists by "
            "Sequences.from_lists(…), of a file or a data frame by read_sequences(…).",
            found=type(data).__name__,
        )


def step_indices(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the flat indices ``starts[i] … starts[i] + lengths[i] - 1``, row after row.

    Args:
        starts: (n,) index of the first step of each row.
        lengths: (n,) steps per row.

    Returns:
        (sum of lengths,) int64.
    """
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def default_names(features: int) -> tuple[str, ...]:
    """Name unnamed features: ("value",), or ("x1", "x2", …)."""
    return ("value",) if features == 1 else tuple(f"x{i}" for i in range(1, features + 1))
