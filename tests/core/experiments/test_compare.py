"""Recipes are compared in pairs, and conclusions have the nominal error rate."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from core import LSTM, Recipe, Sequences, compare
from core.evaluation import bootstrap
from core.evaluation.evaluation_set import EvaluationSet
from core.experiments.compare import Comparison, Outcome, compare_outcomes

pytestmark = pytest.mark.slow  # it trains, saves or starts a process for each case


def make_outcome(errors: np.ndarray, part: str = "test", ids=None) -> Outcome:
    """Make the outcome of a model with these errors."""
    rows = len(errors)
    ids = np.arange(rows).astype(str).astype(object) if ids is None else ids
    lengths = np.ones(rows, int)
    truth = np.random.default_rng(99).normal(size=rows)
    evaluation_set = EvaluationSet(part, ids, lengths, truth, truth + errors)
    return Outcome(evaluation_set, 4 * rows, errors[:3], 2.0, 100)


def simulate(better_by: float, seed: int, seeds: int = 5, rows: int = 80) -> Comparison:
    """Compare two recipes whose errors have a row, a seed and an independent component."""
    rng = np.random.default_rng(seed)
    row_effect = np.exp(rng.normal(size=rows) / 2)
    outcomes = {"base": [], "other": []}
    for _ in range(seeds):
        sign = rng.choice([-1, 1], rows)
        for name, lift in (("base", 0.0), ("other", -better_by)):
            seed_effect = np.exp(lift + rng.normal() / 20)
            outcomes[name].append(
                make_outcome(sign * row_effect * seed_effect * np.exp(rng.normal(size=rows) / 9))
            )
    return compare_outcomes(outcomes, tuple(range(seeds)))


@pytest.fixture
def fewer_draws(monkeypatch):
    monkeypatch.setattr(bootstrap, "DRAWS", 100)


def test_false_claims_of_a_difference_are_at_most_as_frequent_as_nominal(fewer_draws):
    claimed = sum(simulate(0.0, seed).entries[1].difference.excludes_zero for seed in range(60))
    assert claimed <= 7  # 5 % are 3; the wider of two intervals claims less


def test_a_clear_difference_is_reported_with_its_size():
    comparison = simulate(0.3, 1)
    assert str(comparison.sentence).startswith("“other” is better than “base”: test RMSE")
    difference = comparison.entries[1].difference
    assert difference.low < difference.value < difference.high < 0
    percent = 100 * difference.value / comparison.entries[0].figures["rmse"].mean()
    assert f"by {abs(percent):.1f} %" in comparison.sentence
    assert "5 seeds" in comparison.sentence


def test_a_worse_recipe_is_reported_as_worse():
    assert "“other” is worse than “base”" in simulate(-0.3, 1).sentence


def test_an_insignificant_difference_is_reported_as_such():
    comparison = simulate(0.0, 3, seeds=3)
    assert str(comparison.sentence).startswith("No difference from “base” can be told with 3 seeds")


def test_one_seed_allows_no_conclusion():
    comparison = simulate(0.5, 3, seeds=1)
    assert comparison.entries[1].difference.low is None
    assert str(comparison.sentence).startswith("One seed tells nothing of the recipes")


def test_the_interval_is_the_wider_of_seeds_and_rows():
    errors = np.random.default_rng(0).normal(size=50)
    equal_seeds = {"a": [make_outcome(errors)] * 3, "b": [make_outcome(0.8 * errors + 0.05)] * 3}
    narrow = compare_outcomes(equal_seeds, (0, 1, 2)).entries[1].difference
    assert narrow.low < narrow.value < narrow.high  # over seeds alone it would have no width
    unequal_seeds = {
        "a": [make_outcome(errors)] * 3,
        "b": [make_outcome(errors * by) for by in (0.2, 1.0, 1.9)],
    }
    wide = compare_outcomes(unequal_seeds, (0, 1, 2)).entries[1].difference
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_rows_drawn_by_the_seeds_are_not_resampled():
    rng = np.random.default_rng(0)
    ids = [rng.permutation(99)[:20].astype(str).astype(object) for _ in range(3)]
    errors = [rng.normal(size=20) for _ in range(3)]
    outcomes = {
        name: [make_outcome(by * e, "validation", i) for e, i in zip(errors, ids, strict=True)]
        for name, by in (("a", 1.0), ("b", 0.5))
    }
    comparison = compare_outcomes(outcomes, (0, 1, 2))
    halves = np.array([-0.5 * np.sqrt((e**2).mean()) for e in errors])
    # three seeds, and one evaluated sequence per four training sequences
    scale = halves.std(ddof=1) * np.sqrt(1 / 3 + 1 / 4)
    expected = stats.t.interval(0.95, 2, halves.mean(), scale)
    difference = comparison.entries[1].difference
    assert (difference.low, difference.high) == pytest.approx(expected)


def test_trainings_are_paired_by_seed_and_listed_in_a_table():
    rng = np.random.default_rng(1)
    steps = [rng.normal(size=length) for length in rng.integers(1, 12, 40)]
    split = np.where(np.arange(40) < 24, "train", "test").astype(object)
    data = Sequences.from_lists(steps, [float(s.sum()) for s in steps], split=split)
    masked = Recipe(layers=(LSTM(6),), epochs=3, batch_size=8, validation_split=0.0, maxlen=12)
    shares = []
    recipes = {"masked": masked, "again": masked, "padded": replace(masked, mask="none")}
    comparison = compare(data, recipes, range(2), shares.append)
    assert shares == pytest.approx([n / 6 for n in range(1, 7)])
    assert comparison.part == "test"
    first, repeated, padded = comparison.entries
    assert (first.figures["rmse"] == repeated.figures["rmse"]).all()
    assert repeated.difference.value == 0
    assert padded.difference.value != 0
    assert padded.steps > first.steps
    assert first.curves.shape == (2, 3)
    table = comparison.table.set_index("recipe")
    assert list(table.index) == ["masked", "again", "padded"]
    assert table["rmse"]["masked"] == pytest.approx(first.figures["rmse"].mean())
    assert table["rmse sd"]["masked"] == pytest.approx(first.figures["rmse"].std(ddof=1))
    assert np.isnan(table["difference"]["masked"])


def test_with_folds_every_sequence_is_evaluated_by_one_seed():
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


def test_three_sequences_allow_no_conclusion():
    three = Sequences.from_lists([[1], [2, 5], [3, 9, 9, 4, 8]], targets=[2, 4, 6])
    quick = replace(Recipe.example(), epochs=2)
    comparison = compare(three, {"masked": quick, "padded": replace(quick, mask="none")}, [0])
    assert comparison.part == "training"
    assert "say nothing about new ones" in comparison.sentence


@pytest.mark.parametrize(
    ("recipes", "seeds", "message"),
    [
        ({"a": Recipe()}, [0], "at least two"),
        ({"a": Recipe(), "b": Recipe()}, [], "seeds is empty"),
        ({"a": Recipe(), "b": Recipe(task="classification", loss="")}, [0], "differ in task"),
    ],
)
def test_invalid_arguments_are_refused(recipes, seeds, message):
    with pytest.raises(ValueError, match=message):
        compare(Sequences.from_lists([[1], [2]], [1, 2]), recipes, seeds)
