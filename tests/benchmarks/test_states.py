"""A short form of ``python -m benchmarks states``, on the pages whose results come soonest."""

import random

import pytest

from benchmarks.states import visits
from benchmarks.states.changes import CHANGES
from benchmarks.states.run import (
    Outcome,
    format_table,
    reload_page,
    reload_pages,
    reload_until_results,
)
from benchmarks.states.screen import Screen, find_differences, mask_changes
from tests.support.app_server import AppServer
from tests.support.streamlit_client import Visitor

PAGES = {
    "training": ["Data", "Mask", "Train", "Train, settings shown", "Predict", "Compare", "Runs"],
    "comparison": ["Compare", "Runs"],
}
[PREDICTION] = (visit for visit in visits.VISITS if visit.predicts)


@pytest.mark.slow
def test_the_same_state_comes_back_after_a_reload_while_a_job_runs(tmp_path):
    with (
        AppServer(tmp_path, log=tmp_path / "log", UNPADDED_WORKERS="1") as server,
        Visitor(server.address) as visitor,
    ):
        visits.open_data(visitor)
        outcomes = reload_pages(visitor, 3, PAGES)
        outcomes["Predict", "prediction"] = reload_page(
            visitor, PREDICTION, 1, random.Random(0), is_running=lambda: True
        )
        outcomes |= reload_until_results(visitor, 1, visits.SHORT_JOBS[:1])
    assert sum(outcome.reloads for outcome in outcomes.values()) == 11
    assert {key: list(each.differences) for key, each in outcomes.items() if each.differences} == {}


LINES = [
    'progress {"text": "Epoch 10 of 9,000 · up to 4 h left · 96 sequences/s", "value": 1}',
    'progress {"text": "1 of 10 runs finished · 3 h left", "value": 9}',
    'plotly_chart {"alt": "Curve of the loss per epoch, 9 epochs so far", "spec": "…"}',
    'plotly_chart {"alt": "Loss per epoch of the recipes so far, with bands", "spec": "…"}',
    'caption {"body": "**24 units**: seeds finished: 0 of 2, epoch 1,007 of 9,000"}',
    'caption {"body": "4 recipes × 2 seeds = 8 runs, about 2.4 h on this server."}',
    'caption {"body": "Using 72 kB of 1,000 MB (1 data set, 2 runs)"}',
]


def read(*lines: str) -> Screen:
    amounts: dict[str, tuple[float, ...]] = {}
    return Screen(tuple(mask_changes(line, amounts) for line in lines), amounts)


def test_every_declared_change_is_no_difference():
    later = [
        LINES[0].replace("10 of", "12 of").replace("4 h", "3 h"),
        LINES[1].replace("1 of", "2 of").replace("3 h", "2 h"),
        LINES[2].replace("9 epochs", "11 epochs").replace("…", "–"),
        LINES[3].replace("…", "–"),
        LINES[4].replace("1,007", "1,010"),
        LINES[5].replace("about 2.4 h", "under 1 min"),
        LINES[6].replace("72 kB", "1.2 MB"),
    ]
    assert len(LINES) == len(CHANGES)
    assert find_differences(read(*LINES), read(*later)) == []


@pytest.mark.parametrize("number", [0, 1, 2, 4])
def test_progress_that_goes_backwards_is_a_difference(number):
    earlier = LINES[number].replace("10 of 9,000", "9 of 9,000").replace("1 of 10 ", "0 of 10 ")
    earlier = earlier.replace("9 epochs", "8 epochs").replace("1,007", "1,006")
    [difference] = find_differences(read(LINES[number]), read(earlier))
    assert "before" in difference


def test_what_only_one_screen_has_is_a_difference():
    before, after = (
        read("address /Mask?v=3", "text x", "text y"),
        read("address /Mask?v=3", "text y"),
    )
    assert find_differences(before, after) == ["- text x"]
    assert find_differences(after, before) == ["+ text x"]


def test_the_table_has_a_row_per_page_and_a_column_per_situation():
    outcomes = {("Home", "training"): Outcome(17), ("Home", "prediction"): Outcome(16)}
    outcomes["Home", "prediction"].differences["- text x"] += 2
    head, row = format_table(outcomes).splitlines()
    assert head.split() == ["Reloads", "/", "differences", "training", "comparison", "prediction"]
    assert row.split() == ["Home", "17", "/", "0", "16", "/", "2"]
