"""Cost estimate of a training run."""

from __future__ import annotations

import streamlit as st

from core import Recipe, Sequences
from core.families.family import EpochCost
from core.families.registry import get_family
from core.preprocessing.input_encoder import estimate_inputs
from ui.i18n import _, format_count, format_duration
from ui.session.state import State
from ui.shell.widgets import make_metric_grid


def show_epoch_cost(visitor: State, recipe: Recipe) -> None:
    """Show the real, conventional and computed steps per epoch, and the estimated time."""
    cost = _get_cost(visitor, recipe)
    facts = make_metric_grid()
    family = get_family(recipe)
    label = _("Real steps, an epoch") if family.has_epochs else _("Real steps")
    facts.metric(label, format_count(cost.real))
    facts.metric(
        _("Steps the usual way"),
        format_count(cost.usual),
        help=_("Every sequence padded to the longest, each padded step computed."),
    )
    facts.metric(
        _("Steps we compute"),
        format_count(cost.computed),
        help=_("Batches of nearly equal length, padded only to their own longest."),
    )
    about_time = _("On two free cores.")
    if family.has_epochs:
        about_time = _("For all {epochs} epochs, if nothing stops them, on two free cores.").format(
            epochs=format_count(recipe.epochs)
        )
    facts.metric(
        _("Time, about"), format_duration(estimate_seconds(visitor, recipe)), help=about_time
    )
    if recipe.mask == "none":
        st.caption(_("Not masked: every padded step counts as data and has to be computed."))
    elif cost.skipped >= 0.005:
        st.caption(
            _("You skip {share:.0%} of the work, and the result is the same.").format(
                share=cost.skipped
            )
        )


def estimate_seconds(visitor: State, recipe: Recipe) -> float:
    """Estimate the time of a whole training on two free cores."""
    return get_family(recipe).estimate_seconds(_get_cost(visitor, recipe), recipe)


def _get_cost(visitor: State, recipe: Recipe) -> EpochCost:
    costs, key = visitor.results.epoch_costs.get(visitor.digest, dict), _make_key(recipe)
    if key not in costs:
        costs[key] = _estimate(visitor.data, recipe)
    return costs[key]


def _make_key(recipe: Recipe) -> tuple[object, ...]:
    """Make the cache key: every field that the estimate depends on."""
    return (
        recipe.family,
        recipe.n_kernels,
        recipe.n_groups,
        recipe.layers,
        recipe.batch_size,
        recipe.maxlen,
        recipe.mask,
        recipe.seed,
        recipe.members,
        recipe.members and recipe.epochs,  # of members that differ in their epochs
    )


def _estimate(data: Sequences, recipe: Recipe) -> EpochCost:
    lengths = data.lengths if data.split is None else data.lengths[data.split != "test"]
    lengths = lengths if len(lengths) else data.lengths
    return get_family(recipe).estimate_cost(lengths, estimate_inputs(data), recipe)
