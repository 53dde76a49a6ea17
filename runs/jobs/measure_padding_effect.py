"""Job: predict one sequence with more and more padding, with a mask and without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.padded import Side
from core.data.sequences import Sequences
from core.invariance.padding_effect import PaddingEffect
from runs.jobs.context import Failure, models

SIDES: tuple[Side, ...] = ("pre", "post")
MAX_PADDED_STEPS, STRIDE = 200, 2  # every even number, one frame of the figure each


@dataclass(frozen=True)
class PaddingEffectRequest:
    """Two trained networks to compare on one sequence.

    Attributes:
        masked: Id of the run whose network has a mask.
        unmasked: Id of the run for which padding counts as data.
        sequence: One sequence.
    """

    masked: str
    unmasked: str
    sequence: Sequences


def measure_padding_effect(
    _run_id: str, payload: PaddingEffectRequest, request_id: str, topic: str
) -> PaddingEffect | Failure:
    """Predict the sequence with 0 to ``MAX_PADDED_STEPS`` padded steps, on either side."""
    try:
        from core.invariance.predict_padded import predict_padded  # needs TensorFlow

        steps = np.arange(0, MAX_PADDED_STEPS + 1, STRIDE)
        masked, unmasked = (
            {
                side: predict_padded(models.get(run_id), payload.sequence, steps.tolist(), side)
                for side in SIDES
            }
            for run_id in (payload.masked, payload.unmasked)
        )
        return PaddingEffect(steps, masked, unmasked)
    except Exception as error:
        return Failure.from_exception(error)
