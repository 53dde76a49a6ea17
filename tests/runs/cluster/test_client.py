"""The server's own Dask, whose connections run code, answers to nobody outside the machine, and
inside to nobody without its key."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from distributed import Client, Security, Worker

from runs import Runs
from runs.cluster.client import Cluster

ROOT = Path(__file__).parents[3]
LINUX = Path("/proc/self/environ").exists()


def outward_address() -> str:
    """One by which other machines reach this one."""
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family is socket.AF_INET and not each.address.startswith("127."):
                return each.address
    pytest.skip("this machine has no network")


def doors(runs: Runs) -> set[tuple[str, int]]:
    """Where the scheduler, the workers and their nannies listen."""
    listening = [each for one in family(runs) for each in one.net_connections("tcp")]
    return {(each.laddr.ip, each.laddr.port) for each in listening if each.status == "LISTEN"}


def family(runs: Runs) -> list[psutil.Process]:
    """The cluster's process and those of its workers."""
    cluster = psutil.Process(runs._dispatcher._cluster._child.pid)
    return [cluster, *cluster.children(recursive=True)]


def key_of(security: Security) -> dict:
    names = ("require_encryption", "tls_ca_file", "tls_client_cert", "tls_client_key")
    return {name: getattr(security, name) for name in names}


def test_nothing_of_it_listens_to_other_machines_or_answers_browsers(runs: Runs):
    found = doors(runs)
    assert {ip for ip, _ in found} == {"127.0.0.1"}
    for door in found:
        with socket.create_connection(door, timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                connection.recv(100)


def test_a_connection_to_another_address_of_the_machine_fails(runs: Runs):
    outside = outward_address()
    scheduler = runs._dispatcher._cluster._client.scheduler.address
    port = scheduler.rpartition(":")[2]
    key = runs._dispatcher._cluster._client.security
    Client(scheduler, security=key, set_as_default=False, timeout=5).close()  # from inside it works
    for _, each in doors(runs):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, each), timeout=5)
    with pytest.raises(OSError, match="Timed out trying to connect"):
        Client(f"tls://{outside}:{port}", security=key, set_as_default=False, timeout=1)


def test_the_scheduler_two_workers_and_their_nannies_listen_and_nothing_else(runs: Runs):
    assert len(doors(runs)) == 5


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be others"
)
def test_another_user_of_the_machine_is_refused_everywhere_without_the_key(runs: Runs):
    addresses = [f"{ip}:{port}" for ip, port in doors(runs)]
    own = key_of(runs._dispatcher._cluster._client.security)
    foreign = key_of(Security.temporary())
    keys = {
        "own": own,  # which shows that it is the key that is asked for
        "none": None,
        "foreign": foreign,
        "trusting": foreign | {"tls_ca_file": own["tls_ca_file"]},
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.stranger"],
        cwd=ROOT,
        input=json.dumps({"addresses": addresses, "keys": keys}),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    with_key = [found.pop(f"own {address}") for address in addresses]
    assert sorted(with_key) == ["Nanny", "Nanny", "Scheduler", "Worker", "Worker"]
    assert set(found.values()) == {"refused"}, found
    assert len(found) == 3 * len(addresses)


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_the_key_stands_in_no_command_line_environment_or_file(runs: Runs):
    secret = runs._dispatcher._cluster._client.security.tls_client_key
    told = max(secret.splitlines(), key=len).encode()
    for process in family(runs):
        for name in ("cmdline", "environ"):
            assert told not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    scratch = runs._dispatcher._cluster._client.run(scratch_folder)
    assert len(scratch) == 2
    for folder in map(Path, scratch.values()):
        private = folder.parents[1]
        assert private.stat().st_mode & 0o077 == 0
        assert not any(told in each.read_bytes() for each in private.rglob("*") if each.is_file())


def test_a_cluster_ends_before_its_key_does():
    cluster = Cluster(None, "topic", print)
    try:
        assert cluster.alive
        cluster._ends = time.monotonic()
        assert not cluster.alive
    finally:
        cluster.close()


def test_a_cluster_that_cannot_start_says_why_in_a_line(monkeypatch, capfd):
    monkeypatch.setenv("UNPADDED_WORKERS", "many")
    with pytest.raises(RuntimeError, match="ValueError: UNPADDED_WORKERS is 'many'"):
        Cluster(None, "topic", print)
    assert "Traceback" not in capfd.readouterr().err


def scratch_folder(dask_worker: Worker) -> str:
    return dask_worker.local_directory
