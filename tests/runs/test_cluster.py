"""The server's own Dask, whose connections run code, answers to nobody outside the machine."""

import socket
from itertools import product

import psutil
import pytest
from distributed import Client

from runs import Runs


def outward_address() -> str:
    """One by which other machines reach this one."""
    for addresses in psutil.net_if_addrs().values():
        for each in addresses:
            if each.family is socket.AF_INET and not each.address.startswith("127."):
                return each.address
    pytest.skip("this machine has no network")


def doors(runs: Runs) -> set[tuple[str, int]]:
    """Where the scheduler, the workers and their nannies listen."""
    cluster = psutil.Process(runs._dispatcher._cluster._child.pid)
    family = [cluster, *cluster.children(recursive=True)]
    listening = [each for one in family for each in one.net_connections("tcp")]
    return {(each.laddr.ip, each.laddr.port) for each in listening if each.status == "LISTEN"}


def test_nothing_of_it_listens_to_other_machines_and_no_dashboard_is_there(runs: Runs):
    found = doors(runs)
    assert {ip for ip, _ in found} == {"127.0.0.1"}
    for door, page in product(found, ("/", "/status", "/info/main/workers.html", "/json/counts")):
        with socket.create_connection(door, timeout=5) as connection:
            connection.sendall(f"GET {page} HTTP/1.0\r\n\r\n".encode())
            answer = connection.recv(100)  # Dask's own protocol, or its web server without pages
        assert not answer.startswith(b"HTTP") or b" 404 " in answer, (door, page)


def test_a_connection_to_another_address_of_the_machine_fails(runs: Runs):
    outside = outward_address()
    scheduler = runs._dispatcher._cluster._client.scheduler.address
    port = scheduler.rpartition(":")[2]
    Client(scheduler, set_as_default=False, timeout=5).close()  # from inside it works
    for _, each in doors(runs):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, each), timeout=5)
    with pytest.raises(OSError, match="Timed out trying to connect"):
        Client(f"tcp://{outside}:{port}", set_as_default=False, timeout=1)
