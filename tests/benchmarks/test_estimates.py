"""Estimated durations of trainings, against measured ones: ``python -m benchmarks estimates``."""

import json

from benchmarks.estimates import CASES, PATH
from runs.server_speed import Timing, get_speed, measure_speeds, name_family

MEASURED = json.loads(PATH.read_text(encoding="utf-8"))


def estimate(name: str) -> float:
    """Estimate a training from the speed of all other trainings of the table."""
    timings = [
        Timing(name_family(case.recipe), case.estimate(), MEASURED[other])
        for other, case in CASES.items()
        if other != name
    ]
    case = CASES[name]
    return case.estimate() * get_speed(measure_speeds(timings), name_family(case.recipe))


def test_estimates_are_within_a_factor_of_two_of_what_was_measured():
    assert MEASURED.keys() == CASES.keys()
    ratios = {name: estimate(name) / MEASURED[name] for name in CASES}
    assert sum(0.5 <= ratio <= 2 for ratio in ratios.values()) >= 10, ratios


def test_the_start_of_a_network_is_part_of_the_estimate():
    """Trainings of a few seconds are mostly building and tracing."""
    assert all(case.estimate() > 1 for case in CASES.values())
