"""Live parts and the form of Train around the end of a training run.

A short version of ``python -m benchmarks reloads``.
"""

from benchmarks.reloads import busy_server, click, reload, slow_down, train_and_disturb
from tests.support.browser import only_in


@only_in("light desktop")
def test_a_page_reloaded_near_the_end_of_a_run_neither_stalls_nor_resets_its_form(page):
    def reload_slowly(page) -> None:
        slow_down(page)  # not before: the run would be measured in the slow browser
        reload(page)

    outcome = train_and_disturb(page, [-1.0], reload_slowly)  # the run ends while the page loads
    assert (outcome.tries, outcome.stalls, outcome.resets) == (1, [], [])


@only_in("light desktop")
def test_a_form_changed_near_the_end_of_a_run_on_a_busy_server_is_not_reset(page, address):
    def click_while_busy(page) -> None:
        with busy_server(address):
            page.wait_for_timeout(500)  # until the other visitors have connected
            click(page)
            page.wait_for_timeout(500)  # the run has ended

    outcome = train_and_disturb(page, [-1.5], click_while_busy)
    assert (outcome.tries, outcome.stalls, outcome.resets) == (1, [], [])
