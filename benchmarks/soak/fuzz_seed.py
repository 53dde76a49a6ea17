"""``python -m benchmarks.soak.fuzz_seed SEED COUNT``: read COUNT hostile files in a process whose
memory is limited. One that fails is printed in its smallest form, as hypothesis does."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded

from benchmarks import machine
from tests.support.hostile_files import hostiles, read

MAX_MEMORY = 2**31  # bytes of address space, beside what the imports took


def run_seed(seed: int, count: int) -> dict[str, float]:
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MAX_MEMORY,) * 2)
    took: list[float] = []
    were_read = 0

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(hostiles)
    def run(hostile) -> None:
        nonlocal were_read
        began = time.perf_counter()
        were_read += read(hostile)
        took.append(time.perf_counter() - began)

    run()
    return {
        "inputs": len(took),
        "read": were_read,
        "slowest": max(took),
        "memory": machine.peak_memory(),
    }


if __name__ == "__main__":
    print(json.dumps(run_seed(*map(int, sys.argv[1:]))))
