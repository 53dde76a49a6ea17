"""Reading long tables, beside those who only parse them: pyarrow and pandas do not group the rows
into sequences, sort them, or look for mistakes. ``python -m benchmarks import``."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.csv

from benchmarks import machine
from benchmarks.peers import Epoch

MAX_MEMORY = 4.0  # times the float32 values
READERS = ("ours", "pyarrow", "pandas")


@dataclass(frozen=True)
class LongTable:
    """A CSV with a step a row.

    targets  how many times as fast as a peer we mean to be, if anything
    """

    rows: int
    features: int
    sorted: bool
    targets: dict[str, float | None]

    @property
    def values(self) -> int:
        """Bytes of the float32 values."""
        return 4 * self.rows * self.features

    def write(self, path: Path) -> None:
        """Sequences of lognormal length, about 50 steps; sorted ones have numbers for ids and
        times, the others words and ISO dates, and their rows in any order."""
        rng = np.random.default_rng(0)
        share = rng.lognormal(4, 1, self.rows // 50)
        ends = np.round(np.cumsum(share / share.sum()) * self.rows).astype(np.int64)
        begins = np.append(0, ends[:-1])
        lengths = ends - begins
        sequence = np.repeat(np.arange(len(lengths)), lengths)
        step = np.arange(self.rows) - np.repeat(begins, lengths)
        order = slice(None) if self.sorted else rng.permutation(self.rows)
        sequence, step = sequence[order], step[order]
        columns: dict[str, object] = {"id": sequence, "t": step}
        if not self.sorted:
            words = np.array([f"machine-{number:06d}" for number in range(len(lengths))], object)
            first = np.datetime64("2026-01-31T12:30:00", "s")
            columns = {"id": words[sequence], "t": pa.array(first + step * 15)}
        columns |= {
            f"x{number}": np.round(rng.normal(size=self.rows), 3) for number in range(self.features)
        }
        columns["target"] = np.round(rng.normal(size=len(lengths)), 3)[sequence]
        options = pyarrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
        pyarrow.csv.write_csv(pa.table(columns), path, options)


TABLES = {
    "5 million rows of numbers": LongTable(5_000_000, 4, True, {"pyarrow": 0.4, "pandas": None}),
    "1 million rows of words, dates and numbers, unsorted": LongTable(
        1_000_000, 3, False, {"pyarrow": None, "pandas": None}
    ),
}


def reading(reader: str, path: str) -> Epoch:
    """Reads the file; ``memory`` is the most by which the process grew since before the first
    time, in bytes."""
    read = {"ours": _ours, "pyarrow": _pyarrow, "pandas": _pandas}[reader]()
    before = psutil.Process().memory_info().rss

    def epoch() -> dict[str, float]:
        read(path)
        return {"memory": machine.peak_memory() - before}

    return epoch


def _ours():
    from core import read_sequences

    return read_sequences


def _pyarrow():
    return pyarrow.csv.read_csv


def _pandas():
    import pandas as pd

    return pd.read_csv


def run(runs: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: _compared(table, Path(folder) / "long.csv", runs)
            for name, table in TABLES.items()
        }


def _compared(table: LongTable, path: Path, runs: int) -> dict[str, object]:
    from benchmarks.process import Competitor  # which imports this file
    from benchmarks.rounds import in_turn, ratios

    table.write(path)
    competitors = {name: Competitor("import", name, str(path)) for name in READERS}
    found = in_turn(competitors, runs)
    for competitor in competitors.values():
        competitor.end()
    memory = {name: max(each) for name, each in found["memory"].items()}
    size = path.stat().st_size
    return {
        **ratios(found["seconds"], "ours", table.targets),
        "seconds": {name: round(median(each), 2) for name, each in found["seconds"].items()},
        "file, MB": size >> 20,
        "memory, MB": {name: round(each) >> 20 for name, each in memory.items()},
        "our memory beside the file, times the values": {
            "ratio": round((memory["ours"] - size) / table.values, 1),
            "target": MAX_MEMORY,
            "reached": (memory["ours"] - size) / table.values <= MAX_MEMORY,
        },
    }
