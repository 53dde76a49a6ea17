"""Reloads of every page while something runs: ``python -m benchmarks states --reloads 50``.

A visitor without a browser changes the settings of each page and reloads it at moments drawn from a
seed: during a training, during a comparison, and during a prediction that takes seconds. A reload
starts a new session with the same cookie at the same address. The state of the page must come back:
address, data, values of all inputs, open tabs and sections, texts, tables, figures and results.
``changes.py`` lists what may differ, with reasons; progress may only grow. Sections that only the
browser opens, such as *Advanced settings*, are not part of the state.

After a training and a comparison that were reloaded while they ran, their results must appear.
"""

from __future__ import annotations

import contextlib
import math
import random
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.states import visits
from benchmarks.states.screen import Screen, find_differences, read_screen
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

SEED = 0
MAX_WAIT = 1.0  # seconds from a settled page to its reload
WORKERS = "3"  # one is free while the two runs that a visitor may have are trained
LOOK = 0.05  # seconds between two looks if a job runs


@dataclass
class Outcome:
    """Reloads of one page in one situation.

    Attributes:
        reloads: Number of reloads.
        differences: Each difference, and after how many reloads it was seen.
    """

    reloads: int = 0
    differences: Counter[str] = field(default_factory=Counter)


Outcomes = dict[tuple[str, str], Outcome]


def run(reloads: int) -> dict[str, object]:
    """Reload every page ``reloads`` times, spread over the situations; report the differences."""
    with (
        tempfile.TemporaryDirectory() as folder,
        AppServer(Path(folder), log=Path(folder) / "log", UNPADDED_WORKERS=WORKERS) as server,
        Visitor(server.address) as visitor,
    ):
        visits.train_example(visitor)
        visits.open_data(visitor)
        outcomes = reload_pages(visitor, reloads)
        outcomes |= reload_until_results(visitor, math.ceil(reloads / 10))
    print(format_table(outcomes), flush=True)
    differences = [
        f"{page}, {situation}, {n} times: {line}"
        for (page, situation), outcome in outcomes.items()
        for line, n in outcome.differences.items()
    ]
    return {
        "reloads": sum(outcome.reloads for outcome in outcomes.values()),
        "differences": differences,
        "reached": not differences,
    }


def reload_pages(
    visitor: Visitor, reloads: int, pages: Mapping[str, Collection[str]] = visits.PAGES
) -> Outcomes:
    """Reload pages ``reloads`` times each, spread over the situations.

    Args:
        visitor: The visitor, after ``visits.open_data``.
        reloads: Number of reloads per page.
        pages: Pages to reload in each situation; situations without an entry are left out.
    """
    rng = random.Random(SEED)
    outcomes: Outcomes = {}
    for number, (situation, begin) in enumerate(SITUATIONS.items()):
        share = len(range(number, reloads, len(SITUATIONS)))
        if situation not in pages:
            continue
        with begin(visitor) as is_running:
            for visit in visits.VISITS:
                if situation in visit.situations and visit.page in pages[situation]:
                    outcome = reload_page(visitor, visit, share, rng, is_running)
                    outcomes[visit.page, situation] = outcome
                    print(situation, format_row(visit.page, outcomes), flush=True)
    return outcomes


def reload_page(
    visitor: Visitor,
    visit: visits.Visit,
    reloads: int,
    rng: random.Random,
    is_running: Callable[[], bool],
) -> Outcome:
    """Set a page, reload it, and compare what it shows each time with what it showed first.

    Args:
        visitor: The visitor.
        visit: The page.
        reloads: Number of reloads.
        rng: Draws the moments.
        is_running: Tells if the job of the situation runs.
    """
    outcome = Outcome()
    visit.prepare(visitor)
    visits.settle(visitor)
    first = last = read_screen(visitor)
    for _ in range(reloads):
        if visit.predicts:
            visitor.refresh()  # which starts the prediction again
        visitor.look(rng.uniform(0, MAX_WAIT))
        while not is_running():
            visitor.look(LOOK)
        last = Screen(first.lines, last.amounts | read_screen(visitor).amounts)
        visitor.refresh()
        visits.settle(visitor)
        screen = read_screen(visitor)
        outcome.reloads += 1
        outcome.differences.update(find_differences(last, screen))
        last = screen
    return outcome


def reload_until_results(
    visitor: Visitor, reloads: int, jobs: Sequence[visits.ShortJob] = visits.SHORT_JOBS
) -> Outcomes:
    """Reload Train and Compare while they wait for a result, which must then appear."""
    rng = random.Random(SEED)
    outcomes: Outcomes = {}
    for job in jobs:
        outcome = outcomes[job.page, job.situation] = Outcome()
        for number in range(reloads):
            job.start(visitor, number)
            visitor.look(rng.uniform(0, MAX_WAIT))
            visitor.refresh()
            outcome.reloads += 1
            try:
                visitor.wait_for(job.has_ended, visits.SECONDS)
            except TimeoutError as late:
                outcome.differences[f"no result: {late}"] += 1
                continue
            visits.settle(visitor)
            before = read_screen(visitor)
            visitor.refresh()
            visits.settle(visitor)
            outcome.differences.update(find_differences(before, read_screen(visitor)))
    return outcomes


@contextlib.contextmanager
def train(visitor: Visitor) -> Iterator[Callable[[], bool]]:
    """Train while the block runs, which is an error if the training ends before."""
    visits.start_long_training(visitor)
    yield lambda: True
    visits.stop_training(visitor)


@contextlib.contextmanager
def compare(visitor: Visitor) -> Iterator[Callable[[], bool]]:
    """Train the runs of a comparison while the block runs, an error if they end before."""
    visits.start_long_comparison(visitor)
    yield lambda: True
    visits.stop_comparison(visitor)


@contextlib.contextmanager
def predict(visitor: Visitor) -> Iterator[Callable[[], bool]]:
    """Predict again and again while the block runs, in another tab of the visitor's."""
    visits.prepare_typed(visitor)
    visits.settle(visitor)
    predicts, is_done = threading.Event(), threading.Event()

    def predict_again() -> None:
        with Visitor(visitor.address, visitor.cookies) as other:
            other.open("/Predict")
            while not is_done.is_set():
                other.refresh()
                predicts.set()
                visits.settle(other)
                predicts.clear()

    def is_running() -> bool:
        if not thread.is_alive():
            raise RuntimeError("the tab that predicts has failed")
        return predicts.is_set()

    thread = threading.Thread(target=predict_again)
    thread.start()
    try:
        yield is_running
    finally:
        is_done.set()
        thread.join()


SITUATIONS = dict(zip(visits.SITUATIONS, (train, compare, predict), strict=True))


def format_table(outcomes: Outcomes) -> str:
    """Format reloads and differences by page and situation."""
    lines = ["Reloads / differences".ljust(28) + "".join(f"{each:>14}" for each in SITUATIONS)]
    lines += [format_row(page, outcomes) for page in dict.fromkeys(page for page, _ in outcomes)]
    return "\n".join(lines)


def format_row(page: str, outcomes: Outcomes) -> str:
    """Format the row of a page: reloads / differences in each situation."""
    cells = [outcomes.get((page, situation)) for situation in SITUATIONS]
    texts = [
        "" if each is None else f"{each.reloads} / {each.differences.total()}" for each in cells
    ]
    return page.ljust(28) + "".join(f"{each:>14}" for each in texts)
