"""An idle worker that has executed many runs is replaced once."""

from runs.scheduling.worker_retirement import MAX_RUNS_PER_WORKER, WorkerRetirement


def test_only_idle_workers_with_many_runs_retire():
    retirement = WorkerRetirement()
    retirement.run_counts.update({"fresh": MAX_RUNS_PER_WORKER - 1, "old": MAX_RUNS_PER_WORKER})
    retirement.run_counts["old and busy"] = MAX_RUNS_PER_WORKER
    assert retirement.retire(["fresh", "old", "new"]) == ["old"]
    workers = ["fresh", "old", "old and busy", "new"]
    assert retirement.exclude_retired(workers) == ["fresh", "old and busy", "new"]
