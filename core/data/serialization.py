"""Convert sequences, and arrays with plain values, to bytes and back.

Nothing is pickled, so reading cannot execute code.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Required, TypedDict, TypeVar

import numpy as np

from .format_1 import detect_format_1, list_indicated, restore_values
from .missing import Missing
from .schema import Schema
from .sequences import Sequences

STRING_FIELDS = ("targets", "ids", "split", "groups")  # may be arrays of str, written as JSON
T = TypeVar("T")


class PlainParts(TypedDict, total=False):
    """The parts of ``Sequences`` that are written as JSON."""

    feature_names: Required[Sequence[str]]
    targets: list[str]
    ids: list[str]
    split: list[str]
    groups: list[str]
    per_step: bool
    categories: Mapping[str, Sequence[str]]
    missing: Missing
    schema: dict[str, object]


def pack(data: Sequences) -> bytes:
    """Serialize sequences; equal sequences give equal bytes, so a digest can be their address."""
    arrays: dict[str, np.ndarray] = {"values": data.values, "lengths": data.lengths}
    plain: dict[str, object] = {"feature_names": data.feature_names}
    for name in STRING_FIELDS:
        part = getattr(data, name)
        if part is None:
            continue
        if part.dtype.kind == "O":
            plain[name] = part.tolist()
        else:
            arrays[name] = part
    if data.per_step:
        plain["per_step"] = True
    if data.categories:
        plain["categories"] = data.categories
    if np.isnan(data.values).any():
        plain["missing"] = data.missing
    if data.schema is not None:
        plain["schema"] = data.schema.to_dict()
    return pack_arrays(plain, arrays)


def unpack(content: bytes) -> Sequences:
    """Read the output of ``pack``, validated like any new ``Sequences``."""
    plain, arrays = unpack_arrays(content, PlainParts)
    if "categories" not in plain and "missing" not in plain:
        _restore_format_1(plain, arrays)
    schema = Schema.from_dict(plain["schema"]) if "schema" in plain else None
    return Sequences(
        values=arrays["values"],
        lengths=arrays["lengths"],
        targets=arrays.get("targets", plain.get("targets")),
        ids=plain.get("ids"),
        feature_names=plain["feature_names"],
        split=plain.get("split"),
        groups=plain.get("groups"),
        per_step=plain.get("per_step", False),
        categories=plain.get("categories", {}),
        missing=plain.get("missing", "refuse" if schema is None else schema.missing),
        schema=schema,
    )


def _restore_format_1(plain: PlainParts, arrays: dict[str, np.ndarray]) -> None:
    """Restore the features that earlier versions stored as one-hot words and indicators."""
    names, values, schema = plain["feature_names"], arrays["values"], plain.get("schema", {})
    absent = np.isnan(values)
    indicated = schema.get("indicated")
    if not isinstance(indicated, list):  # not read from a table
        indicated = [n for n in list_indicated(names) if absent[:, names.index(n)].any()]
    categories = schema.get("categories", {})
    known = detect_format_1(names, categories if isinstance(categories, dict) else {}, indicated)
    if known.vocabularies or known.indicated:
        plain["feature_names"] = known.feature_names
        arrays["values"], plain["categories"] = restore_values(names, values, known)
    if absent.any():
        plain["missing"] = "mean"


def pack_arrays(plain: Mapping[str, object], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Serialize plain values as JSON together with arrays, in an uncompressed .npz."""
    description = np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, description=description, **arrays)  # type: ignore[arg-type]  # not allow_pickle
    return content.getvalue()


def unpack_arrays(content: bytes, build: Callable[..., T]) -> tuple[T, dict[str, np.ndarray]]:
    """Read the output of ``pack_arrays``.

    Args:
        content: The output.
        build: Receives the plain values as keyword arguments, unchecked; a TypedDict, or dict.

    Returns:
        What ``build`` returns, and the arrays.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        plain = build(**json.loads(arrays["description"].tobytes()))
        return plain, {name: arrays[name] for name in arrays.files if name != "description"}
