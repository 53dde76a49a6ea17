"""Recipes are compared in pairs, and what is concluded holds as often as promised."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core import LSTM, Recipe, Sequences, compare
from core.evaluation import bootstrap
from core.evaluation.predictions import Measured
from core.experiments.compare import Comparison, Outcome, compared


def outcome(errors: np.ndarray, part: str = "test", ids=None) -> Outcome:
    """Of a model that is wrong by these."""
    rows = len(errors)
    ids = np.arange(rows).astype(str).astype(object) if ids is None else ids
    lengths = np.ones(rows, int)
    truth = np.random.default_rng(99).normal(size=rows)
    measured = Measured(part, ids, lengths, truth, truth + errors)
    return Outcome(measured, 4 * rows, errors[:3], 2.0, 100)


def simulated(better_by: float, seed: int, seeds: int = 5, rows: int = 80) -> Comparison:
    """Two recipes whose errors have a part of the row, one of the seed and one of their own."""
    rng = np.random.default_rng(seed)
    of_row = np.exp(rng.normal(size=rows) / 2)
    made = {"base": [], "other": []}
    for _ in range(seeds):
        sign = rng.choice([-1, 1], rows)
        for name, lift in (("base", 0.0), ("other", -better_by)):
            of_seed = np.exp(lift + rng.normal() / 20)
            made[name].append(outcome(sign * of_row * of_seed * np.exp(rng.normal(size=rows) / 9)))
    return compared(made, tuple(range(seeds)))


@pytest.fixture
def fewer_draws(monkeypatch):
    monkeypatch.setattr(bootstrap, "DRAWS", 100)


def test_where_there_is_no_difference_one_is_claimed_at_most_as_often_as_promised(fewer_draws):
    claimed = sum(simulated(0.0, seed).entries[1].difference.leaves_zero_out for seed in range(60))
    assert claimed <= 7  # 5 % are 3; the wider of two intervals claims less


def test_a_clear_difference_is_told_with_its_size():
    found = simulated(0.3, 1)
    assert str(found.sentence).startswith("“other” is better than “base”: test RMSE")
    apart = found.entries[1].difference
    assert apart.low < apart.value < apart.high < 0
    percent = 100 * apart.value / found.entries[0].figures["rmse"].mean()
    assert f"by {abs(percent):.1f} %" in found.sentence
    assert "5 seeds" in found.sentence


def test_what_is_worse_is_called_worse():
    assert "“other” is worse than “base”" in simulated(-0.3, 1).sentence


def test_where_nothing_can_be_told_that_is_said():
    found = simulated(0.0, 3, seeds=3)
    assert str(found.sentence).startswith("No difference from “base” can be told with 3 seeds")


def test_of_one_seed_nothing_is_concluded():
    found = simulated(0.5, 3, seeds=1)
    assert found.entries[1].difference.low is None
    assert str(found.sentence).startswith("One seed tells nothing of the recipes")


def test_the_interval_is_the_wider_of_seeds_and_rows():
    errors = np.random.default_rng(0).normal(size=50)
    equal_seeds = {"a": [outcome(errors)] * 3, "b": [outcome(0.8 * errors + 0.05)] * 3}
    found = compared(equal_seeds, (0, 1, 2)).entries[1].difference
    assert found.low < found.value < found.high  # over seeds alone it would have no width
    wild = {"a": [outcome(errors)] * 3, "b": [outcome(errors * by) for by in (0.2, 1.0, 1.9)]}
    wide = compared(wild, (0, 1, 2)).entries[1].difference
    assert wide.high - wide.low > 2 * (found.high - found.low)


def test_rows_that_the_seeds_drew_are_not_drawn_again():
    rng = np.random.default_rng(0)
    ids = [rng.permutation(99)[:20].astype(str).astype(object) for _ in range(3)]
    errors = [rng.normal(size=20) for _ in range(3)]
    made = {
        name: [outcome(by * e, "validation", i) for e, i in zip(errors, ids, strict=True)]
        for name, by in (("a", 1.0), ("b", 0.5))
    }
    found = compared(made, (0, 1, 2))
    halves = np.array([-0.5 * np.sqrt((e**2).mean()) for e in errors])
    # three seeds, and a quarter as many sequences measured on as learned from
    scale = halves.std(ddof=1) * np.sqrt(1 / 3 + 1 / 4)
    expected = stats.t.interval(0.95, 2, halves.mean(), scale)
    apart = found.entries[1].difference
    assert (apart.low, apart.high) == pytest.approx(expected)


def test_real_trainings_are_paired_by_seed_and_told_in_a_table():
    rng = np.random.default_rng(1)
    steps = [rng.normal(size=length) for length in rng.integers(1, 12, 40)]
    split = np.where(np.arange(40) < 24, "train", "test").astype(object)
    data = Sequences.from_lists(steps, [float(s.sum()) for s in steps], split=split)
    masked = Recipe(layers=(LSTM(6),), epochs=3, batch_size=8, validation_split=0.0, maxlen=12)
    shares = []
    recipes = {"masked": masked, "again": masked, "padded": replace(masked, mask="none")}
    found = compare(data, recipes, range(2), shares.append)
    assert shares == pytest.approx([n / 6 for n in range(1, 7)])
    assert found.part == "test"
    first, again, padded = found.entries
    assert (first.figures["rmse"] == again.figures["rmse"]).all()
    assert again.difference.value == 0
    assert padded.difference.value != 0
    assert padded.steps > first.steps
    assert first.curves.shape == (2, 3)
    table = found.table.set_index("recipe")
    assert list(table.index) == ["masked", "again", "padded"]
    assert table["rmse"]["masked"] == pytest.approx(first.figures["rmse"].mean())
    assert table["rmse sd"]["masked"] == pytest.approx(first.figures["rmse"].std(ddof=1))
    assert np.isnan(table["difference"]["masked"])


def test_in_folds_every_sequence_is_measured_by_one_seed():
    rng = np.random.default_rng(2)
    steps = [rng.normal(size=length) for length in rng.integers(1, 9, 20)]
    data = Sequences.from_lists(steps, [float(s.sum()) for s in steps])
    recipe = Recipe(layers=(LSTM(4),), epochs=2, validation_split=0.25, validation_rows="folds")
    recipes = {"masked": recipe, "padded": replace(recipe, mask="none")}
    assert compare(data, recipes, range(4)).rows == "each"
    drawn = {name: replace(each, validation_rows="random") for name, each in recipes.items()}
    assert compare(data, drawn, range(4)).rows == "drawn"
    last = {name: replace(each, validation_rows="last") for name, each in recipes.items()}
    assert compare(data, last, range(2)).rows == "same"


def test_of_three_sequences_nothing_is_concluded():
    three = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
    quick = replace(Recipe.example(), epochs=2)
    found = compare(three, {"masked": quick, "padded": replace(quick, mask="none")}, [0])
    assert found.part == "training"
    assert "say nothing about new ones" in found.sentence


@pytest.mark.parametrize(
    ("recipes", "seeds", "message"),
    [
        ({"a": Recipe()}, [0], "at least two"),
        ({"a": Recipe(), "b": Recipe()}, [], "seeds is empty"),
        ({"a": Recipe(), "b": Recipe(task="classification", loss="")}, [0], "differ in task"),
    ],
)
def test_what_cannot_be_compared_is_refused(recipes, seeds, message):
    with pytest.raises(ValueError, match=message):
        compare(Sequences.from_lists([[1], [2]], [1, 2]), recipes, seeds)
