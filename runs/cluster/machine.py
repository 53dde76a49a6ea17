"""The kind of program and machine that trains here: where it is the same, so are the results, to
the last bit."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from pathlib import Path

METRIC = "unpadded"  # under which a worker tells the scheduler, and so every server
ENGINE = Path(__file__).parents[2] / "core"


@cache
def kind() -> str:
    """Asked in a worker: it needs TensorFlow."""
    import keras
    import numpy as np
    import tensorflow as tf

    from core.engine.compiled import group_count

    parts = [
        _engine(),
        *(package.__version__ for package in (tf, keras, np)),
        platform.machine(),
        _processor(),
        group_count(),
        len(tf.config.list_physical_devices("GPU")),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _engine() -> str:
    """A digest of the library's code: a checkout has no version that changes with every change."""
    digest = hashlib.sha256()
    for path in sorted(ENGINE.rglob("*.py")):
        digest.update(path.relative_to(ENGINE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _processor() -> list[str]:
    """The processor and its instructions, which numerical libraries choose their loops by."""
    about = Path("/proc/cpuinfo")
    if not about.exists():
        return [platform.processor()]
    lines = about.read_text().split("\n\n")[0].splitlines()
    facts = dict(line.split(":", 1) for line in lines if ":" in line)
    named = {name.strip(): text.strip() for name, text in facts.items()}
    return [named.get(name, "") for name in ("vendor_id", "model name", "flags", "Features")]
