"""Convert sequences, and arrays with plain values, to bytes and back.

Nothing is pickled, so reading cannot execute code.
"""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from .format_1 import detect_format_1, list_indicated, restore_values
from .schema import Schema
from .sequences import Sequences

STRING_FIELDS = ("targets", "ids", "split", "groups")  # may be arrays of str, written as JSON


def pack(data: Sequences) -> bytes:
    """Serialize sequences; equal sequences give equal bytes, so a digest can be their address."""
    arrays, plain = {"values": data.values, "lengths": data.lengths}, {}
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
    return pack_arrays({"feature_names": data.feature_names, **plain}, arrays)


def unpack(content: bytes) -> Sequences:
    """Read the output of ``pack``, validated like any new ``Sequences``."""
    plain, arrays = unpack_arrays(content)
    if "categories" not in plain and "missing" not in plain:
        _restore_format_1(plain, arrays)
    if "schema" in plain:
        plain["schema"] = Schema.from_dict(plain["schema"])
        plain.setdefault("missing", plain["schema"].missing)
    return Sequences(**arrays, **plain)


def _restore_format_1(plain: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
    """Restore the features that earlier versions stored as one-hot words and indicators."""
    names, values, schema = plain["feature_names"], arrays["values"], plain.get("schema", {})
    absent = np.isnan(values)
    indicated = schema.get("indicated")
    if indicated is None:  # not read from a table
        indicated = [n for n in list_indicated(names) if absent[:, names.index(n)].any()]
    categories = schema.get("categories", {})
    known = detect_format_1(names, categories if isinstance(categories, dict) else {}, indicated)
    if known.vocabularies or known.indicated:
        plain["feature_names"] = known.feature_names
        arrays["values"], plain["categories"] = restore_values(names, values, known)
    if absent.any():
        plain["missing"] = "mean"


def pack_arrays(plain: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Serialize plain values as JSON together with arrays, in an uncompressed .npz."""
    description = np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, description=description, **arrays)
    return content.getvalue()


def unpack_arrays(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Read the output of ``pack_arrays``.

    Returns:
        The plain values and the arrays.
    """
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        plain = json.loads(arrays["description"].tobytes())
        return plain, {name: arrays[name] for name in arrays.files if name != "description"}
