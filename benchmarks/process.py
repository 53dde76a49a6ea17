"""``python -m benchmarks.process NAME ARGUMENT …``: one competitor in a process of its own. It
prepares, trains once to warm up, and then trains once for each line it reads, printing what
that took. ``Competitor`` is the other end."""

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
    """A competitor's process; ``run`` gives its "seconds" and what else it measured, ``end``
    its peak memory in bytes."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.process", name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        self._read()  # it has warmed up

    def run(self) -> dict[str, float]:
        print(file=self.process.stdin, flush=True)
        return self._read()

    def end(self) -> int:
        self.process.stdin.close()
        found = self._read()["memory"]
        self.process.wait()
        return found

    def _read(self) -> dict[str, float]:
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[3:]} ended with {self.process.wait()}")
        return json.loads(line)


def prepared(name: str, *arguments: str) -> peers.Epoch:
    if name == "import":
        return imports.reading(*arguments)
    (argument,) = arguments
    if name == "reference":
        made = {
            "keras": peers.reference_keras,
            "ours, cold graph": lambda: peers.reference_ours(cold=True),
            "ours, warm": lambda: peers.reference_ours(cold=False),
        }[argument]
        return made()
    if name == "vowels":
        return vowels.COMPETITORS[argument]()
    if name == "scale":
        return SCALES[argument]()
    workload = next(each for each in WORKLOADS if each.name == argument)
    return peers.PEERS[name](workload)


def main() -> None:
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print must not come between
    epoch = prepared(*sys.argv[1:])
    epoch()
    print(json.dumps({"seconds": 0.0}), file=out, flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        found = epoch() or {}
        found = {"seconds": time.perf_counter() - began} | found
        print(json.dumps(found), file=out, flush=True)
    print(json.dumps({"memory": machine.peak_memory()}), file=out, flush=True)


if __name__ == "__main__":
    main()
