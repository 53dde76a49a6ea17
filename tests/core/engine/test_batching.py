import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.batching import (
    MAX_FORWARD_CELLS,
    MAX_FORWARD_ROWS,
    MIN_NOISE,
    NOISES,
    PLAN_VERSION,
    choose_noise,
    plan_epoch,
    plan_forward,
    summarize_targets,
)

VERSIONS = range(1, PLAN_VERSION + 1)
lengths = st.lists(st.integers(1, 500), min_size=1, max_size=300).map(np.array)
seeds = st.integers(0, 2**31)
versions = st.sampled_from(VERSIONS)


def list_batches(plan) -> list[np.ndarray]:
    return [plan.order[first:last] for first, last in plan.cuts[:, [0, -1]]]


def is_same_plan(one, other) -> bool:
    parts = ("order", "cuts", "steps", "cost")
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in parts)


@given(lengths, st.integers(1, 40), st.integers(1, 5), seeds, versions)
def test_every_sequence_is_in_exactly_one_batch_of_the_requested_size(
    lengths, batch_size, groups, seed, version
):
    plan = plan_epoch(lengths, batch_size, groups, np.random.default_rng(seed), version)
    batches = list_batches(plan)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    sizes = sorted(map(len, batches), reverse=True)
    assert all(size == batch_size for size in sizes[:-1])
    assert 1 <= sizes[-1] <= batch_size


@given(lengths, st.integers(1, 40), st.integers(1, 5), seeds, versions)
def test_groups_share_a_batch_and_the_computed_steps_are_counted(
    lengths, batch_size, groups, seed, version
):
    plan = plan_epoch(lengths, batch_size, groups, np.random.default_rng(seed), version)
    assert plan.cuts.shape == (len(plan), groups + 1)
    assert (np.diff(plan.cuts, axis=1) >= 0).all()
    for cuts, steps in zip(plan.cuts, plan.steps, strict=True):
        parts = [lengths[plan.order[a:b]] for a, b in itertools.pairwise(cuts)]
        assert steps == sum(part[0] * len(part) for part in parts if len(part))
        assert (np.diff(np.concatenate(parts)) <= 0).all()  # longest first
    assert lengths.sum() <= plan.steps.sum() <= len(lengths) * lengths.max()


@given(lengths, st.integers(1, 40), seeds, versions)
def test_the_plan_is_a_function_of_the_generator(lengths, batch_size, seed, version):
    one, other = (
        plan_epoch(lengths, batch_size, 2, np.random.default_rng(seed), version) for _ in range(2)
    )
    assert is_same_plan(one, other)


def test_version_1_stays_as_it_was():
    plan = plan_epoch(np.arange(11) % 4 + 1, 3, 2, np.random.default_rng(0), version=1)
    assert plan.order.tolist() == [7, 3, 6, 2, 10, 5, 9, 1, 4, 0, 8]
    assert plan.cuts.tolist() == [[0, 1, 3], [6, 7, 9], [9, 10, 11], [3, 4, 6]]


def draw_lognormal(n: int) -> np.ndarray:
    return np.random.default_rng(0).lognormal(np.log(40), 0.8, n).astype(int).clip(1, 400)


def plan_epochs(lengths, batch_size, groups, version=PLAN_VERSION, epochs=10):
    generators = (np.random.default_rng([7, epoch]) for epoch in range(epochs))
    return [plan_epoch(lengths, batch_size, groups, rng, version) for rng in generators]


@pytest.mark.parametrize("groups", [1, 2, 4])
@pytest.mark.parametrize(
    ("n", "batch_size"), [(300, 16), (640, 32), (1300, 64), (2000, 64), (20_000, 64), (20_000, 32)]
)
def test_padding_is_little_more_than_by_sorting(n, batch_size, groups):
    old, new = (
        sum(
            plan.steps.sum() for plan in plan_epochs(draw_lognormal(n), batch_size, groups, version)
        )
        for version in (1, 2)
    )
    assert new <= 1.15 * old


LENGTHS = {
    "lognormal": draw_lognormal,
    "uniform": lambda n: np.random.default_rng(0).integers(1, 401, n),
    "equal": lambda n: np.full(n, 57),
    "two lengths": lambda n: np.where(np.arange(n) < n // 2, 3, 300),
    "all different": lambda n: 10 * np.arange(1, n + 1),
    "heavy tail": lambda n: (10 / np.random.default_rng(0).random(n)).astype(int),
    # As many lengths as batches, further apart than the noise.
    "20 lengths": lambda n: (10 * 1.27 ** (np.arange(n) * 20 // n)).astype(int),
}


@pytest.mark.parametrize("lengths", LENGTHS)
@pytest.mark.parametrize("batch_size", [4, 8, 16, 32, 64])
@pytest.mark.parametrize("batches", [20, 20.5, 50])
def test_the_next_epoch_has_other_batches(lengths, batch_size, batches):
    epochs = plan_epochs(LENGTHS[lengths](int(batch_size * batches)), batch_size, 2)
    sets = [{frozenset(rows) for rows in list_batches(plan)} for plan in epochs]
    common = sum(len(one & other) for one, other in itertools.pairwise(sets))
    assert common < 0.05 * sum(map(len, sets[1:]))


def test_the_small_batch_has_sequences_of_any_length():
    lengths = np.arange(1, 340)
    means = [
        lengths[min(list_batches(plan), key=len)].mean()
        for plan in plan_epochs(lengths, 16, 2, epochs=300)
    ]
    assert np.quantile(means, 0.2) < 110
    assert np.quantile(means, 0.8) > 230


@pytest.mark.parametrize("batches", [8, 21, 100])
def test_consecutive_batches_have_different_lengths(batches):
    lengths = np.arange(1, 16 * batches + 1)
    for plan in plan_epochs(lengths, 16, 2):
        means = np.array([lengths[rows].mean() for rows in list_batches(plan)]) / len(lengths)
        for first in range(len(means) - 4):
            assert 0.3 < means[first : first + 5].mean() < 0.7


def plan_by_targets(lengths, targets, batch_size):
    noise = choose_noise(lengths, targets, batch_size, 2)
    return noise, plan_epoch(lengths, batch_size, 2, np.random.default_rng(0), noise=noise)


@pytest.mark.parametrize("batches", [2, 3, 20, 200])
def test_targets_that_do_not_depend_on_the_length_need_no_more_noise(batches):
    rng = np.random.default_rng(5)
    lengths = draw_lognormal(32 * batches)
    for targets in (rng.normal(size=len(lengths)), rng.integers(3, size=len(lengths))):
        assert choose_noise(lengths, targets, 32, 2) == MIN_NOISE


@pytest.mark.parametrize("lengths", ["uniform", "lognormal", "two lengths"])
def test_batches_show_all_targets_if_these_depend_on_the_length(lengths):
    lengths = LENGTHS[lengths](640)
    quarter = np.argsort(np.argsort(lengths, kind="stable")) // 160
    classes = (quarter + np.random.default_rng(1).integers(2, size=640)) % 4
    noise, plan = plan_by_targets(lengths, classes, 32)
    assert noise > MIN_NOISE
    present = [len(set(classes[rows])) for rows in list_batches(plan)]
    assert np.mean(present) > 3.5
    numbers = (quarter - 1.0) ** 2 + np.random.default_rng(2).normal(size=640) / 10
    noise, plan = plan_by_targets(lengths, numbers, 32)
    assert noise > MIN_NOISE
    assert np.std([numbers[rows].mean() for rows in list_batches(plan)]) < numbers.std() / 3


def test_the_noise_does_not_depend_on_the_unit_of_targets():
    lengths = draw_lognormal(640)
    targets = np.log(lengths) + np.random.default_rng(5).normal(size=640)
    noise = choose_noise(lengths, targets, 32, 2)
    assert MIN_NOISE < noise < NOISES[-1]
    assert choose_noise(lengths, 5 - 1000 * targets, 32, 2) == noise


@pytest.mark.parametrize("targets", [np.zeros(9, int), np.ones(9), np.arange(9)])
@pytest.mark.parametrize("batch_size", [1, 4, 32])
def test_any_targets_have_a_noise(targets, batch_size):
    assert choose_noise(np.arange(1, 10), targets, batch_size, 2) in NOISES


def test_per_step_targets_are_reduced_to_one_per_sequence():
    lengths = np.array([3, 2, 1])
    classes = summarize_targets(np.array([2, 0, 2, 1, -1, -1]), lengths)
    assert classes.tolist() == [2, 1, 0]
    numbers = summarize_targets(np.array([1, 2, 3, 4, np.nan, np.nan]), lengths)
    assert numbers.tolist() == [2, 4, 0]
    assert summarize_targets(np.array([2, 0, 1]), lengths).tolist() == [2, 0, 1]
    assert summarize_targets(np.array([0.5, np.nan]), np.array([1, 1])).tolist() == [0.5, 0]


def test_one_endless_sequence_costs_its_own_steps_and_no_more():
    lengths = np.random.default_rng(0).integers(1, 100, 2000)
    without = plan_epoch(lengths, 64, 2, np.random.default_rng(1))
    plan = plan_epoch(np.append(lengths, 10_000), 64, 2, np.random.default_rng(1))
    assert plan.steps.sum() < 1.2 * without.steps.sum() + 10_000


@given(
    st.lists(st.integers(1, 200_000), min_size=1, max_size=100).map(np.array),
    st.integers(1, 4),
    st.integers(1, 2048),
)
def test_forward_batches_hold_every_sequence_once_within_their_budget(lengths, groups, units):
    plan = plan_forward(lengths, groups, units)
    assert sorted(plan.order) == list(range(len(lengths)))
    for rows in list_batches(plan):
        assert 1 <= len(rows) <= MAX_FORWARD_ROWS
        assert len(rows) == 1 or len(rows) * lengths[rows].max() * units <= MAX_FORWARD_CELLS
