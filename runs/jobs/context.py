"""Context of every job: store, model cache and errors.

Importable without TensorFlow: Dask sends functions by name, so the server process imports the
modules of the jobs too.

No job raises: Dask would log its arguments, which are the user's data, and send a traceback. A
job returns an error as a ``Failure``.
"""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from cachetools import LRUCache

from core.data.sequences import Sequences
from core.data.serialization import unpack
from core.errors import DataError, ServiceError, UnpaddedError
from core.i18n import N_
from runs.settings import Settings
from runs.store import MODEL, Store
from runs.types import RunSummary

if TYPE_CHECKING:
    from core.trained_model import TrainedModel

MAX_MODELS = 4  # per worker; the largest network allowed takes some hundred megabytes

OUT_OF_MEMORY = N_(
    "Training ran out of memory. Reduce the batch size or the units, then train again."
)
UNEXPECTED = N_(
    "This failed because of an error in the program, not because of your data. Try again. "
    "The server's log has the details."
)
NO_MODEL = N_("This run has no trained model. Train again.")


@dataclass(frozen=True)
class Failure:
    """Error that a job returns.

    Attributes:
        error: Error for the visitor.
        reason: One line for the server's log; None if the error says everything.
    """

    error: UnpaddedError
    reason: str | None = None

    @classmethod
    def from_exception(cls, error: Exception) -> Failure:
        """Convert an exception; an unexpected one gets a general message and a reason."""
        if isinstance(error, UnpaddedError):
            return cls(error)
        lines = str(error).splitlines() or [""]
        reason = f"{type(error).__name__}: {lines[0][:300]}"
        # By name: importing TensorFlow to compare would hide an error of importing TensorFlow.
        is_out_of_memory = (
            isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
        )
        return cls(ServiceError(OUT_OF_MEMORY if is_out_of_memory else UNEXPECTED), reason)


@lru_cache(maxsize=1)
def get_store() -> Store:
    """Return this process's connection to the store that the environment names."""
    return Store.from_settings(Settings.from_environment(), migrates=False)


def load_training_data(run_id: str) -> tuple[RunSummary, Sequences]:
    """Return a run and its data, with the test set that was held out.

    Raises:
        UnpaddedError: If they no longer exist.
    """
    run = get_store().runs.get(run_id)
    data = None if run is None else load_data(get_store(), run)
    if run is None or data is None:
        raise DataError(NO_MODEL)
    return run, data


def load_data(store: Store, run: RunSummary) -> Sequences | None:
    """Return the data of a run, with the test set that was held out; None if it was deleted."""
    content = store.data_sets.read_content(run.data)
    if content is None:
        return None
    hold_out = store.runs.read_hold_out(run.id)
    data = unpack(content)
    return data if hold_out is None else hold_out.apply(data)


class ModelCache:
    """Thread-safe cache of the models used last, by run or by result."""

    def __init__(self) -> None:
        self._models: LRUCache[str, TrainedModel] = LRUCache(MAX_MODELS)
        self._lock = threading.Lock()  # a training and a prediction run at the same time

    def get(self, run_id: str) -> TrainedModel:
        """Return the model of a run.

        Raises:
            UnpaddedError: If the run has no model.
        """
        model = self._look_up(run_id)
        if model is not None:
            return model
        # Identical runs share one model.
        key = get_store().duplicates.get_result_key(run_id) or run_id
        model = self._look_up(key)
        if model is not None:
            return model
        saved = get_store().runs.read_artifact(run_id, MODEL)
        if saved is None:
            raise DataError(NO_MODEL)
        from core import load

        model = load(io.BytesIO(saved))
        self.put(key, model)
        return model

    def _look_up(self, key: str) -> TrainedModel | None:
        with self._lock:
            return self._models.get(key)

    def put(self, key: str, model: TrainedModel) -> None:
        """Add a model.

        Args:
            key: Run id, or the key of a result that several runs share.
            model: The model.
        """
        with self._lock:
            self._models[key] = model


models = ModelCache()
