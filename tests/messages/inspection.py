"""What the padding check and the inspection of a model say."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from core import DataError, Sequences
from core.inspection.xray import XRay
from core.invariance.report import NOT_PREDICTIONS, Proof
from tests.messages.case import Result, case
from tests.messages.models import make_run, train_once
from tests.messages.screen import render
from tests.messages.suggestions import CLASSES, NUMBERS
from ui.i18n import format_duration
from ui.results import padding_check
from ui.results.xray import _show as show_xray
from ui.session.state import Place, State


@cache
def prove(name: str, rows: int | None = None) -> tuple[Proof, Sequences]:
    model, data = train_once(name)
    measured = data if rows is None else data[:rows]
    return model.prove(measured, seconds=0.5), measured


@case("Padding changes predictions by…")
def measure_the_effect_of_padding() -> Result:
    proof, _data = prove("unmasked", 8)
    assert not proof.passed
    compared = [check for check in proof.checks if check.name not in NOT_PREDICTIONS]
    changes = [check.difference for check in compared if check.difference is not None]
    return padding_check.format_title(proof), {"by": f"{max(changes):.2g}"}


@case("Measured on {n} sequence (up to {steps} steps)…")
def count_measured_sequences() -> Result:
    proof, data = prove("unmasked", 8)
    return padding_check.describe_data(proof), {
        "n": len(data),
        "steps": int(data.lengths.max()),
        "time": format_duration(proof.seconds),
    }


@case("Measured on {n} of {all} sequences…")
def count_measured_sequences_of_many() -> Result:
    proof, data = prove("unmasked")
    return padding_check.describe_data(proof), {
        "n": 32,
        "all": len(data),
        "steps": int(data.lengths.max()),
        "time": format_duration(proof.seconds),
    }


def inspect(name: str, sequence: np.ndarray) -> XRay:
    model, _data = train_once(name)
    one = Sequences.from_lists([sequence], feature_names=model.preprocessing.feature_names)
    sides = [model.trace(one, masked=True), model.trace(one, masked=False)]
    return XRay.from_traces(*sides[: 1 if model.recipe.mask == "none" else 2])


def show_inspection(name: str, sequence: np.ndarray) -> list[str]:
    model, _data = train_once(name)
    one = Sequences.from_lists([sequence], feature_names=model.preprocessing.feature_names)
    run, place = make_run(model), Place(f"x-{name}")
    return render(show_xray, State("ada"), inspect(name, sequence), run, one, place)


def pad_by_hand(sequence: np.ndarray, width: int) -> list[np.ndarray]:
    padding = np.zeros((width - len(sequence), sequence.shape[1]))
    return [np.concatenate([padding, sequence])]


SHORT = NUMBERS[3][:2]


@case("This network was trained without a mask…")
def predict_with_padding_as_data() -> Result:
    model, data = train_once("unmasked")
    padded = int(data.lengths.max()) - len(SHORT)
    prediction = model.predict([SHORT])[0]
    return show_inspection("unmasked", SHORT), {"n": padded, "prediction": f"{prediction:.4g}"}


@case("The mask skips {n} step of padding…")
def predict_with_and_without_the_mask() -> Result:
    model, data = train_once("numbers")
    width = int(data.lengths.max())
    with_mask = model.predict([SHORT])[0]
    without = model.predict(pad_by_hand(SHORT, width))[0]
    return show_inspection("numbers", SHORT), {
        "n": width - len(SHORT),
        "with_mask": f"{with_mask:.4g}",
        "without": f"{without:.4g}",
    }


@case("The mask removes {n} step of padding…")
def predict_by_convolutions_with_and_without_the_mask() -> Result:
    model, data = train_once("rocket")
    width, sequence = int(data.lengths.max()), CLASSES[0][:3]
    chances = [model.predict_proba(each)[0] for each in ([sequence], pad_by_hand(sequence, width))]
    with_mask, without = (f"{model.classes[p.argmax()]} ({p.max():.0%})" for p in chances)
    numbers = {"n": width - len(sequence), "with_mask": with_mask, "without": without}
    return show_inspection("rocket", sequence), numbers


@case("{n} real step equals the mask value and is dropped.")
def count_dropped_steps() -> Result:
    sequence = np.array([[2], [1], [1], [3]], float)
    return show_inspection("by value", sequence), {"n": int((sequence == 1).sum())}


@case("Sequence {id}: prediction, attribution…")
def count_drawn_steps() -> Result:
    _model, data = train_once("numbers")
    return show_inspection("numbers", SHORT), {"steps": int(data.lengths.max())}


@cache
def show_wide() -> list[str]:
    _model, data = train_once("wide")
    return show_inspection("wide", data[0])


@case("{n} of {total} units")
def count_drawn_units() -> Result:
    model, _data = train_once("wide")
    return show_wide(), {"n": 48, "total": model.recipe.layers[0].size}


@case("{n} units")
def count_all_units() -> Result:
    model, _data = train_once("numbers")
    return show_inspection("numbers", SHORT), {"n": model.recipe.layers[0].size}


@case("{n} of {total}")
def count_drawn_features() -> Result:
    _model, data = train_once("wide")
    return show_wide(), {"n": 16, "total": data.features}


@case("1 in {n} steps")
def find_the_distance_of_drawn_steps() -> Result:
    """At most 200 of the 253 steps of the padded array are drawn."""
    _model, data = train_once("wide")
    return show_wide(), {"n": -(-int(data.lengths.max()) // 200)}


@case("One sequence is traced at a time…")
def count_traced_sequences() -> Result:
    model, data = train_once("numbers")
    with pytest.raises(DataError) as caught:
        model.trace(data[:3])
    return str(caught.value), {"n": 3}


@case("Every step of this sequence equals…")
def trace_a_sequence_of_the_mask_value() -> Result:
    model, _data = train_once("by value")
    with pytest.raises(DataError) as caught:
        model.trace([1.0, 1.0])
    return str(caught.value), {"mask_value": 1.0}
