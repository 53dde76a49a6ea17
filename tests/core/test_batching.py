import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.batching import FORWARD_STEPS, epoch_batches, sorted_batches

lengths = st.lists(st.integers(1, 500), min_size=1, max_size=300).map(np.array)


@given(lengths, st.integers(1, 40), st.integers(0, 2**31))
def test_every_sequence_stands_in_exactly_one_batch_of_the_asked_size(lengths, batch_size, seed):
    batches = epoch_batches(lengths, batch_size, np.random.default_rng(seed))
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    sizes = sorted((len(batch) for batch in batches), reverse=True)
    assert all(size == batch_size for size in sizes[:-1])
    assert 1 <= sizes[-1] <= batch_size


@given(lengths, st.integers(1, 40), st.integers(0, 2**31))
def test_the_order_is_a_function_of_the_seed(lengths, batch_size, seed):
    one, other = (epoch_batches(lengths, batch_size, np.random.default_rng(seed)) for _ in range(2))
    assert [batch.tolist() for batch in one] == [batch.tolist() for batch in other]


def test_pools_leave_little_padding_and_shuffle_anew_each_epoch():
    lengths = np.random.default_rng(0).lognormal(np.log(40), 0.8, 2000).astype(int).clip(1, 400)
    rng = np.random.default_rng(1)
    first, second = epoch_batches(lengths, 64, rng), epoch_batches(lengths, 64, rng)
    computed = sum(len(rows) * lengths[rows].max() for rows in first)
    assert computed < 1.4 * lengths.sum()
    assert {frozenset(rows) for rows in first} != {frozenset(rows) for rows in second}


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=100).map(np.array))
def test_forward_batches_hold_every_sequence_once_within_the_step_budget(lengths):
    batches = list(sorted_batches(lengths))
    assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
    for rows in batches:
        assert len(rows) == 1 or len(rows) * lengths[rows].max() <= FORWARD_STEPS
