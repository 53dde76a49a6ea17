"""Reading of loss curves: a loss that still falls, overfitting, jumps.

Curves are compared by means over windows, because the loss of a single epoch may be a spike.
"""

from __future__ import annotations

import numpy as np

MIN_EPOCHS = 8  # shorter curves are not read
WINDOW, MIN_WINDOW = 0.1, 3  # share of the epochs over which a curve is averaged; epochs
FALLING = 0.03  # a loss that falls by more than this from one window to the next still falls
RISEN = 1.1  # a validation loss above its lowest window by this factor has risen
FALLEN = 0.8  # a training loss below this share of an earlier window has fallen
JUMP, MAX_JUMPS = 1.5, 0.1  # a loss that rises by this factor; usual share of such epochs


def average_end(curve: np.ndarray) -> float:
    """Return the mean of a curve over its last window."""
    return float(_average_windows(curve)[-1])


def is_falling(curve: np.ndarray) -> bool:
    """Tell if a loss was still falling at its end."""
    means = _average_windows(curve)
    before, last = float(means[-1 - _size_window(curve)]), float(means[-1])
    fell = before - last
    return fell > FALLING * before and fell > 0.01 * abs(float(curve[0]) - last)


def is_overfitting(losses: np.ndarray, held_out: np.ndarray, negligible: float) -> bool:
    """Tell if the validation loss has risen while the training loss has fallen below it.

    Args:
        losses: (epochs,) training losses.
        held_out: (epochs,) validation losses, or none.
        negligible: A validation loss below this says nothing.
    """
    if len(held_out) < MIN_EPOCHS:
        return False
    training, validation = _average_windows(losses), _average_windows(held_out)
    best = int(np.argmin(validation))
    has_fallen = training[-1] < min(FALLEN * training[best], validation[-1])
    has_risen = validation[-1] > max(RISEN * validation[best], negligible)
    is_lowest_before = np.argmin(held_out) < len(held_out) - _size_window(held_out)
    return bool(has_fallen and has_risen and is_lowest_before)


def is_jumping(losses: np.ndarray, negligible: float) -> bool:
    """Tell if a loss jumps from epoch to epoch, other than among losses that are negligible."""
    losses = np.maximum(losses, negligible)
    return bool((losses[1:] > JUMP * losses[:-1]).mean() > MAX_JUMPS)


def _average_windows(curve: np.ndarray) -> np.ndarray:
    """Return the means over all windows, by their first epoch."""
    size = _size_window(curve)
    means: np.ndarray = np.lib.stride_tricks.sliding_window_view(curve, size).mean(axis=1)
    return means


def _size_window(curve: np.ndarray) -> int:
    return max(round(WINDOW * len(curve)), MIN_WINDOW)
