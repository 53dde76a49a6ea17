"""Identify the kind of program and machine; equal kinds give equal results to the last bit."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from pathlib import Path

METRIC = "unpadded"  # name under which workers report their kind to the scheduler
ENGINE = Path(__file__).parents[2] / "core"


@cache
def get_kind() -> str:
    """Return a digest of the program and the machine.

    Call it in a worker: it needs TensorFlow.
    """
    import keras
    import numpy as np
    import tensorflow as tf

    from core.engine.spec import count_groups

    parts = [
        _hash_engine(),
        *(package.__version__ for package in (tf, keras, np)),
        platform.machine(),
        _read_processor(),
        count_groups(),
        len(tf.config.list_physical_devices("GPU")),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _hash_engine() -> str:
    """Return a digest of the library's code, because the version does not change with the code."""
    digest = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        digest.update(path.relative_to(ENGINE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _read_processor() -> list[str]:
    """Return the processor and its instructions, which select the loops of numerical libraries."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return [platform.processor()]
    lines = info.read_text().split("\n\n")[0].splitlines()
    entries = dict(line.split(":", 1) for line in lines if ":" in line)
    values = {name.strip(): text.strip() for name, text in entries.items()}
    return [values.get(name, "") for name in ("vendor_id", "model name", "flags", "Features")]
