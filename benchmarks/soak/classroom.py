"""Waiting time in a class whose visitors press the same button at the same time."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.soak.server import start_server
from tests.support.app_server import AppServer, memory_mb
from tests.support.streamlit_client import Visitor

MAX_SECONDS = 5.0
TRAINED = "100 epochs in"


def classroom(visitors: int, server: AppServer | None = None) -> dict[str, object]:
    """Train the example from the home page of a server with warm workers and no earlier runs.

    Args:
        visitors: Visitors who press the button.
        server: A running server on which nobody has trained the example; by default a new one.
    """
    ready = threading.Barrier(visitors)
    seconds: list[float] = []
    predicted: list[float] = []
    errors: list[str] = []

    def visit(address: str) -> None:
        try:
            with Visitor(address) as visitor:
                visitor.open("/")
                ready.wait(120)
                began = perf_counter()
                visitor.click("Train the network")
                visitor.wait_for(TRAINED, 600)
                seconds.append(perf_counter() - began)
                visitor.wait_for(lambda page: page.find_all("metric"), 600)
                predicted.append(perf_counter() - began)
                errors.extend(visitor.errors)
        except Exception as error:  # every error belongs in the report
            ready.abort()
            errors.append(f"{type(error).__name__}: {error}")

    with nullcontext(server) if server else start_server() as server:
        before = _count_trainings(server)
        server.wait_for_warm_workers(2)
        threads = [threading.Thread(target=visit, args=(server.address,)) for _ in range(visitors)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        memory = [memory_mb(process) for process in server.family()]
        busy = sum(server.family()[0].cpu_times()[:2])
        trainings = _count_trainings(server) - before
    return {
        "visitors": visitors,
        "errors": errors,
        "trainings": trainings,
        "seconds from the press to the result, median": round(median(seconds or [np.inf]), 2),
        "95th percentile": round(float(np.percentile(seconds or [np.inf], 95)), 2),
        "longest": round(max(seconds or [np.inf]), 2),
        "seconds from the press to a prediction, median": round(median(predicted or [np.inf]), 2),
        "seconds the server's process computed": round(busy, 1),
        "seconds at most": MAX_SECONDS,
        "server's memory, MB": memory[0],
        "memory of all processes, MB": sum(memory),
        "reached": len(predicted) == visitors and not errors and median(seconds) <= MAX_SECONDS,
    }


def _count_trainings(server: AppServer) -> int:
    return server.log.read_text().count('"event": "run started"')
