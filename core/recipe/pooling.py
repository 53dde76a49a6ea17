"""Pools over the steps of a sequence. Does not need TensorFlow."""

from __future__ import annotations

from typing import Literal

from ..i18n import N_

Pool = Literal["last", "mean", "max", "std", "attention"]
Pooling = Pool | tuple[Pool, ...]

POOLS = {
    "last": N_("last step"),
    "mean": N_("mean"),
    "max": N_("maximum"),
    "std": N_("standard deviation"),
    "attention": N_("attention"),
}
MIN_OUTPUT = -1e30  # below any output of a layer: never the maximum over steps
# Added to the variance before its root, whose gradient would be infinite for equal steps. Their
# standard deviation is therefore 0.001 instead of 0; one of 0.1 changes by 5e-6.
STD_EPSILON = 1e-6
