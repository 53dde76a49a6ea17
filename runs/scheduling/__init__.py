"""Scheduling: which run or request gets a worker, when, and for how long."""
