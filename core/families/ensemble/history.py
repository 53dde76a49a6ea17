"""The history of an ensemble: rows of all members, with the number of the member in each."""

from __future__ import annotations

import numpy as np

from ...engine.chunking import ShareCallback
from ...engine.progress import History
from ...preprocessing.masking import MaskedSequences
from ...preprocessing.transform import Preprocessing
from ..network import Fit
from ..registry import get_network

MIN_PROBABILITY = 1e-7  # as in Keras's cross-entropy


def append_rows(history: History, rows: History, number: int) -> History:
    """Append the rows of a member.

    Args:
        history: Rows of the members before; {} for the first one.
        rows: Rows of the member, as in ``TrainedModel.history``.
        number: Its number, from 1.
    """
    if not rows:
        return history
    count = len(rows["loss"])
    appended = {"member": [*history.get("member", ()), *[float(number)] * count]}
    return appended | {name: [*history.get(name, ()), *values] for name, values in rows.items()}


def select_rows(history: History, number: int) -> History:
    """Select the rows of a member: the reverse of ``append_rows``."""
    chosen = np.flatnonzero(np.equal(history.get("member", []), number))
    if not len(chosen):
        return {}
    rows = {name: values for name, values in history.items() if name != "member"}
    return {name: [values[row] for row in chosen] for name, values in rows.items()}


def summarize_fit(
    fit: Fit,
    preprocessing: Preprocessing,
    training: MaskedSequences,
    validation: MaskedSequences,
    on_progress: ShareCallback,
) -> History:
    """Return the row of a member that was fitted in closed form, with the metrics of an epoch.

    Args:
        fit: Its fit.
        preprocessing: With the recipe of the member.
        training: The training set.
        validation: The validation set; it may be empty.
        on_progress: Called while the outputs are computed, as evidence that nothing hangs.
    """
    row = _measure(fit, preprocessing, training, on_progress)
    if len(validation.original):
        held_out = _measure(fit, preprocessing, validation, on_progress)
        row |= {f"val_{name}": value for name, value in held_out.items()}
    return row | {"seconds": [sum(fit.history["seconds"])]}


def _measure(
    fit: Fit, preprocessing: Preprocessing, part: MaskedSequences, on_progress: ShareCallback
) -> History:
    """Measure loss and accuracy of one prediction per sequence."""
    recipe, prepared = preprocessing.recipe, preprocessing.prepare(part)
    outputs = get_network(recipe).compute_outputs(recipe, fit.network, prepared, on_progress)
    targets = preprocessing.encode(prepared)
    if recipe.task == "classification":
        probabilities = outputs[np.arange(len(targets)), targets].astype(float)
        loss = -np.log(np.maximum(probabilities, MIN_PROBABILITY)).mean()
        accuracy = (outputs.argmax(axis=1) == targets).mean()
        return {"loss": [float(loss)], "accuracy": [float(accuracy)]}
    errors = np.abs(outputs[:, 0].astype(float) - targets)
    loss = (errors**2 if recipe.loss_name == "mse" else errors).mean() * preprocessing.loss_unit
    return {"loss": [float(loss)]}
