"""Contents, runs and results for the tests of the store."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from core import Recipe
from core.engine.progress import Progress
from core.errors import Note
from runs.store import Content, DataSet, Result, Store
from runs.types import RunState

RECIPE = Recipe.example()


PACKED = Content.from_bytes(b"packed sequences")


def create_queued(store: Store, owner: str = "ada", name: str = "") -> str:
    return store.runs.create(owner, name, RECIPE, PACKED, {}, 1.0)


def call_in_parallel(function: Callable[[int], object], threads: int) -> None:
    """Call the function with 0, 1, 2, … at the same time, and raise its exceptions."""
    ready = threading.Barrier(threads)

    def begin(number: int) -> object:
        ready.wait()
        return function(number)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(begin, range(threads)))


def make_history(epochs: int) -> list[dict[str, float]]:
    return [{"loss": 1 / epoch, "seconds": 0.5} for epoch in range(1, epochs + 1)]


def make_progress(epochs: int) -> Progress:
    figures = make_history(epochs)
    columns = {name: [each[name] for each in figures] for name in ("loss", "seconds")}
    return Progress(epochs, 100, 0, 3, 3, columns, seconds=epochs / 2)


ENDED = Result(
    state=RunState.FINISHED,
    model=b"zip",
    checkpoint=b"last state",
    history=make_progress(5).history,
    progress=make_progress(5),
    metrics={"test": {"mse": 0.25, "r2": float("nan")}},
    notes=(Note("Cut: {n}.", n=3),),
    best_epoch=4,
    computed={"layers": ["fused"], "groups": 2},
)


FILE = Content.from_text(b"1,2\n3\n")


SET = DataSet("walks.csv", PACKED.digest, FILE.digest, 2, 1, 3)
