"""``Sequences``: the ragged container that all other modules take and return.

The steps of all sequences are stored one after the other in one flat array, together with the
lengths that separate them. Nothing is padded here, so padding cannot leak into a computation; a
padded array is made late (``core.data.padding``), for a figure or a batch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Unpack, overload

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import DataError
from .categories import Categories, check_categories, decode_words
from .constructors.arguments import Options
from .constructors.from_arrays import flatten_channels_first, flatten_lists, flatten_padded
from .constructors.from_frame import build_long_frame, read_long_frame
from .missing import MISSING_POLICIES, Missing, check_finite, drop_missing, refuse_missing
from .padded import Padded, Side, build_padded, step_indices
from .read_report import ReadReport
from .schema import Schema
from .validation import (
    as_split,
    as_step_targets,
    as_steps,
    as_strings,
    as_targets,
    as_values,
    check_lengths,
    check_unique_ids,
    number_copies,
)

NO_CATEGORIES: Categories = {}
NOT_READ = ReadReport()
Index = int | np.integer | slice | np.ndarray | Sequence[int]


@dataclass(frozen=True, eq=False, init=False)
class Sequences:
    """An immutable collection of ``n`` sequences of unequal length.

    Attributes:
        values: (total steps, features) float32, sequence after sequence. NaN is a missing value;
            a categorical feature holds the numbers of its words in ``categories``.
        lengths: (n,) int64, steps per sequence, each at least 1.
        targets: (n,) numbers, int64 when all of them are whole (1.0 becomes 1), else float64; or
            strings for classes; or None. With ``per_step`` (total steps,), one per step, parallel
            to ``values``.
        ids: (n,) unique strings; "1", "2", … by default.
        feature_names: one name per feature.
        split: (n,) "train", "validation" or "test"; or None.
        groups: (n,) strings, such as the patient a visit belongs to; or None.
        per_step: every step has its own target.
        categories: sorted words per categorical feature.
        missing: policy for missing values: "refuse" raises and "drop" deletes the step. With
            "forward" and "mean" they stay NaN: preprocessing fills them with the last known value
            of the sequence, or with the mean of the training steps, and adds an indicator.
            Infinite values are refused.
        schema: how the data was read from a table, None if it was not. A model keeps it to read
            new data the same way.
        report: what reading the table found, assumed, changed and left out; empty for other data.
            It is not part of the data: it makes no difference to equality or digest.

    Raises:
        DataError: names the sequence, the step and the feature of an invalid value.
    """

    values: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.int64]
    targets: np.ndarray | None
    ids: npt.NDArray[np.object_]
    feature_names: tuple[str, ...]
    split: npt.NDArray[np.object_] | None
    groups: npt.NDArray[np.object_] | None
    per_step: bool
    categories: Categories
    missing: Missing
    schema: Schema | None
    report: ReadReport

    def __init__(
        self,
        values: npt.ArrayLike,
        lengths: npt.ArrayLike,
        targets: Iterable[object] | None = None,
        ids: Iterable[object] | None = None,
        feature_names: Iterable[object] = (),
        split: Iterable[object] | None = None,
        groups: Iterable[object] | None = None,
        per_step: bool = False,
        categories: Mapping[str, Sequence[str]] = NO_CATEGORIES,
        missing: Missing = "refuse",
        schema: Schema | None = None,
        report: ReadReport = NOT_READ,
    ) -> None:
        if missing not in MISSING_POLICIES:
            raise ValueError(f"missing is {missing!r}; use one of {MISSING_POLICIES}")
        lengths = np.array(lengths, dtype=np.int64).reshape(-1)
        if len(lengths) == 0:
            raise DataError("There are no sequences. Give at least one sequence with one step.")
        ids = as_strings(ids, len(lengths), "ids")
        if ids is None:
            ids = np.arange(1, len(lengths) + 1).astype(str).astype(object)
        check_unique_ids(ids)
        lengths = check_lengths(lengths, ids)
        values = as_values(values, int(lengths.sum()))
        names = tuple(str(name) for name in feature_names) or default_names(values.shape[1])
        if len(names) != values.shape[1]:
            raise DataError(
                "The number of feature names ({names}) is not the number of features "
                "({features}). Give one name per feature.",
                features=values.shape[1],
                names=len(names),
            )
        check_finite(values, lengths, ids, names)
        categories = check_categories(categories, values, names)
        targets = as_targets(targets, ids, lengths if per_step else None)
        if missing == "refuse":
            refuse_missing(values, lengths, ids, names)
        if missing == "drop" and np.isnan(values).any():
            keep = ~np.any(np.isnan(values), axis=1)
            lengths = drop_missing(keep, lengths, ids)
            values = values[keep]
            if per_step and targets is not None:
                targets = targets[keep]
        parts = {
            "values": values,
            "lengths": lengths,
            "targets": targets,
            "ids": ids,
            "feature_names": names,
            "split": as_split(split, ids),
            "groups": as_strings(groups, len(lengths), "groups"),
            "categories": categories,
            "per_step": bool(per_step and targets is not None),
            "missing": missing,
            "schema": schema,
            "report": report,
        }
        self._set_parts(parts)

    def _set_parts(self, parts: Mapping[str, object]) -> None:
        """Set attributes of the frozen instance and make arrays read-only."""
        for name, part in parts.items():
            if isinstance(part, np.ndarray):
                part.setflags(write=False)
            object.__setattr__(self, name, part)

    @classmethod
    def from_lists(
        cls,
        sequences: Iterable[npt.ArrayLike],
        targets: Iterable[object] | None = None,
        *,
        ids: Iterable[object] | None = None,
        feature_names: Sequence[str] = (),
        split: Iterable[object] | None = None,
        groups: Iterable[object] | None = None,
        missing: Missing = "refuse",
    ) -> Sequences:
        """Create sequences from one list or array per sequence.

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
                "{found!r} is not a list of sequences. Give a list of sequences, each a list "
                "of steps, as in [[1.5]].",
                found=sequences,
            ) from None
        steps = [as_steps(item, number) for number, item in enumerate(items, start=1)]
        return cls._from_flat(
            targets,
            **flatten_lists(steps),
            ids=ids,
            feature_names=feature_names,
            split=split,
            groups=groups,
            missing=missing,
        )

    @classmethod
    def from_numpy3d(
        cls,
        array: npt.ArrayLike,
        targets: Iterable[object] | None = None,
        *,
        lengths: npt.ArrayLike | None = None,
        mask: npt.ArrayLike | None = None,
        **options: Unpack[Options],
    ) -> Sequences:
        """Create sequences from a padded array, whose padding is removed.

        >>> padded = [[[1], [0], [0]], [[2], [5], [0]]]
        >>> Sequences.from_numpy3d(padded, lengths=[1, 2]).lengths.tolist()
        [1, 2]

        Args:
            array: (n, steps, features), as Keras has it, or (n, steps) for one feature.
            targets: one per sequence, or per sequence a list with one target per real step.
            lengths: (n,) real steps per sequence, which come first.
            mask: (n, steps) bool, True at real steps. Without both, steps that hold nothing but
                NaN, behind the last one with a number, are padding.
            options: ids, feature_names, split, groups and missing, as for ``from_lists``.

        Raises:
            DataError: names the argument or the value that cannot be used.
        """
        return cls._from_flat(targets, **flatten_padded(array, lengths, mask), **options)

    @classmethod
    def from_aeon(
        cls,
        collection: np.ndarray | Iterable[npt.ArrayLike],
        targets: Iterable[object] | None = None,
        **options: Unpack[Options],
    ) -> Sequences:
        """Create sequences from a collection of aeon or sktime, which has channels first.

        >>> Sequences.from_aeon([[[1.0, 2.0]], [[3.0, 4.0, 5.0]]], ["a", "b"]).lengths.tolist()
        [2, 3]

        Args:
            collection: list of n arrays (channels, steps), or (n, channels, steps), in which NaN
                follows the end of shorter series.
            targets: one per sequence.
            options: as for ``from_numpy3d``.

        Raises:
            DataError: names the series that cannot be used.
        """
        return cls._from_flat(targets, **flatten_channels_first(collection), **options)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        id: str | Sequence[str],
        time: str | None = None,
        target: str | None = None,
        features: Sequence[str] | None = None,
        split: str | None = None,
        group: str | None = None,
        missing: Missing = "refuse",
    ) -> Sequences:
        """Create sequences from a data frame with one step per row.

        Nothing is detected, as ``read_sequences`` does: the columns are named, and all others are
        features.

        Args:
            frame: one step per row.
            id: column of the sequence ids, or several, whose values are joined by " / ".
            time: column that orders the steps; None keeps the order of the rows.
            target: column of the targets: one per sequence if it is constant in each, otherwise
                one per step.
            features: columns of the values; None takes all without another role.
            split: column of "train", "validation" or "test".
            group: column of the groups.
            missing: policy for missing values, see the class.

        Raises:
            KeyError: the frame has no such column.
            DataError: names the column or the sequence that cannot be used.
        """
        arguments = read_long_frame(frame, id, time, target, features, split, group)
        return cls._from_flat(**arguments, missing=missing)

    @classmethod
    def _from_flat(
        cls,
        targets: Iterable[object] | None,
        *,
        values: np.ndarray,
        lengths: np.ndarray,
        per_step: bool = False,
        categories: Categories = NO_CATEGORIES,
        **options: Unpack[Options],
    ) -> Sequences:
        """Create sequences; the targets of one may be a list, with one target per step."""
        if targets is not None and isinstance(next(iter(targets), None), list | tuple | np.ndarray):
            targets, per_step = as_step_targets(targets, lengths), True
        return cls(values, lengths, targets, per_step=per_step, categories=categories, **options)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def offsets(self) -> np.ndarray:
        """(n + 1,) int64 boundaries: sequence i is ``values[offsets[i]:offsets[i + 1]]``."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    @property
    def features(self) -> int:
        """Number of features per step."""
        return int(self.values.shape[1])

    @overload
    def __getitem__(self, index: int | np.integer) -> npt.NDArray[np.float32]: ...
    @overload
    def __getitem__(self, index: slice | np.ndarray | Sequence[int]) -> Sequences: ...
    def __getitem__(self, index: Index) -> npt.NDArray[np.float32] | Sequences:
        """Return one sequence or a subset.

        Args:
            index: an int; or a slice, an array of indices or a boolean array.

        Returns:
            For an int the values of that sequence, (steps, features); otherwise ``Sequences``. A
            sequence that is taken more than once gets an id per copy, "a", "a (2)", …; its copies
            are one group, so that no split separates them.

        Raises:
            IndexError: there is no such row.
        """
        if isinstance(index, int | np.integer):
            row = int(self._find_rows(index)[0])
            start = int(self.lengths[:row].sum())
            return self.values[start : start + int(self.lengths[row])]
        rows = self._find_rows(index)
        lengths = self.lengths[rows]
        if len(rows) and np.array_equal(rows, np.arange(rows[0], rows[0] + len(rows))):
            start = int(self.lengths[: rows[0]].sum())
            # One block: a view, no copy.
            steps: slice | np.ndarray = slice(start, start + int(lengths.sum()))
            is_repeated = False
        else:
            steps = step_indices(self.offsets[:-1][rows], lengths)
            is_repeated = len(np.unique(rows)) < len(rows)
        ids, groups = self.ids[rows], _take(self.groups, rows)
        if is_repeated:
            ids, groups = number_copies(ids), ids if groups is None else groups
        return self._replace(
            values=self.values[steps],
            lengths=lengths,
            targets=_take(self.targets, steps if self.per_step else rows),
            ids=ids,
            split=_take(self.split, rows),
            groups=groups,
            report=self.report.take(rows),
        )

    def _find_rows(self, index: Index) -> np.ndarray:
        """Return the (rows,) numbers of the rows that an index selects."""
        try:
            places: slice | np.ndarray
            if isinstance(index, slice):
                places = index
            elif isinstance(index, int | np.integer):
                places = np.array([index])
            else:
                places = np.asarray(index) if len(index) else slice(0)
            rows: np.ndarray = np.arange(len(self))[places]
            return rows
        except (IndexError, TypeError) as error:
            raise IndexError(f"{index!r} selects no rows of {len(self)} sequences") from error

    def _replace(self, **parts: object) -> Sequences:
        """Copy with some parts replaced, without validating them."""
        all_parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        copy = object.__new__(Sequences)
        copy._set_parts(all_parts | parts)
        return copy

    def with_steps(self, values: np.ndarray, lengths: np.ndarray) -> Sequences:
        """Replace the steps, for transformations such as padding.

        Per-step targets are kept if the lengths are unchanged, and removed otherwise.

        Args:
            values: (total steps, features), with the same features.
            lengths: steps per sequence, (n,), each at least 1.

        Raises:
            DataError: the shapes do not match these sequences, or a value is infinite or not a
                category.
        """
        lengths = check_lengths(lengths, self.ids)
        data = self if np.array_equal(lengths, self.lengths) else self._without_step_targets()
        flat = as_values(values, int(lengths.sum()), self.features)
        check_finite(flat, lengths, self.ids, self.feature_names)
        check_categories(self.categories, flat, self.feature_names)
        return data._replace(values=flat, lengths=lengths)

    def with_numbers(self, values: np.ndarray, feature_names: Sequence[str]) -> Sequences:
        """Replace the features by others, all of them numbers.

        Args:
            values: (total steps, features).
            feature_names: one per feature.

        Raises:
            DataError: the shapes do not match, or a value is infinite.
        """
        flat, names = as_values(values, len(self.values), len(feature_names)), tuple(feature_names)
        check_finite(flat, self.lengths, self.ids, names)
        return self._replace(values=flat, feature_names=names, categories={})

    def take_steps(self, steps: np.ndarray, lengths: np.ndarray) -> Sequences:
        """Keep some of the steps, with their per-step targets if there are any.

        Args:
            steps: (m,) indices or (total steps,) bool into ``values``.
            lengths: steps taken per sequence, (n,), each at least 1.

        Raises:
            DataError: the lengths do not match these sequences or these steps.
        """
        lengths = check_lengths(lengths, self.ids)
        data = self._replace(targets=_take(self.targets, steps)) if self.per_step else self
        values = as_values(self.values[steps], int(lengths.sum()), self.features)
        return data._replace(values=values, lengths=lengths)

    def digest(self) -> str:
        """Hash the values, categories and lengths (not ids or targets), to detect duplicates."""
        steps = hashlib.sha256(np.ascontiguousarray(self.values).data)
        steps.update(self.lengths.tobytes())
        if self.categories:
            steps.update(json.dumps(self.categories, sort_keys=True).encode())
        return steps.hexdigest()[:16]

    def require_targets(self) -> np.ndarray:
        """Return the targets; raise DataError if there are none."""
        if self.targets is None:
            raise DataError("This data has no targets, so predictions cannot be compared to it.")
        return self.targets

    def with_targets(self, targets: Iterable[object] | None, per_step: bool = False) -> Sequences:
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
        """Keep these features, in this order.

        Raises:
            KeyError: there is no such feature.
            DataError: no feature is named, or one twice.
        """
        for name in names:
            if name not in self.feature_names:
                known = ", ".join(self.feature_names[:12])
                raise KeyError(f"there is no feature {name!r}; the first ones are {known}")
        if not names or len(set(names)) < len(names):
            raise DataError(
                "The features are {found}. Name at least one, and each once.", found=names
            )
        columns = [self.feature_names.index(name) for name in names]
        categories = {name: words for name, words in self.categories.items() if name in names}
        return self._replace(
            values=self.values[:, columns], feature_names=tuple(names), categories=categories
        )

    def with_split(self, split: Iterable[object] | None) -> Sequences:
        """Replace the split.

        Args:
            split: (n,) "train", "validation" or "test"; or None.

        Raises:
            DataError: the split has another length, or other values.
        """
        return self._replace(split=as_split(split, self.ids))

    def with_report(self, report: ReadReport) -> Sequences:
        """Replace the report of the reading."""
        return self._replace(report=report)

    def to_padded(
        self,
        maxlen: int | None = None,
        padding: Side = "pre",
        truncating: Side = "pre",
        value: float = 0.0,
    ) -> Padded:
        """Pad all sequences to one length; see ``core.pad``."""
        return build_padded(self.values, self.lengths, maxlen, padding, truncating, value)

    def to_frame(self) -> pd.DataFrame:
        """Return a data frame with one step per row.

        Its columns are id, step (from 1), the features, and target, split and group, if there are
        any; a categorical feature holds its words. ``from_frame`` reads it.
        """
        features = dict(zip(self.feature_names, self.values.T, strict=True))
        for name, words in self.categories.items():
            features[name] = decode_words(features[name], words)
        columns = {"target": self.targets, "split": self.split, "group": self.groups}
        return build_long_frame(features, self.lengths, self.ids, columns)

    def __setstate__(self, parts: dict[str, object]) -> None:
        self._set_parts(parts)  # unpickled arrays are writable

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequences):
            return NotImplemented
        if not np.array_equal(self.values, other.values, equal_nan=True):
            return False
        names = ("lengths", "targets", "ids", "split", "groups")
        plain = ("feature_names", "per_step", "categories")
        return all(getattr(self, name) == getattr(other, name) for name in plain) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in names
        )

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


def _take(parts: np.ndarray | None, places: slice | np.ndarray) -> np.ndarray | None:
    return None if parts is None else parts[places]


def require_sequences(data: object) -> None:
    """Check that ``data`` is ``Sequences``; the DataError says how to create them."""
    if not isinstance(data, Sequences):
        raise DataError(
            "This is a {found}, not Sequences. Create them with Sequences.from_lists(…), or "
            "from a file or data frame with read_sequences(…).",
            found=type(data).__name__,
        )


def default_names(features: int) -> tuple[str, ...]:
    """Name unnamed features: ("value",), or ("x1", "x2", …)."""
    return ("value",) if features == 1 else tuple(f"x{i}" for i in range(1, features + 1))
