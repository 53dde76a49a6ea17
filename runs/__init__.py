"""Trainings that outlive browsers, workers and servers; the page's process stays free of
TensorFlow."""

from runs.jobs.compare import Compared
from runs.service import Runs
from runs.store import DataSet, StoreError
from runs.types import ACTIVE, Answer, Question, Run, RunLine, RunState

__all__ = [
    "ACTIVE",
    "Answer",
    "Compared",
    "DataSet",
    "Question",
    "Run",
    "RunLine",
    "RunState",
    "Runs",
    "StoreError",
]
