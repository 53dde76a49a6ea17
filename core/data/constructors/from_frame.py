"""Arguments of ``Sequences`` from a data frame with one step per row, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...errors import DataError
from ..categories import encode_words
from .arguments import FlatFrame

ID_SEPARATOR = " / "  # between the ids of several columns
STEP = "step"  # column of the step numbers, from 1


def read_long_frame(
    frame: pd.DataFrame,
    id: str | Sequence[str],
    time: str | None,
    target: str | None,
    features: Sequence[str] | None,
    split: str | None,
    group: str | None,
) -> FlatFrame:
    """Read a frame with one step per row.

    Sequences come in the order of their first rows; their steps in the order of the time, equal
    times in the order of the rows.

    Args:
        frame: The frame.
        id: Column of the sequence ids, or several, whose values are joined by " / ".
        time: Column that orders the steps; None keeps the order of the rows.
        target: Column of the targets. One value per sequence is its target; if the column changes
            within any sequence, every step has its own.
        features: Columns of the values; None takes all that have no other role.
        split: Column of "train", "validation" or "test".
        group: Column of the groups.

    Raises:
        KeyError: The frame has no such column.
        DataError: names the column or the sequence that cannot be used.
    """
    ids = [id] if isinstance(id, str) else list(id)
    roles = [*ids, *(name for name in (time, target, split, group) if name is not None)]
    for name in (*roles, *(features or ())):
        if name not in frame.columns:
            known = ", ".join(map(str, frame.columns))
            raise KeyError(f"the frame has no column {name!r}; its columns are {known}")
    names = [name for name in frame.columns if name not in roles]
    names = list(features) if features is not None else names
    if not names or frame.empty:
        raise DataError("The frame has no features or no rows. Give at least one step.")
    absent = frame[roles].isna()
    if absent.to_numpy().any():
        row, column = np.argwhere(absent.to_numpy())[0]
        raise DataError(
            "Row {row}, column {column}: the value is missing. Fill the cell, or leave the row "
            "out.",
            row=int(row) + 1,
            column=roles[column],
        )
    keys = frame[ids[0]].astype(str)
    for name in ids[1:]:
        keys = keys + ID_SEPARATOR + frame[name].astype(str)
    number, unique = pd.factorize(keys)  # (rows,) in the order of the first rows
    order: np.ndarray = np.arange(len(frame))
    if time is not None:
        order = frame[time].argsort(kind="stable").to_numpy()
    order = order[np.argsort(number[order], kind="stable")]
    lengths = np.bincount(number)
    starts = np.cumsum(lengths) - lengths
    columns, categories = _read_features(frame, names)

    def read_constant(column: str | None) -> np.ndarray | None:
        if column is None:
            return None
        values: np.ndarray = frame[column].to_numpy()[order]
        _require_constant(values, starts, lengths, column, unique)
        constant: np.ndarray = values[starts]
        return constant

    read = FlatFrame(
        values=np.column_stack([column[order] for column in columns]),
        lengths=lengths,
        targets=None,
        ids=unique,
        feature_names=tuple(map(str, names)),
        split=read_constant(split),
        groups=read_constant(group),
        per_step=False,
        categories=categories,
    )
    if target is not None:
        targets = frame[target].to_numpy()[order]
        read["per_step"] = _find_change(targets, starts, lengths) is not None
        read["targets"] = targets if read["per_step"] else targets[starts]
    return read


def _read_features(
    frame: pd.DataFrame, names: Sequence[str]
) -> tuple[list[np.ndarray], dict[str, tuple[str, ...]]]:
    """Return (rows,) values per feature, and the words of those that hold words."""
    columns, categories = [], {}
    for name in names:
        column = frame[name]
        if (
            isinstance(column.dtype, pd.CategoricalDtype)
            or pd.api.types.infer_dtype(column, skipna=True) == "string"
        ):
            absent = column.isna().to_numpy()
            words = [None if a else str(w) for a, w in zip(absent, column, strict=True)]
            values, categories[str(name)] = encode_words(words)
        else:
            values = _read_numbers(frame, name)
        columns.append(values)
    return columns, categories


def _read_numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    try:
        return pd.to_numeric(frame[name]).to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise DataError(
            "Column {column} is not numeric ({reason}). Remove it from the features, or use "
            "read_sequences(frame).",
            column=name,
            reason=str(error),
        ) from None


def _find_change(values: np.ndarray, starts: np.ndarray, lengths: np.ndarray) -> int | None:
    """Return the first sequence whose values are not all equal; None without any."""
    changed = values != np.repeat(values[starts], lengths)
    if not changed.any():
        return None
    return int(np.searchsorted(starts, changed.argmax(), side="right")) - 1


def _require_constant(
    values: np.ndarray, starts: np.ndarray, lengths: np.ndarray, name: str, ids: pd.Index
) -> None:
    row = _find_change(values, starts, lengths)
    if row is not None:
        raise DataError(
            "Column {column} changes within sequence {id}. It needs one value per sequence.",
            column=name,
            id=ids[row],
        )


def build_long_frame(
    features: dict[str, np.ndarray],
    lengths: np.ndarray,
    ids: np.ndarray,
    columns: dict[str, np.ndarray | None],
) -> pd.DataFrame:
    """Build a frame with one step per row: id, step (from 1), the features, and the columns.

    Args:
        features: (total steps,) per feature.
        lengths: (n,) steps per sequence.
        ids: (n,).
        columns: Further columns by name, (n,) or (total steps,); None is left out.
    """
    starts = np.cumsum(lengths) - lengths
    data = {"id": np.repeat(ids, lengths)}
    data[STEP] = np.arange(lengths.sum()) - np.repeat(starts, lengths) + 1
    data |= features
    for name, column in columns.items():
        if column is not None:
            data[name] = np.repeat(column, lengths) if len(column) == len(ids) else column
    return pd.DataFrame(data)
