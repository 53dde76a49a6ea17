"""Memory of a process that trains many different networks, as a worker does."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import psutil

from core import GRU, LSTM, Recipe, Sequences

FEW, MANY, MAX_RATIO = 5, 60, 1.15


def run(runs: int) -> dict[str, object]:
    """Measure the memory after 60 architectures against that after 5."""
    command = [sys.executable, "-m", "benchmarks.architectures"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
    megabytes = json.loads(done.stdout.splitlines()[-1])
    ratio = megabytes[str(MANY)] / megabytes[str(FEW)]
    return {
        "memory in MB after this number of architectures": megabytes,
        "ratio": round(ratio, 3),
        "at most": MAX_RATIO,
        "reached": ratio <= MAX_RATIO,
    }


def _measure() -> dict[int, int]:
    from core import train

    rng = np.random.default_rng(0)
    lengths = rng.integers(5, 40, 64)
    steps = rng.normal(size=(lengths.sum(), 3))
    data = Sequences(steps, lengths, targets=rng.normal(size=64))
    megabytes = {}
    for number in range(1, MANY + 1):
        kind = (LSTM, GRU)[number % 2]
        layers = (kind(8 + number, bidirectional=number % 3 == 0), kind(16 + number))
        train(data, Recipe(layers=layers, dense=(8 + number,), epochs=2))
        if number in (FEW, MANY // 2, MANY):
            megabytes[number] = psutil.Process().memory_info().rss >> 20
    return megabytes


if __name__ == "__main__":
    print(json.dumps(_measure()))
