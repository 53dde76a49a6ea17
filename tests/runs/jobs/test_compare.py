"""Comparisons that include runs without a result."""

from pathlib import Path

import numpy as np
import pytest

from core import Recipe, Sequences
from core.data.serialization import pack
from core.evaluation.evaluation_set import EvaluationSet
from runs.jobs import compare as compare_job
from runs.jobs.compare import NOT_MEASURED, ComparisonRequest, compare_runs
from runs.jobs.context import Failure
from runs.store import Content, Result, Store
from runs.types import RunState


@pytest.mark.parametrize("measured", [False, True], ids=["not measured", "no epoch"])
def test_a_run_stopped_before_its_first_epoch_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, measured: bool
):
    store = Store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    monkeypatch.setattr(compare_job, "get_store", lambda: store)
    data = Sequences.from_lists([[1], [2, 5]], targets=[2, 4])
    predictions = EvaluationSet("train", data.ids, data.lengths, data.targets, np.ones(2), None)
    content = Content.from_bytes(pack(data))
    ids = [store.runs.create("ada", "", Recipe(), content, {}, 1.0) for _ in range(2)]
    for run_id in ids:
        claim = store.attempts.claim(run_id, "worker")
        stopped = Result(RunState.STOPPED, measured=predictions.to_bytes() if measured else None)
        store.attempts.end(run_id, claim.attempt, stopped)
    request = ComparisonRequest(
        {name: (run_id,) for name, run_id in zip("ab", ids, strict=True)}, (0,)
    )
    failure = compare_runs("", request, "", "")
    store.close()
    assert isinstance(failure, Failure)
    assert (failure.error.template, failure.reason) == (NOT_MEASURED, None)
