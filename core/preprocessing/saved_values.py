"""The values of a fitted preprocessing as models save them, also those of earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

import numpy as np

from ..data.format_1 import detect_format_1, list_indicated
from ..data.missing import MISSING_POLICIES, Missing
from ..json_validation import (
    MAX_COUNT,
    MAX_NAMES,
    Check,
    integer,
    list_of,
    mapping_of,
    names,
    number,
    one_of,
    optional,
    record,
    text,
    value_error,
)
from .input_encoder import InputEncoder

MAX_VALUE, MIN_STD = 3.4e38, 1.2e-38  # of an input: the range of float32
MAX_TARGET, MIN_TARGET_STD = 1e300, 1e-300
MAX_WIDTH = 10_000_000  # steps

Label = int | float | str


class Scaling(TypedDict):
    """Values of ``to_dict`` that every version wrote."""

    feature_names: tuple[str, ...]
    mean: tuple[float, ...]
    std: tuple[float, ...]
    target_mean: float
    target_std: float
    classes: tuple[Label, ...] | None
    width: int
    usual_steps: NotRequired[int]
    sequences: NotRequired[int]
    fill: NotRequired[tuple[float, ...]]
    difference_mean: NotRequired[tuple[float, ...]]
    difference_std: NotRequired[tuple[float, ...]]


class Format1Table(TypedDict, total=False):
    """Fields that earlier versions stored with the schema of the table."""

    categories: dict[str, tuple[str, ...]]
    missing: Missing
    indicated: tuple[str, ...] | None


def _check_label(value: object, where: str) -> Label:
    """Check a class label: text or a number."""
    if isinstance(value, str):
        return text()(value, where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise value_error(value, where, "a text or a number")
    return integer(-(2**63), 2**63 - 1)(value, where) if isinstance(value, int) else value


def _per_input(check: Check[float]) -> Check[tuple[float, ...]]:
    return list_of(check, MAX_NAMES)


FILL_CHECK = _per_input(number(-MAX_VALUE, MAX_VALUE))
SCALING_CHECK = record(
    Scaling,
    {
        "feature_names": names(min_entries=1),
        "mean": _per_input(number(-MAX_VALUE, MAX_VALUE)),
        "std": _per_input(number(MIN_STD, MAX_VALUE)),
        "target_mean": number(-MAX_TARGET, MAX_TARGET),
        "target_std": number(MIN_TARGET_STD, MAX_TARGET),
        "classes": optional(list_of(_check_label, MAX_NAMES, min_entries=1)),
        "width": integer(1, MAX_WIDTH),
    },
    {
        "fill": FILL_CHECK,
        "usual_steps": integer(1, MAX_WIDTH),
        "sequences": integer(1, MAX_COUNT),
        "difference_mean": _per_input(number(-MAX_VALUE, MAX_VALUE)),
        "difference_std": _per_input(number(MIN_STD, MAX_VALUE)),
    },
)
INPUTS_CHECK = record(
    lambda input_names, fill, **fields: InputEncoder(
        names=input_names, fill=np.array(fill, np.float64), **fields
    ),
    {
        "feature_names": names(min_entries=1),
        "input_names": names(min_entries=1),
        "vocabularies": mapping_of(names(), MAX_NAMES),
        "missing": one_of(*MISSING_POLICIES),
        "indicated": names(),
        "fill": FILL_CHECK,
    },
)
FORMAT_1_CHECK = record(
    Format1Table,
    {},
    {
        "categories": mapping_of(names(), MAX_NAMES),
        "missing": one_of(*MISSING_POLICIES),
        "indicated": optional(names()),
    },
)


def read_saved_values(plain: object, table: object) -> tuple[Scaling, InputEncoder]:
    """Check saved values.

    Args:
        plain: The output of ``Preprocessing.to_dict``, of this version or an earlier one.
        table: For one of an earlier version, how the training data was read; None if unknown.

    Raises:
        ValueError: The values are invalid.
    """
    values = SCALING_CHECK(plain, "the preprocessing")
    if isinstance(plain, Mapping) and "input_names" in plain:
        return values, INPUTS_CHECK(plain, "the preprocessing")
    return values, _restore_format_1(values, {} if table is None else table)


def _restore_format_1(values: Scaling, table: object) -> InputEncoder:
    """Restore what earlier versions stored among the features; see ``core.data.format_1``."""
    read, columns = FORMAT_1_CHECK(table, "the table"), values["feature_names"]
    indicated = read.get("indicated")
    known = detect_format_1(
        columns,
        read.get("categories", {}),
        list_indicated(columns) if indicated is None else indicated,
    )
    return InputEncoder(
        feature_names=known.feature_names,
        vocabularies=known.vocabularies,
        missing=read.get("missing", "mean"),
        indicated=known.indicated,
        names=columns,
        fill=np.array(values.get("fill", values["mean"]), np.float64),  # older files lack it
    )


def build_labels(labels: tuple[Label, ...]) -> np.ndarray:
    """Build the array of class labels, (k,) int64 or str."""
    if all(isinstance(label, int) for label in labels):
        return np.array(labels, dtype=np.int64)
    return np.array([str(label) for label in labels], dtype=object)
