"""Texts that figures contain, in one language per instance."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..i18n import N_
from .text import shorten_text

MAX_TARGET_CHARACTERS = 40  # at 7 pixels, the height of a chart


@dataclass(frozen=True)
class Labels:
    """Texts that figures contain; one instance per language: ``Labels(step=_("time step"), …)``."""

    sequence: str = N_("sequence")
    step: str = N_("time step")
    value: str = N_("value")
    padding: str = N_("padding")
    padded: str = N_("padded steps")
    trained_padding: str = N_("as in training")
    real: str = N_("real step")
    missing: str = N_("missing value")
    erased: str = N_("real step, erased by the mask value")
    length: str = N_("length (time steps)")
    sequences: str = N_("sequences")
    steps: str = N_("time steps")
    maxlen: str = N_("maxlen")
    target: str = N_("target")
    other: str = N_("other")
    train: str = N_("train")
    validation: str = N_("validation")
    test: str = N_("test")
    training: str = N_("training")
    epoch: str = N_("epoch")
    member: str = N_("member {n}")
    penalty: str = N_("ridge penalty")
    chosen_penalty: str = N_("chosen: {penalty}")
    left_out: str = N_("sequences left out of the fit")
    waiting: str = N_("the curve starts after the first epoch")
    predicted: str = N_("class")
    prediction: str = N_("prediction")
    true: str = N_("true")
    probability: str = N_("probability")
    error: str = N_("error (prediction − {target})")
    right: str = N_("share correct")
    seen: str = N_("share of the sequence seen")
    masked: str = N_("With the mask")
    unmasked: str = N_("Without a mask")
    so_far: str = N_("prediction so far")
    influence: str = N_("attribution")
    by_feature: str = N_("attribution by feature")
    input: str = N_("input")
    hidden: str = N_("hidden state")
    cell: str = N_("cell state")
    input_gate: str = N_("input gate")
    forget_gate: str = N_("forget gate")
    output_gate: str = N_("output gate")
    update_gate: str = N_("update gate")
    reset_gate: str = N_("reset gate")
    candidate: str = N_("candidate")
    unit: str = N_("unit")
    units: str = N_("{n} units")
    units_of: str = N_("{n} of {total} units")
    feature: str = N_("feature")
    part_of: str = N_("{n} of {total}")
    one_in: str = N_("1 in {n} steps")
    time: str = ""  # the column that orders the steps

    def name_target(self, name: str) -> Labels:
        """Return the labels with this name for the target, and for the axis of its classes."""
        short_name = shorten_text(name, MAX_TARGET_CHARACTERS)
        return replace(self, target=short_name, predicted=short_name)

    def name_time(self, name: str) -> Labels:
        """Return the labels with the name of the column that orders the steps, on their axis.

        >>> Labels().name_time("cycle").step_axis
        'time step (cycle)'
        """
        return replace(self, time=shorten_text(name, MAX_TARGET_CHARACTERS))

    @property
    def step_axis(self) -> str:
        """Title of an axis of time steps, not escaped."""
        return f"{self.step} ({self.time})" if self.time else self.step


ENGLISH = Labels()
