"""Reading long-layout tables, compared with pyarrow and pandas: ``python -m benchmarks imports``.

The peers only parse the file: they do not group rows into sequences, sort them or check them.
"""

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

MAX_MEMORY = 4.0  # multiple of the size of the float32 values
READERS = ("ours", "pyarrow", "pandas")


@dataclass(frozen=True)
class LongTable:
    """CSV file with one step per row.

    Attributes:
        rows: Number of rows.
        features: Features per step.
        sorted: Whether rows are sorted by sequence and time.
        targets: Per peer, how many times as fast we aim to be, or None.
    """

    rows: int
    features: int
    sorted: bool
    targets: dict[str, float | None]

    @property
    def value_bytes(self) -> int:
        """Size of the float32 values in bytes."""
        return 4 * self.rows * self.features

    def write(self, path: Path) -> None:
        """Write sequences of lognormal length, about 50 steps on average.

        A sorted table has numeric ids and times. An unsorted one has text ids, ISO dates and rows
        in random order.

        Args:
            path: File to write.
        """
        rng = np.random.default_rng(0)
        share = rng.lognormal(4, 1, self.rows // 50)
        ends = np.round(np.cumsum(share / share.sum()) * self.rows).astype(np.int64)
        starts = np.append(0, ends[:-1])
        lengths = ends - starts
        sequence = np.repeat(np.arange(len(lengths)), lengths)
        step = np.arange(self.rows) - np.repeat(starts, lengths)
        order = slice(None) if self.sorted else rng.permutation(self.rows)
        sequence, step = sequence[order], step[order]
        columns: dict[str, object] = {"id": sequence, "t": step}
        if not self.sorted:
            ids = np.array([f"machine-{number:06d}" for number in range(len(lengths))], object)
            first = np.datetime64("2026-01-31T12:30:00", "s")
            columns = {"id": ids[sequence], "t": pa.array(first + step * 15)}
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


def prepare_reading(reader: str, path: str) -> Epoch:
    """Prepare a function that reads the file.

    It returns the "memory" by which the process has grown at most since before the first call, in
    bytes.

    Args:
        reader: One of ``READERS``.
        path: The file.
    """
    read = {"ours": _import_ours, "pyarrow": _import_pyarrow, "pandas": _import_pandas}[reader]()
    before = psutil.Process().memory_info().rss

    def epoch() -> dict[str, float]:
        read(path)
        return {"memory": machine.get_peak_memory() - before}

    return epoch


def _import_ours():
    from core import read_sequences

    return read_sequences


def _import_pyarrow():
    return pyarrow.csv.read_csv


def _import_pandas():
    import pandas as pd

    return pd.read_csv


def run(runs: int) -> dict[str, object]:
    """Compare time and memory for each table over ``runs`` rounds."""
    with tempfile.TemporaryDirectory() as folder:
        return {
            name: _compare(table, Path(folder) / "long.csv", runs) for name, table in TABLES.items()
        }


def _compare(table: LongTable, path: Path, runs: int) -> dict[str, object]:
    from benchmarks.process import Competitor  # which imports this file
    from benchmarks.rounds import compute_ratios, run_interleaved

    table.write(path)
    competitors = {name: Competitor("imports", name, str(path)) for name in READERS}
    measured = run_interleaved(competitors, runs)
    for competitor in competitors.values():
        competitor.end()
    memory = {name: max(each) for name, each in measured["memory"].items()}
    size = path.stat().st_size
    return {
        **compute_ratios(measured["seconds"], "ours", table.targets),
        "seconds": {name: round(median(each), 2) for name, each in measured["seconds"].items()},
        "file, MB": size >> 20,
        "memory, MB": {name: round(each) >> 20 for name, each in memory.items()},
        "our memory beside the file, times the values": {
            "ratio": round((memory["ours"] - size) / table.value_bytes, 1),
            "target": MAX_MEMORY,
            "reached": (memory["ours"] - size) / table.value_bytes <= MAX_MEMORY,
        },
    }
