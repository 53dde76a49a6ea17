"""Two trained networks are compared on one sequence with more and more padding."""

from dataclasses import replace

import numpy as np

from core import Sequences
from runs import Runs
from tests.support.cluster_runs import OWNER, QUICK, wait_until_ended


def test_padding_changes_the_prediction_only_without_a_mask(runs: Runs, example: Sequences):
    recipe = replace(QUICK, maxlen=15, epochs=30)
    masked, unmasked = (
        wait_until_ended(runs, runs.train(OWNER, example, replace(recipe, mask=mask)))
        for mask in ("lengths", "none")
    )
    request = runs.measure_padding_effect(masked, unmasked, example[:1])
    assert request.wait(120)
    assert request.error is None, request.error
    effect = request.result
    assert (effect.steps[0], effect.steps[-1]) == (0, 200)
    for side in ("pre", "post"):
        assert len(effect.masked[side]) == len(effect.steps)
        assert np.ptp(effect.masked[side]) < 1e-4
        assert np.ptp(effect.unmasked[side]) > 1e-3


def test_a_run_without_a_model_is_refused(runs: Runs, example: Sequences):
    run = wait_until_ended(runs, runs.train(OWNER, example, QUICK))
    request = runs.measure_padding_effect(run, replace(run, id="0" * 12), example[:1])
    assert request.wait(120)
    assert "no trained model" in str(request.error)
