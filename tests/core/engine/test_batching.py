import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.engine.batching import MAX_FORWARD_CELLS, MAX_FORWARD_ROWS, plan_epoch, plan_forward

lengths = st.lists(st.integers(1, 500), min_size=1, max_size=300).map(np.array)
seeds = st.integers(0, 2**31)


def list_batches(plan) -> list[np.ndarray]:
    return [plan.order[first:last] for first, last in plan.cuts[:, [0, -1]]]


def is_same_plan(one, other) -> bool:
    parts = ("order", "cuts", "steps", "cost")
    return all(np.array_equal(getattr(one, part), getattr(other, part)) for part in parts)


@given(lengths, st.integers(1, 40), st.integers(1, 5), seeds, st.integers(1, 9))
def test_every_sequence_is_in_exactly_one_batch_of_the_requested_size(
    lengths, batch_size, groups, seed, pool_batches
):
    plan = plan_epoch(lengths, batch_size, groups, np.random.default_rng(seed), pool_batches)
    batches = list_batches(plan)
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    sizes = sorted(map(len, batches), reverse=True)
    assert all(size == batch_size for size in sizes[:-1])
    assert 1 <= sizes[-1] <= batch_size


@given(lengths, st.integers(1, 40), st.integers(1, 5), seeds)
def test_groups_share_a_batch_and_the_computed_steps_are_counted(lengths, batch_size, groups, seed):
    plan = plan_epoch(lengths, batch_size, groups, np.random.default_rng(seed))
    assert plan.cuts.shape == (len(plan), groups + 1)
    assert (np.diff(plan.cuts, axis=1) >= 0).all()
    for cuts, steps in zip(plan.cuts, plan.steps, strict=True):
        parts = [lengths[plan.order[a:b]] for a, b in itertools.pairwise(cuts)]
        assert steps == sum(part.max() * len(part) for part in parts if len(part))
    assert lengths.sum() <= plan.steps.sum() <= len(lengths) * lengths.max()


@given(lengths, st.integers(1, 40), seeds)
def test_the_order_is_a_function_of_the_seed(lengths, batch_size, seed):
    one, other = (plan_epoch(lengths, batch_size, 2, np.random.default_rng(seed)) for _ in range(2))
    assert is_same_plan(one, other)


def test_pools_leave_little_padding_and_every_epoch_is_shuffled_differently():
    lengths = np.random.default_rng(0).lognormal(np.log(40), 0.8, 20_000).astype(int).clip(1, 400)
    rng = np.random.default_rng(1)
    first, second = plan_epoch(lengths, 64, 2, rng), plan_epoch(lengths, 64, 2, rng)
    assert first.steps.sum() < 1.15 * lengths.sum()
    one, other = ({frozenset(rows) for rows in list_batches(plan)} for plan in (first, second))
    assert len(one & other) < len(one) / 10


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
