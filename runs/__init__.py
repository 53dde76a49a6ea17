"""Trainings and predictions in worker processes; the page's process stays free of TensorFlow."""

from runs.registry import Runs
from runs.run import Answer, Prediction, Run, RunState

__all__ = ["Answer", "Prediction", "Run", "RunState", "Runs"]
