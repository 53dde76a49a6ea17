"""Hostile files, read in ways nobody chose with care: only DataError comes out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

MAX_SECONDS = 5.0  # of an input
KEPT = Path("fuzz-failures")  # what the processes of failing seeds printed


def fuzz(seeds: int, inputs: int = 1_000) -> dict[str, object]:
    """So many inputs a seed, two seeds at a time."""
    waiting, running = list(range(seeds)), {}
    found: list[dict[str, float]] = []
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
        said, _ = process.communicate()
        del running[seed]
        if process.returncode:
            KEPT.mkdir(exist_ok=True)
            (KEPT / f"{seed}.txt").write_text(said, encoding="utf-8")
            failed.append(seed)
        else:
            found.append(json.loads(said.splitlines()[-1]))
    slowest = max((each["slowest"] for each in found), default=0.0)
    return {
        "inputs": sum(each["inputs"] for each in found),
        "of them read": sum(each["read"] for each in found),
        "seeds that failed": failed,
        "slowest, seconds": round(slowest, 2),
        "peak memory, MB": max((each["memory"] >> 20 for each in found), default=0),
        "reached": not failed and slowest <= MAX_SECONDS,
    }
