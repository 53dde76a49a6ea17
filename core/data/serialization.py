"""Sequences, and other arrays with plain values beside them, as bytes and back. No pickle: reading
cannot execute anything."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np

from .schema import Schema
from .sequences import Sequences

WORDS = ("targets", "ids", "split", "groups")  # may be arrays of strings, which go as JSON


def pack(data: Sequences) -> bytes:
    """The same sequences give the same bytes, so that a digest of them is an address."""
    arrays, words = {"values": data.values, "lengths": data.lengths}, {}
    for name in WORDS:
        part = getattr(data, name)
        if part is None:
            continue
        if part.dtype.kind == "O":
            words[name] = part.tolist()
        else:
            arrays[name] = part
    if data.per_step:
        words["per_step"] = True
    if data.schema is not None:
        words["schema"] = data.schema.to_dict()
    return pack_arrays({"feature_names": data.feature_names, **words}, arrays)


def unpack(content: bytes) -> Sequences:
    """What ``pack`` packed, checked as any new ``Sequences``."""
    plain, arrays = unpack_arrays(content)
    if "schema" in plain:
        plain["schema"] = Schema.from_dict(plain["schema"])
    return Sequences(**arrays, **plain, missing="mean")  # what was missing is settled


def pack_arrays(plain: dict[str, Any], arrays: dict[str, np.ndarray]) -> bytes:
    """Plain values as JSON and arrays as they are, in an uncompressed .npz."""
    description = np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, description=description, **arrays)
    return content.getvalue()


def unpack_arrays(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The way back from ``pack_arrays``."""
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        plain = json.loads(arrays["description"].tobytes())
        return plain, {name: arrays[name] for name in arrays.files if name != "description"}
