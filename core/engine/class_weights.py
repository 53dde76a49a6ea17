"""Weights of classes in the loss."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def compute_class_weights(targets: npt.NDArray[np.int64], classes: int) -> npt.NDArray[np.float64]:
    """Compute the "balanced" class weights of scikit-learn, n / (classes × n per class).

    Args:
        targets: (n,) class numbers from 0; -1 marks a missing target.
        classes: Number of classes.

    Returns:
        (classes,) weights; 0 for a class without targets.
    """
    counts = np.bincount(targets[targets >= 0], minlength=classes)
    return np.where(counts > 0, counts.sum() / (classes * np.maximum(counts, 1)), 0.0)
