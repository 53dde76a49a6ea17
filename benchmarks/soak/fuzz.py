"""Hostile files, read with random options: only ``DataError`` may be raised."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MAX_SECONDS = 5.0  # per input
FAILURES = Path("fuzz-failures")  # output of the processes of failing seeds


def fuzz(seeds: int, inputs: int = 1_000) -> dict[str, object]:
    """Read ``inputs`` files per seed, two seeds at a time."""
    waiting, running = list(range(seeds)), {}
    reports: list[dict[str, float]] = []
    failed: list[int] = []
    while waiting or running:
        while waiting and len(running) < 2:
            seed = waiting.pop(0)
            running[seed] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.soak.fuzz_seed", str(seed), str(inputs)],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        seed, process = next(iter(running.items()))
        output, _ = process.communicate()
        del running[seed]
        if process.returncode:
            FAILURES.mkdir(exist_ok=True)
            (FAILURES / f"{seed}.txt").write_text(output, encoding="utf-8")
            failed.append(seed)
        else:
            reports.append(json.loads(output.splitlines()[-1]))
    slowest = max((report["slowest"] for report in reports), default=0.0)
    return {
        "inputs": sum(report["inputs"] for report in reports),
        "of them read": sum(report["read"] for report in reports),
        "seeds that failed": failed,
        "slowest, seconds": round(slowest, 2),
        "peak memory, MB": max((report["memory"] >> 20 for report in reports), default=0),
        "reached": not failed and slowest <= MAX_SECONDS,
    }
