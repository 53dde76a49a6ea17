"""Live parts and the form of Train around the end of a training run.

A short version of ``python -m benchmarks reloads``.
"""

import pytest

from benchmarks.reloads import busy_server, click, reload, slow_down, train_and_disturb
from tests.support.browser import only_in


@only_in("light desktop")
@pytest.mark.parametrize("disturb", [reload, click])
def test_around_the_end_of_a_run_no_page_stalls_and_no_form_resets(page, address, disturb):
    if disturb is reload:
        slow_down(page)
        outcome = train_and_disturb(page, 3, disturb)
    else:
        with busy_server(address):
            outcome = train_and_disturb(page, 3, disturb)
    assert (outcome.tries, outcome.stalls, outcome.resets) == (3, [], [])
