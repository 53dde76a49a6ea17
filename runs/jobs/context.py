"""What every job in a worker needs. Importable without TensorFlow: Dask sends functions by name,
so the page's process imports the jobs' modules too.

No job raises: Dask would log its arguments, which are the user's data, and send a traceback. An
error comes back as a ``Failure``.
"""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.errors import DataError
from core.i18n import N_
from runs.settings import Settings
from runs.store import MODEL, Store
from runs.types import RunLine

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

MODELS_KEPT = 4  # a worker; the largest network allowed holds some hundred megabytes

OUT_OF_MEMORY = N_(
    "There was not enough memory for this training. Press Train again; a smaller batch size or "
    "fewer units need less memory."
)
UNEXPECTED = N_(
    "This failed because of an error in the program, not because of your data. Please try again; "
    "the server's log says more."
)
NO_MODEL = N_("This run has no trained model to predict with. Train it again.")


@dataclass(frozen=True)
class Failure:
    """error: for the visitor. reason: one line for the server's log; None when the error says
    everything."""

    error: DataError
    reason: str | None = None

    @classmethod
    def of(cls, error: Exception) -> Failure:
        if isinstance(error, DataError):
            return cls(error)
        lines = str(error).splitlines() or [""]
        reason = f"{type(error).__name__}: {lines[0][:300]}"
        # By name: importing TensorFlow to compare would hide an error of importing TensorFlow.
        short = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
        return cls(DataError(OUT_OF_MEMORY if short else UNEXPECTED), reason)


@lru_cache(maxsize=1)
def store() -> Store:
    """This process's connection to the store, which its environment names."""
    return Store.of(Settings.from_environment())


def trained_on(run_id: str) -> tuple[RunLine, Sequences]:
    """A run and what its model was trained on. Raises DataError when they are not there any
    more."""
    run = store().runs.line(run_id)
    content = None if run is None else store().contents.read(run.data)
    if content is None:
        raise DataError(NO_MODEL)
    return run, unpack(content)


class Models:
    """The models used last, by run or by result."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, TrainedModel] = OrderedDict()
        self._lock = threading.Lock()  # a training and a prediction run side by side

    def get(self, run_id: str) -> TrainedModel:
        """Raises DataError when the run has none."""
        found = self._find(run_id)
        if found is not None:
            return found
        result = store().twins.result(run_id) or run_id  # fifty who have the same share it
        found = self._find(result)
        if found is not None:
            return found
        saved = store().runs.artifact(run_id, MODEL)
        if saved is None:
            raise DataError(NO_MODEL)
        from core import load

        model = load(io.BytesIO(saved))
        self.put(result, model)
        return model

    def _find(self, name: str) -> TrainedModel | None:
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

    def put(self, name: str, model: TrainedModel) -> None:
        """name: the run's id, or its result's name."""
        with self._lock:
            self._kept[name] = model
            while len(self._kept) > MODELS_KEPT:
                self._kept.popitem(last=False)


models = Models()
