"""The machine, and its limit: the float32 matrix products it does in a second."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

PACKAGES = (
    "tensorflow",
    "keras",
    "torch",
    "numpy",
    "pyarrow",
    "pandas",
    "streamlit",
    "distributed",
    "sqlalchemy",
)
SIZE, REPEATS = 1024, 20

# In a process of its own, with TensorFlow's default threads: as many as there are cores.
MEASURE = f"""
import time, tensorflow as tf
one = tf.random.normal([{SIZE}, {SIZE}])
tf.matmul(one, one).numpy()
seconds = []
for _ in range({REPEATS}):
    began = time.perf_counter()
    tf.matmul(one, one).numpy()
    seconds.append(time.perf_counter() - began)
print(sorted(seconds)[{REPEATS} // 2])
"""


def flops() -> float:
    """Float32 operations a second of a matrix product of SIZE on all cores, the median."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True
    )
    return 2 * SIZE**3 / float(done.stdout)


def useful_flops(units: tuple[int, ...], features: int) -> float:
    """Floating-point operations that training takes for each real step: 24·units·(inputs +
    units) a layer (four gates; two operations a weight; one product forward, two back)."""
    inputs = np.array([features, *units[:-1]])
    return float((24 * np.array(units) * (inputs + np.array(units))).sum())


def peak_memory() -> int:
    """The most this process has held so far, in bytes. Linux alone tells it: ``ru_maxrss`` begins
    with what the parent held when it started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def description() -> dict[str, object]:
    """The processor, the cores, the system and the versions."""
    cpu = platform.processor()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            line.split(":")[1].strip()
            for line in info.read_text().splitlines()
            if line.startswith("model name")
        )
    import psutil

    return {
        "processor": cpu,
        "cores": psutil.cpu_count(),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in PACKAGES},
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # a peer that not every benchmark needs
        return None


if __name__ == "__main__":
    print(json.dumps(description() | {"flops": flops()}, indent=1))
