"""Description of the machine, and its maximum rate of float32 matrix products."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

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

# Runs in a separate process with TensorFlow's default threads: as many as there are cores.
PROGRAM = f"""
import time, tensorflow as tf
matrix = tf.random.normal([{SIZE}, {SIZE}])
tf.matmul(matrix, matrix).numpy()
seconds = []
for _ in range({REPEATS}):
    began = time.perf_counter()
    tf.matmul(matrix, matrix).numpy()
    seconds.append(time.perf_counter() - began)
print(sorted(seconds)[{REPEATS} // 2])
"""


def measure_flops() -> float:
    """Measure the float32 operations per second of a SIZE × SIZE matrix product on all cores."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    return 2 * SIZE**3 / float(done.stdout)


def get_peak_memory() -> int:
    """Return the peak memory of this process in bytes.

    Only on Linux. ``ru_maxrss`` is not used, because it starts with the parent's memory at the time
    when it started this process.
    """
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def describe_machine() -> dict[str, object]:
    """Return the processor, the cores, the system and the versions of packages."""
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
        "packages": {name: _get_version(name) for name in PACKAGES},
    }


def _get_version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:  # only some benchmarks need it
        return None


if __name__ == "__main__":
    print(json.dumps(describe_machine() | {"flops": measure_flops()}, indent=1))
