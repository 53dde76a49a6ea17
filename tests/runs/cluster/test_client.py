"""The local Dask cluster, whose connections run code, is closed to everybody else.

It accepts no connection from other machines, and on this machine none without its key.
"""

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


def find_outward_address() -> str:
    """Return an address by which other machines reach this one."""
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family is socket.AF_INET and not each.address.startswith("127."):
                return each.address
    pytest.skip("this machine has no network")


def list_open_ports(runs: Runs) -> set[tuple[str, int]]:
    """Return the addresses on which the scheduler, the workers and their nannies listen."""
    listening = [each for one in list_processes(runs) for each in one.net_connections("tcp")]
    return {(each.laddr.ip, each.laddr.port) for each in listening if each.status == "LISTEN"}


def list_processes(runs: Runs) -> list[psutil.Process]:
    """Return the process of the cluster and those of its workers."""
    cluster = psutil.Process(runs.dispatcher.cluster.child.pid)
    return [cluster, *cluster.children(recursive=True)]


def extract_key(security: Security) -> dict:
    names = ("require_encryption", "tls_ca_file", "tls_client_cert", "tls_client_key")
    return {name: getattr(security, name) for name in names}


def test_the_cluster_listens_on_loopback_only_and_rejects_browsers(runs: Runs):
    ports = list_open_ports(runs)
    assert {ip for ip, _ in ports} == {"127.0.0.1"}
    for port in ports:
        with socket.create_connection(port, timeout=5) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            with pytest.raises(ConnectionResetError):
                connection.recv(100)


def test_a_connection_to_another_address_of_the_machine_fails(runs: Runs):
    outside = find_outward_address()
    scheduler = runs.dispatcher.cluster.client.scheduler.address
    port = scheduler.rpartition(":")[2]
    key = runs.dispatcher.cluster.client.security
    Client(scheduler, security=key, set_as_default=False, timeout=5).close()  # from inside it works
    for _, each in list_open_ports(runs):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, each), timeout=5)
    with pytest.raises(OSError, match="Timed out trying to connect"):
        Client(f"tls://{outside}:{port}", security=key, set_as_default=False, timeout=1)


def test_the_scheduler_two_workers_and_their_nannies_listen_and_nothing_else(runs: Runs):
    assert len(list_open_ports(runs)) == 5


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be others"
)
def test_another_user_of_the_machine_is_refused_everywhere_without_the_key(runs: Runs):
    addresses = [f"{ip}:{port}" for ip, port in list_open_ports(runs)]
    own = extract_key(runs.dispatcher.cluster.client.security)
    foreign = extract_key(Security.temporary())
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
    replies = json.loads(done.stdout)
    with_key = [replies.pop(f"own {address}") for address in addresses]
    assert sorted(with_key) == ["Nanny", "Nanny", "Scheduler", "Worker", "Worker"]
    assert set(replies.values()) == {"refused"}, replies
    assert len(replies) == 3 * len(addresses)


@pytest.mark.skipif(not LINUX, reason="reads /proc")
def test_the_key_is_in_no_command_line_environment_or_file(runs: Runs):
    secret = runs.dispatcher.cluster.client.security.tls_client_key
    longest_line = max(secret.splitlines(), key=len).encode()
    for process in list_processes(runs):
        for name in ("cmdline", "environ"):
            assert longest_line not in Path(f"/proc/{process.pid}/{name}").read_bytes()
    scratch = runs.dispatcher.cluster.client.run(scratch_folder)
    assert len(scratch) == 2
    for folder in map(Path, scratch.values()):
        private = folder.parents[1]
        assert private.stat().st_mode & 0o077 == 0
        assert not any(
            longest_line in each.read_bytes() for each in private.rglob("*") if each.is_file()
        )


@pytest.mark.slow
def test_a_cluster_ends_before_its_key_does():
    cluster = Cluster(None, "topic", print)
    try:
        assert cluster.is_alive
        cluster.expires_at = time.monotonic()
        assert not cluster.is_alive
    finally:
        cluster.close()


@pytest.mark.slow
def test_a_cluster_that_cannot_start_gives_the_reason_in_one_line(monkeypatch, capfd):
    monkeypatch.setenv("UNPADDED_WORKERS", "many")
    with pytest.raises(RuntimeError, match="ValueError: UNPADDED_WORKERS is 'many'"):
        Cluster(None, "topic", print)
    assert "Traceback" not in capfd.readouterr().err


def scratch_folder(dask_worker: Worker) -> str:
    return dask_worker.local_directory
