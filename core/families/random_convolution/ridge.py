"""Ridge regression in closed form, with exact leave-one-out predictions for every penalty.

With centred inputs X (n, p), the predictions of a fit without row i follow from one
eigendecomposition: of the Gram matrix X Xᵀ where rows are fewer than inputs, else of XᵀX (Golub,
Heath and Wahba, 1979; scikit-learn's RidgeCV computes the same but keeps no prediction and copies
the inputs several times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
BLOCK_ROWS = 4096  # converted to float64 at once


@dataclass(frozen=True, eq=False)
class RidgePath:
    """Ridge regressions of the same rows for several penalties.

    Attributes:
        penalties: (a,) penalties.
        left_out: (a, n, k) predictions for each row of the fit without it.
    """

    penalties: Floats
    left_out: Floats
    _inputs: npt.NDArray[np.float32]
    _input_mean: Floats
    _target_mean: Floats
    _solutions: Floats  # (a, n or p, k)

    @classmethod
    def fit(cls, inputs: npt.NDArray[np.float32], targets: Floats, penalties: Floats) -> RidgePath:
        """Fit.

        Args:
            inputs: (n, p).
            targets: (n, k).
            penalties: (a,), each above 0.
        """
        input_mean = inputs.mean(axis=0, dtype=np.float64)
        target_mean = targets.mean(axis=0)
        centred = targets - target_mean
        fit = _fit_dual if len(inputs) <= inputs.shape[1] else _fit_primal
        left_out, solutions = fit(inputs, input_mean, centred, penalties)
        return cls(penalties, left_out + target_mean, inputs, input_mean, target_mean, solutions)

    def compute_weights(self, number: int) -> tuple[Floats, Floats]:
        """Return the kernel, (p, k), and the bias, (k,), for a penalty by its number."""
        kernel = self._solutions[number]
        if len(self._inputs) <= self._inputs.shape[1]:  # of rows: a weighted sum of the inputs
            kernel = self._inputs.T.astype(np.float64) @ kernel - np.outer(
                self._input_mean, kernel.sum(axis=0)
            )
        return kernel, self._target_mean - self._input_mean @ kernel


def _fit_dual(
    inputs: npt.NDArray[np.float32], mean: Floats, targets: Floats, penalties: Floats
) -> tuple[Floats, Floats]:
    """Return predictions left out, and solutions as weights of the rows."""
    rows = len(inputs)
    gram = np.zeros((rows, rows))
    for block in range(0, inputs.shape[1], BLOCK_ROWS):
        columns = slice(block, block + BLOCK_ROWS)
        centred = inputs[:, columns] - mean[columns]
        gram += centred @ centred.T
    # The intercept is the direction of equal numbers, in which a centred Gram matrix is 0 but for
    # rounding. An eigenvalue above the sum of all others keeps it apart from them.
    gram += (2 * gram.trace() + 1) / rows
    values, vectors = np.linalg.eigh(gram)
    is_intercept = np.arange(rows) == np.abs(vectors.sum(axis=0)).argmax()
    known = vectors.T @ targets  # (n, k)
    left_out, solutions = [], []
    for penalty in penalties:
        inverse = np.where(is_intercept, 0, 1 / (np.maximum(values, 0) + penalty))
        solution = vectors @ (inverse[:, None] * known)
        freedom = vectors**2 @ inverse  # (n,): 1 − leverage, divided by the penalty
        left_out.append(targets - solution / freedom[:, None])
        solutions.append(solution)
    return np.stack(left_out), np.stack(solutions)


def _fit_primal(
    inputs: npt.NDArray[np.float32], mean: Floats, targets: Floats, penalties: Floats
) -> tuple[Floats, Floats]:
    """Return predictions left out, and solutions as weights of the inputs."""
    blocks = [slice(first, first + BLOCK_ROWS) for first in range(0, len(inputs), BLOCK_ROWS)]
    covariance = np.zeros((inputs.shape[1], inputs.shape[1]))
    for rows in blocks:
        centred = inputs[rows] - mean
        covariance += centred.T @ centred
    values, vectors = np.linalg.eigh(covariance)
    inverses = 1 / (np.maximum(values, 0) + penalties[:, None])  # (a, p)
    projections = np.zeros((len(values), targets.shape[1]))
    leverage = np.zeros((len(penalties), len(inputs)))
    for rows in blocks:
        rotated = (inputs[rows] - mean) @ vectors
        projections += rotated.T @ targets[rows]
        leverage[:, rows] = inverses @ (rotated**2).T + 1 / len(inputs)
    solutions = vectors @ (inverses[:, :, None] * projections)  # (a, p, k)
    fitted = np.stack([(inputs @ each) - mean @ each for each in solutions])
    freedom = np.maximum(1 - leverage, np.finfo(float).eps)[:, :, None]
    return targets - (targets - fitted) / freedom, solutions
