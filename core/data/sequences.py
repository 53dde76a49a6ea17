"""``Sequences``: the ragged container that everything else takes and gives.

Steps of all sequences stand one after the other in one flat array, beside the
lengths that cut it up. Nothing is padded here, so nothing can leak: a padded
array is made late (``core.data.padding``), for a picture or a batch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np

from ..errors import DataError
from .missing import MISSING_POLICIES, Missing, indicator_name, refuse_infinite, resolve_missing
from .schema import Schema
from .validation import (
    as_step_targets,
    as_steps,
    as_strings,
    as_targets,
    as_values,
    refuse_equal_ids,
)

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Sequences:
    """``n`` sequences of unequal length, immutable.

    values         (total steps, features) float32, sequence after sequence
    lengths        (n,) int64, each at least 1
    targets        (n,) numbers, int64 when all of them are whole (1.0 is 1), else float64; or
                   strings for classes; or None. With per_step (total steps,), one a step, beside
                   the values
    ids            (n,) strings, no two alike; "1", "2", … when none are given
    feature_names  one name a feature
    split          (n,) "train", "validation" or "test"; or None
    groups         (n,) strings, e.g. the patient a visit belongs to; or None
    per_step       whether every step has a target of its own
    missing        what to do with a step that holds NaN: "refuse" (the default)
                   raises, "drop" deletes the step, "forward" carries the last
                   known value of the feature on, "mean" keeps NaN, for which a model takes
                   the mean of its training steps. Infinite values are refused.
    schema         how they were read from a table; None when they were not. A model keeps it, to
                   read new data in the same way

    Raises DataError naming the sequence, the step and the feature.
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
        refuse_equal_ids(ids)
        if (lengths < 1).any():
            where = int(np.argmax(lengths < 1))
            raise DataError(
                "Sequence {id} has no steps. Remove it or give it at least one step.", id=ids[where]
            )
        wide = as_values(self.values, int(lengths.sum()))
        names = tuple(str(name) for name in self.feature_names) or default_names(wide.shape[1])
        if len(names) != wide.shape[1]:
            raise DataError(
                "The number of feature names ({names}) is not the number of features "
                "({features}). Give one name a feature.",
                features=wide.shape[1],
                names=len(names),
            )
        refuse_infinite(wide, lengths, ids, names)
        targets = as_targets(self.targets, ids, lengths if self.per_step else None)
        wide, lengths, kept = resolve_missing(wide, lengths, ids, names, self.missing)
        if self.per_step and targets is not None and kept is not None:
            targets = targets[kept]
        split = as_strings(self.split, len(lengths), "split")
        if split is not None and not np.isin(split, SPLITS).all():
            where = int(np.argmin(np.isin(split, SPLITS)))
            raise DataError(
                "The split of sequence {id} is {found!r}. Use train, validation or test.",
                id=ids[where],
                found=split[where],
            )
        settle = {
            "values": wide,
            "lengths": lengths,
            "targets": targets,
            "ids": ids,
            "feature_names": names,
            "split": split,
            "groups": as_strings(self.groups, len(lengths), "groups"),
            "per_step": bool(self.per_step and targets is not None),
        }
        self._settle(settle)

    def _settle(self, parts: dict[str, Any]) -> None:
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
        """From one list or array a sequence, each (steps,) or (steps, features), and one target
        a sequence, or one list of targets, one a step. With missing="mean" a feature of 0 and 1
        says beside each that lacks values where it does.

        >>> data = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
        >>> len(data), data.lengths.tolist(), data[1].tolist()
        (3, [1, 2, 5], [[2.0], [5.0]])
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
            where = next(i for i, part in enumerate(parts) if part.shape[1] != first)
            raise DataError(
                "Sequence {number} has another number of features ({found}) than sequence 1 "
                "({expected}). Every step of every sequence needs the same features.",
                number=where + 1,
                found=parts[where].shape[1],
                expected=first,
            )
        values = np.concatenate([part for part in parts if len(part)] or [np.empty((0, 1))])
        names = tuple(feature_names) or default_names(values.shape[1])
        if missing == "mean" and (lacks := np.isnan(values)).any():
            said = np.array([indicator_name(name) in names for name in names])
            lacking = np.flatnonzero(lacks.any(axis=0) & ~said)
            names += tuple(indicator_name(names[feature]) for feature in lacking)
            values = np.column_stack([values, lacks[:, lacking]])
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
        """(n + 1,) int64: sequence i stands at ``values[offsets[i]:offsets[i + 1]]``."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    @property
    def features(self) -> int:
        """How many features a step has."""
        return self.values.shape[1]

    @overload
    def __getitem__(self, index: int | np.integer) -> np.ndarray: ...
    @overload
    def __getitem__(self, index: slice | np.ndarray | Sequence[int]) -> Sequences: ...
    def __getitem__(self, index):
        """An int gives that sequence, (steps, features); a slice, an array of
        indices or a boolean array gives the ``Sequences`` of those rows."""
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
        chosen = {
            name: None if getattr(self, name) is None else getattr(self, name)[rows]
            for name in ("ids", "split", "groups")
        }
        if self.targets is not None:
            chosen["targets"] = self.targets[steps if self.per_step else rows]
        return self._with(values=self.values[steps], lengths=lengths, **chosen)

    def _with(self, **parts: Any) -> Sequences:
        """A copy with some parts replaced by arrays that are known to be right."""
        whole = {name: getattr(self, name) for name in self.__dataclass_fields__}
        made = object.__new__(Sequences)
        made._settle(whole | parts)
        return made

    def with_steps(self, values: np.ndarray, lengths: np.ndarray) -> Sequences:
        """The same sequences (ids, targets, …) with other steps: values (total
        steps, features), lengths (n,). For transformations such as scaling. Targets of steps
        stay when there are as many, and are gone otherwise."""
        lengths = np.array(lengths, dtype=np.int64)
        data = self if np.array_equal(lengths, self.lengths) else self._without_step_targets()
        return data._with(values=as_values(values, int(lengths.sum())), lengths=lengths)

    def take_steps(self, steps: np.ndarray, lengths: np.ndarray) -> Sequences:
        """The same sequences with some of their steps, each with its target if it has one of its
        own: steps (m,) indices or (total steps,) bool into ``values``, lengths (n,) how many of
        them each sequence has."""
        lengths = np.array(lengths, dtype=np.int64)
        data = self._with(targets=self.targets[steps]) if self.per_step else self
        return data._with(values=as_values(self.values[steps], lengths.sum()), lengths=lengths)

    def digest(self) -> str:
        """Of the steps alone, so that the same steps are known again."""
        steps = hashlib.sha256(np.ascontiguousarray(self.values))
        steps.update(self.lengths.tobytes())
        return steps.hexdigest()[:16]

    def with_targets(self, targets: Any, per_step: bool = False) -> Sequences:
        """The same sequences with other targets: (n,), with per_step (total steps,), or None."""
        made = as_targets(targets, self.ids, self.lengths if per_step else None)
        return self._with(targets=made, per_step=per_step and made is not None)

    def _without_step_targets(self) -> Sequences:
        return self._with(targets=None, per_step=False) if self.per_step else self

    def with_features(self, names: Sequence[str]) -> Sequences:
        """The same sequences with these of their features, in this order."""
        columns = [self.feature_names.index(name) for name in names]
        return self._with(values=self.values[:, columns], feature_names=tuple(names))

    def __setstate__(self, parts: dict[str, Any]) -> None:
        self._settle(parts)  # arrays come out of a pickle writable

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
            f"{self._described_targets()})"
        )

    def _described_targets(self) -> str:
        if self.targets is None:
            return ""
        return ", with a target a step" if self.per_step else ", with targets"


def require_sequences(data: object) -> None:
    """Raises DataError, with the way to make them, for what is no ``Sequences``."""
    if not isinstance(data, Sequences):
        raise DataError(
            "This is a {found}, and Sequences are needed. Make them of lists by "
            "Sequences.from_lists(…), of a file or a data frame by read_sequences(…).",
            found=type(data).__name__,
        )


def step_indices(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Flat indices of the steps ``starts[i] … starts[i] + lengths[i] - 1``, row after row."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(int(lengths.sum()))


def default_names(features: int) -> tuple[str, ...]:
    """What features are called that were given no names."""
    return ("value",) if features == 1 else tuple(f"x{i}" for i in range(1, features + 1))
