"""Arguments of ``Sequences`` and of its constructors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict

import numpy as np

from ..categories import Categories
from ..missing import Missing


class Options(TypedDict, total=False):
    """Arguments of the constructors besides sequences and targets; see ``Sequences.from_lists``."""

    ids: Iterable[object] | None
    feature_names: Sequence[str]
    split: Iterable[object] | None
    groups: Iterable[object] | None
    missing: Missing


class FlatSteps(TypedDict):
    """The steps of all sequences, one after the other, and the lengths that separate them."""

    values: np.ndarray
    lengths: np.ndarray


class FlatFrame(FlatSteps):
    """Contents of a data frame with one step per row."""

    targets: np.ndarray | None
    ids: Iterable[object]
    feature_names: Sequence[str]
    split: np.ndarray | None
    groups: np.ndarray | None
    per_step: bool
    categories: Categories
