"""Limits come from the environment and say what they are."""

import pytest

from core import GRU, LSTM, DataError, Recipe
from runs.limits import Limits, weight_count


def test_the_environment_overrules(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("UNPADDED_DAYS_KEPT", "7")
    monkeypatch.setenv("UNPADDED_RUN_HOURS", "0.5")
    monkeypatch.setenv("UNPADDED_STEPS", "1000")
    limits = Limits.from_environment()
    assert (limits.days_kept, limits.run_hours, limits.steps) == (7, 0.5, 1000)
    assert limits.runs == Limits().runs


@pytest.mark.parametrize("text", ["many", "0", "-3", "1.5"])
def test_a_setting_that_is_no_number_is_named(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("UNPADDED_RUNS", text)
    with pytest.raises(ValueError, match=f"UNPADDED_RUNS is '{text}'"):
        Limits.from_environment()


@pytest.mark.parametrize("text", ["nan", "inf", "0.0"])
def test_hours_are_a_number_that_ends(monkeypatch: pytest.MonkeyPatch, text: str):
    monkeypatch.setenv("UNPADDED_RUN_HOURS", text)
    with pytest.raises(ValueError, match="give a number above 0"):
        Limits.from_environment()


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe.example(),
        Recipe(layers=(LSTM(7, bidirectional=True), GRU(5)), dense=(4, 3)),
        Recipe(layers=(GRU(6, bidirectional=True),), task="classification"),
    ],
)
def test_weights_are_counted_as_keras_counts_them(recipe: Recipe):
    from core.network import build_network

    assert weight_count(recipe, 3, 2) == build_network(recipe, 3, 2).count_params()


def test_a_network_that_is_too_large_is_refused_with_the_numbers():
    with pytest.raises(DataError, match=r"50,501 weights; on this server a run may have 1,000"):
        Limits(run_weights=1_000).refuse_too_large(50_501)
