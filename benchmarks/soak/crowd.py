"""Many visitors at once on two workers, each of whom knows what their own results must be."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from tests.support.app_server import AppServer, memory_mb
from tests.support.streamlit_client import Answer, Visitor

EPOCHS = 30
PAUSE_SECONDS = 2.0  # the longest somebody looks at what there is before the next act
P95_SECONDS = 1.0
GROWTH = 1.1  # of memory, from the first round to the last
# Loading the app is the browser's own fetching and connecting; the others are page answers.
REPEATED = "poll"  # what a page asks by itself, whose answer nobody waits for
TRAINED = "training"
ANSWERED = ("open", "page", "click", "type", "choose", "upload", "poll", "refresh")


def crowd(visitors: int, rounds: int, pause: float = PAUSE_SECONDS) -> dict[str, object]:
    """In each round, new visitors upload, train, predict and look at their runs at once."""
    answers: list[Answer] = []
    mixed_up: list[str] = []
    server_memory, whole_memory = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), UNPADDED_WORKERS="2") as server,
    ):
        _visit(server.address, 0, 0.0, [], mixed_up)  # the workers are warm, all is loaded
        for number in range(rounds):
            first = 1 + number * visitors
            threads = [
                threading.Thread(
                    target=_visit, args=(server.address, each, pause, answers, mixed_up)
                )
                for each in range(first, first + visitors)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            memory = [memory_mb(process) for process in server.family()]
            busy = sum(server.family()[0].cpu_times()[:2])
            server_memory.append(memory[0])
            whole_memory.append(sum(memory))
    waits = [each.seconds for each in answers if each.what == TRAINED]
    answers = [each for each in answers if each.what.startswith(ANSWERED)]
    seconds = [each.seconds for each in answers]
    acts = [each.seconds for each in answers if not each.what.startswith(REPEATED)]
    p95 = _percentile(seconds, 95)
    grown = server_memory[-1] / server_memory[0]
    return {
        "visitors a round": visitors,
        "rounds": rounds,
        "a visitor looks between two acts, seconds at most": pause,
        "results that were not one's own, or errors": mixed_up,
        "page answers": len(seconds),
        "kinds": dict(Counter(each.what.split()[0] for each in answers)),
        "seconds, median": _percentile(seconds, 50),
        "seconds, 95th percentile": p95,
        "seconds of what visitors do, median": _percentile(acts, 50),
        "seconds of what visitors do, 95th percentile": _percentile(acts, 95),
        "seconds from the press to the end of the training, median": _percentile(waits, 50),
        "seconds the server's process computed": round(busy),
        "seconds at most": P95_SECONDS,
        "server's memory after each round, MB": server_memory,
        "memory of all processes after each round, MB": whole_memory,
        "reached": not mixed_up and p95 < P95_SECONDS and grown < GROWTH,
    }


def _percentile(seconds: list[float], percent: float) -> float:
    return round(float(np.percentile(seconds, percent)), 3) if seconds else np.inf


def _visit(
    address: str, number: int, pause: float, answers: list[Answer], mixed_up: list[str]
) -> None:
    try:
        with Visitor(address) as visitor:
            _learn_one_number(visitor, number, pause)
            mixed_up += [f"visitor {number}: {error}" for error in visitor.errors]
            answers += visitor.answers
    except Exception as error:  # whatever it is, it belongs into the report
        mixed_up.append(f"visitor {number}: {type(error).__name__}: {error}")


def _learn_one_number(visitor: Visitor, number: int, most_pause: float) -> None:
    """Train on data whose targets all lie within half of 1,000 × the visitor's number."""
    sequences = 10 + number % 50
    rng = np.random.default_rng(number)
    lines = ["id,x,target"]
    for i in range(sequences):
        target = round(1000 * number + rng.uniform(-400, 400), 3)
        lines += [f"{i},{value:.3f},{target}" for value in rng.normal(size=rng.integers(1, 9))]

    def pause() -> None:
        visitor.look(rng.uniform(0, most_pause))

    visitor.open("/Data")
    pause()
    visitor.upload("upload", f"data-{number}.csv", "\n".join(lines).encode())
    _expect(f"Sequences: {sequences}" in visitor.texts(), "the upload is another one")

    pause()
    visitor.page_link("Train")
    pause()
    visitor.type("Epochs", EPOCHS)
    pause()
    visitor.type("Patience, in epochs", 0)
    pause()
    visitor.click("Start training")
    visitor.answers.append(Answer(TRAINED, visitor.wait_for(f"{EPOCHS} epochs in", 600)))

    pause()
    visitor.page_link("Predict")
    pause()
    visitor.type("Sequences", "[0.5, -0.5], [1]")
    visitor.wait_for(lambda here: [len(each) for each in _predictions(here)] == [2], 60)
    predicted = _predictions(visitor)[0]["prediction"]
    near = (predicted - 1000 * number).abs().max() < 1000
    _expect(near, f"the predictions {predicted.tolist()} are of another model")

    pause()
    visitor.page_link("Runs")
    names = visitor.dataframes()[0]["Name"].tolist()
    _expect(names == [f"data-{number}.csv"], f"these runs are not mine alone: {names}")


def _predictions(visitor: Visitor) -> list[pd.DataFrame]:
    """Beside them stands the table of the proof."""
    return [table for table in visitor.dataframes() if "prediction" in table]


def _expect(true: object, otherwise: str) -> None:
    if not true:
        raise RuntimeError(otherwise)
