"""Soak tests: killed processes, many visitors, a long history. ``python -m benchmarks soak``."""

from __future__ import annotations

from benchmarks.soak.classroom import classroom
from benchmarks.soak.crowd import crowd
from benchmarks.soak.fuzz import fuzz
from benchmarks.soak.kills import kill_servers, kill_workers
from benchmarks.soak.many import many_runs
from benchmarks.soak.scheduler import two_workers_elsewhere
from benchmarks.soak.stops import measure_stops


def run(runs: int) -> dict[str, object]:
    """Run all soak tests; the counts are those that the project guarantees, for any ``runs``."""
    return {
        "100,000 hostile files": fuzz(100),
        "20 workers killed": kill_workers(20),
        "5 servers killed": kill_servers(5),
        "2 servers terminated": kill_servers(2, terminate=True),
        "24 visitors at once": crowd(24, rounds=3),
        "50 visitors at once": crowd(50, rounds=1),
        "50 visitors press the same button": classroom(50),
        "Stop": measure_stops(3),
        "1,000 finished runs": many_runs(1_000),
        "a scheduler and two workers of their own": two_workers_elsewhere(12),
    }
