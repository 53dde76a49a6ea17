"""Many visitors at once on two workers, each of whom checks that the results are their own."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import nullcontext

import numpy as np
import pandas as pd

from benchmarks.soak.server import start_server
from tests.support.app_server import AppServer, memory_mb
from tests.support.streamlit_client import Answer, Visitor
from tests.support.streamlit_client.elements import get_label

EPOCHS = 30
PAUSE_SECONDS = 2.0  # maximum pause between two actions of a visitor
MAX_P95_SECONDS = 1.0
MAX_GROWTH = 1.1  # ratio of memory after the last round to memory after the first
POLL = "poll"  # a fragment's periodic rerun, for which no visitor waits
TRAINING = "training"
# Responses of pages. Loading the app is excluded: it consists of downloads and connecting.
PAGE_RESPONSES = ("open", "page", "click", "type", "choose", "upload", "poll", "refresh")


def crowd(
    visitors: int, rounds: int, pause: float = PAUSE_SECONDS, server: AppServer | None = None
) -> dict[str, object]:
    """Let new visitors upload, train, predict and view their runs at the same time.

    Args:
        visitors: New visitors per round.
        rounds: Number of rounds.
        pause: Maximum pause between two actions of a visitor, in seconds.
        server: A running server; by default a new one.
    """
    answers: list[Answer] = []
    errors: list[str] = []
    server_memory, total_memory = [], []
    with nullcontext(server) if server else start_server() as server:
        _visit(server.address, 0, 0.0, [], errors)  # warms up the workers and the server
        for number in range(rounds):
            first = 1 + number * visitors
            threads = [
                threading.Thread(target=_visit, args=(server.address, each, pause, answers, errors))
                for each in range(first, first + visitors)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            memory = [memory_mb(process) for process in server.family()]
            busy = sum(server.family()[0].cpu_times()[:2])
            server_memory.append(memory[0])
            total_memory.append(sum(memory))
    waits = [each.seconds for each in answers if each.what == TRAINING]
    answers = [each for each in answers if each.what.startswith(PAGE_RESPONSES)]
    seconds = [each.seconds for each in answers]
    action_seconds = [each.seconds for each in answers if not each.what.startswith(POLL)]
    p95 = _compute_percentile(seconds, 95)
    growth = server_memory[-1] / server_memory[0]
    return {
        "visitors a round": visitors,
        "rounds": rounds,
        "a visitor looks between two acts, seconds at most": pause,
        "results that were not one's own, or errors": errors,
        "page answers": len(seconds),
        "kinds": dict(Counter(each.what.split()[0] for each in answers)),
        "seconds, median": _compute_percentile(seconds, 50),
        "seconds, 95th percentile": p95,
        "seconds of what visitors do, median": _compute_percentile(action_seconds, 50),
        "seconds of what visitors do, 95th percentile": _compute_percentile(action_seconds, 95),
        "seconds from the press to the end of the training, median": _compute_percentile(waits, 50),
        "seconds the server's process computed": round(busy),
        "seconds at most": MAX_P95_SECONDS,
        "server's memory after each round, MB": server_memory,
        "memory of all processes after each round, MB": total_memory,
        "reached": not errors and p95 < MAX_P95_SECONDS and growth < MAX_GROWTH,
    }


def _compute_percentile(seconds: list[float], percent: float) -> float:
    return round(float(np.percentile(seconds, percent)), 3) if seconds else np.inf


def _visit(
    address: str, number: int, max_pause: float, answers: list[Answer], errors: list[str]
) -> None:
    try:
        with Visitor(address) as visitor:
            _train_and_check(visitor, number, max_pause)
            errors += [f"visitor {number}: {error}" for error in visitor.errors]
            answers += visitor.answers
    except Exception as error:  # every error belongs in the report
        errors.append(f"visitor {number}: {type(error).__name__}: {error}")


def _train_and_check(visitor: Visitor, number: int, max_pause: float) -> None:
    """Train on data whose targets identify the visitor, and check the results.

    All targets are within 400 of 1,000 × the visitor's number.
    """
    sequences = 10 + number % 50
    rng = np.random.default_rng(number)
    lines = ["id,x,target"]
    for i in range(sequences):
        target = round(1000 * number + rng.uniform(-400, 400), 3)
        lines += [f"{i},{value:.3f},{target}" for value in rng.normal(size=rng.integers(1, 9))]

    def pause() -> None:
        visitor.look(rng.uniform(0, max_pause))

    visitor.open("/Data")
    pause()
    visitor.upload("upload", f"data-{number}.csv", "\n".join(lines).encode())
    _expect(f"Sequences: {sequences}" in visitor.texts(), "another upload is shown")

    pause()
    visitor.page_link("Train")
    pause()
    visitor.type("Epochs", EPOCHS)
    pause()
    visitor.type("Patience, in epochs", None)
    pause()
    visitor.click("Start training")
    visitor.answers.append(Answer(TRAINING, visitor.wait_for(f"{EPOCHS} epochs in", 600)))

    pause()
    visitor.page_link("Predict")
    pause()
    visitor.open_tab("Type")
    visitor.type("Sequences", "[0.5, -0.5], [1]")
    visitor.wait_for(lambda page: [len(each) for each in _get_predictions(page)] == [2], 60)
    predicted = _get_predictions(visitor)[0]["prediction"]
    is_near = (predicted - 1000 * number).abs().max() < 1000
    _expect(is_near, f"the predictions {predicted.tolist()} come from another model")

    pause()
    visitor.page_link("Runs")
    links = [get_label(each) for each in visitor.find_all("page_link")]
    names = [link.split("**")[1] for link in links if "\n\n" in link]  # of the entries
    _expect(names == [f"data-{number}.csv"], f"the list contains runs of others: {names}")


def _get_predictions(visitor: Visitor) -> list[pd.DataFrame]:
    """Return the tables of predictions, without that of the padding check."""
    return [table for table in visitor.dataframes() if "prediction" in table]


def _expect(condition: object, message: str) -> None:
    if not condition:
        raise RuntimeError(message)
