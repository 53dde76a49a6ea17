"""Learn from sequences of unequal length, without the padding.

Sequences, reading, padding, recipes and figures work without TensorFlow, which takes seconds and
half a gigabyte to import; the names that need it are imported on first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from . import _single_import  # noqa: F401  (refuses a second name)
from .data.padding import pad
from .data.sequences import Sequences
from .data.windowing import prefixes, windows
from .engine.progress import Progress
from .errors import DataError, DataWarning
from .layers.conv1d.declaration import Conv1D
from .layers.gru.declaration import GRU
from .layers.inception.declaration import Inception
from .layers.lstm.declaration import LSTM
from .reading import read_sequences
from .recipe.recipe import Recipe
from .recipe.suggestion_reasons import suggest

if TYPE_CHECKING:
    from .experiments.compare import compare
    from .experiments.cross_validation import cross_validate
    from .trained_model import TrainedModel, load
    from .training.train import train

__all__ = [
    "GRU",
    "LSTM",
    "Conv1D",
    "DataError",
    "DataWarning",
    "Inception",
    "Progress",
    "Recipe",
    "Sequences",
    "TrainedModel",
    "compare",
    "cross_validate",
    "load",
    "pad",
    "prefixes",
    "read_sequences",
    "suggest",
    "train",
    "windows",
]

_NEEDS_TENSORFLOW = {
    "TrainedModel": ".trained_model",
    "compare": ".experiments.compare",
    "cross_validate": ".experiments.cross_validation",
    "load": ".trained_model",
    "train": ".training.train",
}


def __getattr__(name: str) -> object:
    """Import a name that needs TensorFlow."""
    if name in _NEEDS_TENSORFLOW:
        return getattr(import_module(_NEEDS_TENSORFLOW[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the names that are imported on first use, too."""
    return sorted({*globals(), *__all__})
