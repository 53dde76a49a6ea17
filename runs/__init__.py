"""Trainings that outlive browsers, workers and servers; the page's process stays free of
TensorFlow."""

from runs.measured import Measured
from runs.registry import Runs
from runs.run import ACTIVE, Answer, Prediction, Run, RunLine, RunState
from runs.store import DataSet, StoreError

__all__ = [
    "ACTIVE",
    "Answer",
    "DataSet",
    "Measured",
    "Prediction",
    "Run",
    "RunLine",
    "RunState",
    "Runs",
    "StoreError",
]
