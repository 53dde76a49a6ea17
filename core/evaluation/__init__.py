"""Metrics with confidence intervals, baselines, and the evaluation of one model."""
