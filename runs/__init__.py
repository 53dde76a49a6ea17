"""Durable training jobs and model requests, executed by worker processes.

Runs survive the end of browsers, workers and servers. The process that serves the pages never
imports TensorFlow.
"""

from runs.jobs.compare import ComparisonRequest
from runs.service import Runs
from runs.store import DataSet, StoreError, TableReading
from runs.types import ACTIVE, Prediction, Request, Run, RunLine, RunState, RunSummary

__all__ = [
    "ACTIVE",
    "ComparisonRequest",
    "DataSet",
    "Prediction",
    "Request",
    "Run",
    "RunLine",
    "RunState",
    "RunSummary",
    "Runs",
    "StoreError",
    "TableReading",
]
