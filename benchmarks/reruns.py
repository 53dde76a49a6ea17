"""Reruns of every page with 100,000 sequences: ``python -m benchmarks reruns``.

A visitor without a browser (``tests.support.streamlit_client``) opens a file of 100,000 sequences,
trains on it, and runs each page again: as a whole, and by changing its inputs one after the other
and back. Reported are the seconds until a rerun has arrived whole, and the bytes of its messages.
The first run of each page after a change of its data is not counted.
"""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from tests.support.app_server import AppServer
from tests.support.streamlit_client import Answer, Visitor

SEQUENCES, FEATURES, CLASSES = 100_000, 2, 5
MIN_STEPS, MAX_STEPS = 5, 30
PAGES = ("/", "/Data", "/Mask", "/Train", "/Predict", "/Compare", "/Runs")
WHOLE_RERUNS = 20  # per page
MAX_INPUTS = 12  # per page
MAX_SECONDS, MAX_BYTES = 0.3, 1_000_000
TRAINING_SECONDS = 1200
RECIPE = "layers=GRU-8&epochs=1&batch_size=512&patience=none"


def run(runs: int) -> dict[str, object]:
    """Measure the reruns of all pages; ``runs`` is for interleaved benchmarks."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log", UNPADDED_WORKERS="1") as server,
        Visitor(server.address) as visitor,
    ):
        _prepare(visitor)
        pages = {page: _measure(visitor, page) for page in PAGES}
    every = [answer for answers in pages.values() for answer in answers]
    report: dict[str, object] = {page: _summarize(answers) for page, answers in pages.items()}
    return report | {
        "all pages": _summarize(every),
        "at most": {"p95, s": MAX_SECONDS, "bytes": MAX_BYTES},
        "reached": _compute_p95(every) <= MAX_SECONDS
        and max(answer.received for answer in every) <= MAX_BYTES,
    }


def make_file(n: int = SEQUENCES) -> bytes:
    """Make a CSV file of ``n`` sequences with classes, one row per step."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(MIN_STEPS, MAX_STEPS + 1, n)
    classes = rng.integers(0, CLASSES, n)
    steps = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    columns = {"id": np.repeat(np.arange(n), lengths), "time": steps}
    for feature in range(FEATURES):
        noise = rng.normal(size=len(steps))
        columns[f"x{feature}"] = (noise + np.repeat(classes, lengths)).round(2)
    columns["target"] = np.repeat(np.array(list("abcde"))[classes], lengths)
    buffer = io.BytesIO()
    pd.DataFrame(columns).to_csv(buffer, index=False)
    return buffer.getvalue()


def _prepare(visitor: Visitor) -> None:
    """Open the file and train on it."""
    visitor.open("/Data")
    visitor.upload(visitor.find("file_uploader").label, "many.csv", make_file())
    key = visitor.query["data"]
    visitor.open(f"/Train?v=3&data={key}&{RECIPE}")
    visitor.click("start")
    visitor.wait_for("Finished", TRAINING_SECONDS)


def _measure(visitor: Visitor, page: str) -> list[Answer]:
    """Run a page again in all ways; returns the answers after the first."""
    visitor.open(page)
    visitor.look(5)  # its requests to the model are answered, and its figures drawn
    visitor.run_again()
    before = len(visitor.answers)
    for _ in range(WHOLE_RERUNS):
        visitor.run_again()
    for label in [box.label for box in visitor.find_all("selectbox")][:MAX_INPUTS]:
        _choose_other(visitor, label)
    for toggle in [each.label for each in visitor.find_all("toggle")][:MAX_INPUTS]:
        for is_on in (True, False):
            visitor.check(toggle, is_on)
    return [answer for answer in visitor.answers[before:] if not answer.what.startswith("poll")]


def _choose_other(visitor: Visitor, label: str) -> None:
    """Choose the last option of a select box, then the former one again."""
    box, chosen = visitor.find("selectbox", label), visitor.value(label)
    if len(box.options) > 1 and not box.disabled and isinstance(chosen, str):
        visitor.choose(label, box.options[-1])
        visitor.choose(label, chosen)


def _compute_p95(answers: list[Answer]) -> float:
    return float(np.quantile([answer.seconds for answer in answers], 0.95))


def _summarize(answers: list[Answer]) -> dict[str, object]:
    slowest = max(answers, key=lambda answer: answer.seconds)
    largest = max(answers, key=lambda answer: answer.received)
    return {
        "reruns": len(answers),
        "p95, s": round(_compute_p95(answers), 3),
        "slowest, s": round(slowest.seconds, 3),
        "slowest rerun": slowest.what,
        "largest, bytes": largest.received,
        "largest rerun": largest.what,
    }
