"""Matrices of cases, which the suite samples."""

from collections.abc import Iterable

import pytest


def sample(cases: Iterable[object], count: int) -> list[object]:
    """Mark all cases of a parametrized test but ``count`` of them as *further* ones.

    Those that stay are evenly spaced, from the first to the last. ``--all`` runs the others too.

    Args:
        cases: Values of the parameter, or tuples with the values of several.
        count: Number of cases that stay, at least 2.
    """
    listed = list(cases)
    kept = {round(number * (len(listed) - 1) / (count - 1)) for number in range(count)}
    return [
        case
        if number in kept
        else pytest.param(
            *(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.further
        )
        for number, case in enumerate(listed)
    ]
