"""When the predictions of an exported script agree with the model's."""

import pytest

from runs.jobs.export import Export


@pytest.mark.parametrize(
    ("difference", "agrees"), [(0.0, True), (1e-5, True), (2e-5, False), (None, False)]
)
def test_predictions_agree_within_rounding(difference: float | None, agrees: bool):
    export = Export(sequences=3, difference=difference, allowed=1e-5, trouble=None, onnx=False)
    assert export.agrees is agrees
