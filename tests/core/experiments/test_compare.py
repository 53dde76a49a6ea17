"""Recipes are compared in pairs, and conclusions have the nominal error rate."""

from dataclasses import replace

import numpy as np
import pytest

from core import LSTM, Recipe, Sequences, compare
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
    return Outcome(evaluation_set, errors[:3], 2.0, 100)


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


def test_false_claims_of_a_difference_are_at_most_as_frequent_as_nominal():
    claimed = sum(simulate(0.0, seed).entries[1].difference.excludes_zero for seed in range(60))
    assert claimed <= 7  # 5 % are 3; the wider of two intervals claims less


def test_a_clear_difference_is_reported_with_its_size():
    comparison = simulate(0.3, 1)
    assert str(comparison.sentence).startswith("“other” is better than “base” by ")
    difference = comparison.entries[1].difference
    assert difference.low < difference.value < difference.high < 0
    percent = 100 * difference.value / comparison.entries[0].figures["rmse"].mean()
    assert f"by {abs(percent):.1f}% (95% CI" in comparison.sentence
    assert difference.value * comparison.percent_factor == pytest.approx(percent)
    assert "RMSE (test) is " in comparison.sentence
    assert "5 seeds" in comparison.sentence


def test_a_worse_recipe_is_reported_as_worse():
    assert "“other” is worse than “base”" in simulate(-0.3, 1).sentence


def test_an_insignificant_difference_is_reported_as_such():
    comparison = simulate(0.0, 3, seeds=3)
    assert str(comparison.sentence).startswith("Inconclusive with 3 seeds.")


def test_one_seed_allows_no_conclusion():
    comparison = simulate(0.5, 3, seeds=1)
    assert comparison.entries[1].difference.low is None
    assert str(comparison.sentence).startswith("One seed cannot rank the recipes")
    assert "“other”" not in str(comparison.sentence)  # no winner without its interval


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


def test_a_sequence_is_left_out_wherever_it_is_evaluated():
    """Two seeds that evaluate the same sequences know no more of them than one does."""
    rng = np.random.default_rng(0)
    errors = rng.normal(size=30)
    ids = np.arange(60).astype(str).astype(object)

    def compare_seeds(parts: list[np.ndarray], errors: list[np.ndarray]) -> float:
        outcomes = {
            name: [
                make_outcome(by * each, "validation", part)
                for part, each in zip(parts, errors, strict=True)
            ]
            for name, by in (("a", 1.0), ("b", 0.9))
        }
        difference = compare_outcomes(outcomes, (0, 1)).entries[1].difference
        return difference.high - difference.low

    same = compare_seeds([ids[:30], ids[:30]], [errors, errors])
    each = compare_seeds([ids[:30], ids[30:]], [errors, errors[::-1]])
    assert each == pytest.approx(same / np.sqrt(2), rel=0.05)


def test_seeds_that_evaluate_a_single_sequence_each_have_a_finite_interval():
    ids = np.array(["a", "b", "c"], object)
    outcomes = {
        name: [
            make_outcome(np.array([by * size]), ids=ids[[k]]) for k, size in enumerate((1, 2, 4))
        ]
        for name, by in (("first", 1.0), ("second", 0.5))
    }
    difference = compare_outcomes(outcomes, (0, 1, 2)).entries[1].difference
    assert difference.low < difference.value < difference.high


@pytest.mark.parametrize("rows", ["same", "drawn"])
def test_the_best_of_many_equal_recipes_is_not_taken_for_better(rows):
    """With separate 95 % intervals, one of 12 would be in a fifth of the comparisons."""
    claimed = 0
    for number in range(60):
        rng = np.random.default_rng(number)
        ids = np.arange(60).astype(str).astype(object)
        sizes = np.exp(rng.normal(size=60) / 2)
        outcomes = {f"recipe {recipe}": [] for recipe in range(12)}
        for _ in range(5):
            taken = np.arange(40) if rows == "same" else rng.permutation(60)[:20]
            signs = rng.choice([-1, 1], len(taken))
            for per_seed in outcomes.values():
                errors = signs * sizes[taken] * np.exp(rng.normal(size=len(taken)) / 4)
                per_seed.append(make_outcome(errors, "test", ids[taken]))
        claimed += "is better than" in str(compare_outcomes(outcomes, tuple(range(5))).sentence)
    assert claimed <= 7  # 5 % are 3


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
    assert "say nothing about new data" in comparison.sentence


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
