"""Cores and memory limit the number of workers."""

import pytest

from runs.cluster import worker_count
from runs.cluster.worker_count import count_workers, get_memory_limit


@pytest.mark.parametrize(
    ("cores", "memory", "setting", "workers"),
    [
        (4, 64e9, None, 4),
        (16, 4e9, None, 3),
        (2, 0.4e9, None, 1),
        (2, 64e9, "5", 5),
    ],
)
def test_workers_share_cores_and_memory(monkeypatch, cores, memory, setting, workers):
    monkeypatch.setattr(worker_count, "CPU_COUNT", cores)
    monkeypatch.setattr(worker_count, "MEMORY_LIMIT", memory)
    monkeypatch.delenv("UNPADDED_WORKERS", raising=False)
    if setting is not None:
        monkeypatch.setenv("UNPADDED_WORKERS", setting)
    assert count_workers() == workers
    assert workers * get_memory_limit() <= memory


def test_workers_share_the_memory_that_the_server_leaves(monkeypatch):
    monkeypatch.setattr(worker_count, "MEMORY_LIMIT", 8.5e9)
    monkeypatch.setenv("UNPADDED_WORKERS", "2")
    assert get_memory_limit() == 4e9
