"""The exported training script of an ensemble trains it again."""

from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, train
from tests.support.training_scripts import run_training_script

pytestmark = pytest.mark.slow  # it trains and saves

RNG = np.random.default_rng(0)
LISTS = [RNG.normal(size=(n, 2)) for n in RNG.integers(3, 9, 24)]
DATA = Sequences.from_lists(LISTS, [["low", "high"][int(x[-1, 0] > 0)] for x in LISTS])
RECIPE = Recipe(task="classification", layers=(LSTM(4),), epochs=2, n_kernels=84)


def test_it_ends_with_the_same_weights(tmp_path, monkeypatch, capsys):
    members = [RECIPE, replace(RECIPE, family="random_convolution")]
    model = train(DATA, replace(RECIPE, members=members))
    again = run_training_script(model, DATA, tmp_path, monkeypatch)["again"]
    output = capsys.readouterr().out
    assert "member 2: Recipe(" in output
    assert "accuracy" in output
    assert (tmp_path / "trained_again.keras").exists()
    for weight, expected in zip(
        again.network.get_weights(), model.network.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(weight, expected)
    assert "with the library in `unpadded.zip`" in (tmp_path / "MODEL_CARD.md").read_text()
