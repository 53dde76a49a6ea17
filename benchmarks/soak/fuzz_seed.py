"""Read COUNT hostile files with limited memory: ``python -m benchmarks.soak.fuzz_seed SEED COUNT``.

Hypothesis prints a file that fails in its smallest form.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as set_seed

from benchmarks import machine
from tests.support.hostile_files import hostiles, read

MAX_MEMORY = 2**31  # bytes of address space, in addition to that of the imports


def run_seed(seed: int, count: int) -> dict[str, float]:
    """Read ``count`` files of a seed and return their numbers, time and memory."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MAX_MEMORY,) * 2)
    seconds: list[float] = []
    read_count = 0

    @set_seed(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(hostiles)
    def run(hostile) -> None:
        nonlocal read_count
        began = time.perf_counter()
        read_count += read(hostile)
        seconds.append(time.perf_counter() - began)

    run()
    return {
        "inputs": len(seconds),
        "read": read_count,
        "slowest": max(seconds),
        "memory": machine.get_peak_memory(),
    }


if __name__ == "__main__":
    print(json.dumps(run_seed(*map(int, sys.argv[1:]))))
