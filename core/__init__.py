"""Unpadded's engine: learning from sequences of unequal length, without the padding.

Importable in a notebook or a script. Sequences, reading, padding, recipes and
figures work without TensorFlow, which takes seconds and half a gigabyte; the
names that need it are imported when first asked for.
"""

from typing import TYPE_CHECKING, Any

from core.cutting import prefixes, windows
from core.errors import DataError
from core.padding import pad
from core.progress import Progress
from core.reading import read_sequences
from core.recipe import GRU, LSTM, Recipe
from core.sequences import Sequences

if TYPE_CHECKING:
    from core.evaluation.comparing import compare
    from core.evaluation.cross_validation import cross_validate
    from core.model import TrainedModel, load
    from core.training import train

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
    "TrainedModel": "model",
    "compare": "evaluation.comparing",
    "cross_validate": "evaluation.cross_validation",
    "load": "model",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    if name in _NEEDS_TENSORFLOW:
        from importlib import import_module

        return getattr(import_module(f"core.{_NEEDS_TENSORFLOW[name]}"), name)
    raise AttributeError(f"module 'core' has no attribute {name!r}")
