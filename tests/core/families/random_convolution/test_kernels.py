from dataclasses import replace

import numpy as np
import pytest

from core import Recipe
from core.families.random_convolution.kernels import (
    MAX_RIDGE_SIZE,
    KernelPlan,
    build_kernels,
    draw_group_weights,
    draw_weights,
)
from core.recipe.network_shape import NetworkShape

RECIPE = Recipe(family="random_convolution")


def test_the_kernels_are_all_ways_to_choose_three_of_nine_weights():
    kernels = build_kernels()
    assert kernels.shape == (84, 9)
    assert len({tuple(kernel) for kernel in kernels.tolist()}) == 84
    assert (kernels.sum(axis=1) == 0).all()
    assert ((kernels == 2).sum(axis=1) == 3).all()


@pytest.mark.parametrize("steps", [1, 8, 9, 17, 200, 5000])
def test_the_longest_kernel_fits_the_usual_sequence(steps):
    plan = KernelPlan.from_recipe(RECIPE, NetworkShape(1, 2, steps, 100))
    assert plan.dilations[0] == 1
    assert list(plan.dilations) == sorted(set(plan.dilations))
    assert plan.dilations[-1] == 1 or 8 * plan.dilations[-1] < steps
    assert plan.features == pytest.approx(3 * RECIPE.n_kernels, rel=0.4)


@pytest.mark.parametrize(("inputs", "steps"), [(1, 20), (1, 2000), (30, 100)])
def test_more_sequences_than_the_ridge_takes_have_fewer_features(inputs, steps):
    recipe = replace(RECIPE, n_groups=32)
    plan = KernelPlan.from_recipe(recipe, NetworkShape(inputs, 2, steps, MAX_RIDGE_SIZE + 1))
    assert 0.5 * MAX_RIDGE_SIZE < plan.features <= MAX_RIDGE_SIZE


def test_each_kernel_reads_a_random_part_of_the_inputs():
    weights = draw_weights(5, 84, np.random.default_rng(0))
    assert weights.shape == (9, 5, 84)
    channels = np.abs(weights).sum(axis=0).astype(bool).sum(axis=0)  # (84,) inputs per kernel
    assert set(channels.tolist()) <= {1, 2, 3, 4, 5}
    assert len(set(channels.tolist())) > 2
    assert (build_kernels() == draw_weights(1, 84, np.random.default_rng(0))[:, 0].T).all()


def test_the_kernels_of_a_group_read_the_same_inputs_with_integers_of_sum_0():
    weights = draw_group_weights(5, 30, np.random.default_rng(0))
    assert weights.shape == (9, 5, 240)
    assert (weights.sum(axis=0) == 0).all()
    assert (weights == weights.round()).all()
    assert np.abs(weights).sum(axis=0).max() <= np.abs(build_kernels()).sum(axis=1).max()
    size = np.abs(weights).sum(axis=0).reshape(5, 8, 30)  # a kernel of zeros is rare
    is_read = size.max(axis=1) > 0
    by_group = size.swapaxes(1, 2)  # (inputs, groups, kernels)
    assert (by_group[~is_read] == 0).all()
    assert (by_group[is_read] > 0).mean() > 0.95
    assert len(set(is_read.sum(axis=0).tolist())) > 2


@pytest.mark.parametrize(
    ("steps", "dilations"), [(9, (1,)), (40, (1, 2, 4)), (361, (1, 2, 4, 8, 16, 32))]
)
def test_the_dilations_of_groups_are_powers_of_two_that_fit(steps, dilations):
    recipe = replace(RECIPE, n_groups=4)
    shape = NetworkShape(1, 2, steps, 100)
    assert KernelPlan.from_recipe(recipe, shape).group_dilations == dilations
    assert KernelPlan.from_recipe(RECIPE, shape).group_dilations == ()
