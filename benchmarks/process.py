"""Run one competitor in a separate process: ``python -m benchmarks.process NAME ARGUMENT …``.

The process prepares, trains once to warm up, and then trains once per line of its input and prints
the measurements. ``Competitor`` controls such a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from benchmarks import imports, machine, peers, vowels
from benchmarks.scale import SCALES
from benchmarks.workloads import WORKLOADS


class Competitor:
    """Process of a competitor.

    Args:
        name: Name of the competitor or benchmark.
        *arguments: Arguments of its function.
    """

    def __init__(self, name: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.process", name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        self._read()  # warmed up

    def run(self) -> dict[str, float]:
        """Train once and return its "seconds" and other measurements."""
        print(file=self.process.stdin, flush=True)
        return self._read()

    def end(self) -> int:
        """End the process and return its peak memory in bytes."""
        self.process.stdin.close()
        memory = self._read()["memory"]
        self.process.wait()
        return memory

    def _read(self) -> dict[str, float]:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[3:]} ended with {self.process.wait()}")
        return json.loads(line)


def prepare_epoch(name: str, *arguments: str) -> peers.Epoch:
    """Prepare a competitor."""
    if name == "imports":
        return imports.prepare_reading(*arguments)
    (argument,) = arguments
    if name == "reference":
        prepare = {
            "keras": peers.prepare_reference_keras,
            "ours, cold graph": lambda: peers.prepare_reference_ours(cold=True),
            "ours, warm": lambda: peers.prepare_reference_ours(cold=False),
        }[argument]
        return prepare()
    if name == "vowels":
        return vowels.COMPETITORS[argument]()
    if name == "convolutions":
        from benchmarks import convolutions  # which imports this module

        return convolutions.prepare(argument)
    if name == "scale":
        return SCALES[argument]()
    workload = next(workload for workload in WORKLOADS if workload.name == argument)
    return peers.PEERS[name](workload)


def main() -> None:
    """Run the competitor that the command line names."""
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # keep output of libraries out of the measurements
    epoch = prepare_epoch(*sys.argv[1:])
    epoch()
    print(json.dumps({"seconds": 0.0}), file=out, flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        measured = epoch() or {}
        measured = {"seconds": time.perf_counter() - began} | measured
        print(json.dumps(measured), file=out, flush=True)
    print(json.dumps({"memory": machine.get_peak_memory()}), file=out, flush=True)


if __name__ == "__main__":
    main()
