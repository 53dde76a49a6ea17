"""Unpadded's engine: learning from sequences of unequal length, without the padding.

Importable in a notebook or a script. Sequences, reading, padding, recipes and
figures work without TensorFlow, which takes seconds and half a gigabyte; the
names that need it are imported when first asked for.
"""

from typing import TYPE_CHECKING, Any

from .data.padding import pad
from .data.sequences import Sequences
from .data.windowing import prefixes, windows
from .engine.progress import Progress
from .errors import DataError
from .reading import read_sequences
from .recipe.layers import GRU, LSTM
from .recipe.recipe import Recipe

if TYPE_CHECKING:
    from .experiments.compare import compare
    from .experiments.cross_validation import cross_validate
    from .trained_model import TrainedModel, load
    from .training.loop import train

__all__ = [
    "GRU",
    "LSTM",
    "DataError",
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
    "train",
    "windows",
]

_NEEDS_TENSORFLOW = {
    "TrainedModel": "trained_model",
    "compare": "experiments.compare",
    "cross_validate": "experiments.cross_validation",
    "load": "trained_model",
    "train": "training.loop",
}


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TENSORFLOW:
        from importlib import import_module

        return getattr(import_module(f"core.{_NEEDS_TENSORFLOW[name]}"), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
