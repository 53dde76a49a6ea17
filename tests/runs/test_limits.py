"""Limits come from the environment and say what they are."""

import numpy as np
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


@pytest.mark.parametrize(
    ("lengths", "recipe", "words"),
    [
        ([600, 600], Recipe(mask="lengths"), "1,200"),
        ([10, 10, 10], Recipe(mask="none", maxlen=400), "3 sequences of 400 steps are 1,200"),
        ([1, 1, 400], Recipe(mask="none"), "3 sequences of 400 steps are 1,200"),
    ],
)
def test_more_steps_to_train_on_than_a_data_set_may_have_are_refused(lengths, recipe, words):
    """A few short sequences and maxlen=100000 without a mask would fill the server's memory."""
    with pytest.raises(DataError) as refused:
        Limits(steps=1_000).refuse_too_long(np.array(lengths), recipe)
    assert words in str(refused.value)


def test_padding_that_never_counts_may_be_long():
    for mask in ("lengths", "value"):
        Limits(steps=1_000).refuse_too_long(np.array([1, 400]), Recipe(mask=mask, maxlen=100_000))


def test_a_network_that_is_too_large_is_refused_with_the_numbers():
    with pytest.raises(DataError, match=r"50,501 weights; on this server a run may have 1,000"):
        Limits(run_weights=1_000).refuse_too_large(50_501)
