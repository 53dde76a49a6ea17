"""Somebody else's cluster is used only where that is safe, and where the workers see the store."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runs.cluster import given_address

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "address",
    ["tcp://127.0.0.1:8786", "tcp://localhost:1", "127.0.0.1:8786", "tls://10.0.0.1:8786"],
)
def test_this_machine_or_tls(monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    assert given_address() == address


@pytest.mark.parametrize(
    "address",
    ["tcp://10.0.0.1:8786", "10.0.0.1:8786", "ws://10.0.0.1:1", "127.0.0.1.evil.example:1"],
)
def test_another_machine_without_tls_is_refused(monkeypatch: pytest.MonkeyPatch, address: str):
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", address)
    with pytest.raises(ValueError, match="must begin with tls://"):
        given_address()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DASK_SCHEDULER_ADDRESS", "tcp://127.0.0.1:1", "SQLite cannot be used"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "database does not answer"),
        ("UNPADDED_RUNS", "many", "UNPADDED_RUNS is 'many'; give a number above 0"),
    ],
)
def test_a_setting_that_is_not_right_ends_the_server_with_one_sentence(
    tmp_path: Path, name: str, value: str, sentence: str
):
    options = ["--server.headless=true", "--server.address=127.0.0.1", "--server.port=0"]
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", *options],
        cwd=ROOT,
        env=os.environ | {"UNPADDED_DATA": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("Unpadded cannot start: ")
    assert sentence in last
    assert "Traceback" not in done.stderr
